"""Numbers and times as people read them."""

import msgspec

from ui.texts.text import Text, text

THIN_SPACE = "\u202f"
NOT_KNOWN = "\N{EN DASH}"


def as_json(content: object) -> str:
    return msgspec.json.encode(content).decode()


def count(number: int | None) -> str:
    """1234567 as 1 234 567 with thin spaces; a number that isn't known as a dash."""
    return NOT_KNOWN if number is None else f"{number:,}".replace(",", THIN_SPACE)


def window(seconds: float) -> Text:
    """The window of "active": as minutes where they are whole."""
    if seconds % 60 == 0:
        return text("{n} min", n=int(seconds // 60))
    return text("{n} s", n=seconds)
