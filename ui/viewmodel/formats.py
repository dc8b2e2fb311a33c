"""Numbers and times as people read them."""

import msgspec

THIN_SPACE = "\u202f"
NOT_KNOWN = "\N{EN DASH}"


def as_json(content: object) -> str:
    return msgspec.json.encode(content).decode()


def count(number: int | None) -> str:
    """1234567 as 1 234 567 with thin spaces; a number that isn't known as a dash."""
    return NOT_KNOWN if number is None else f"{number:,}".replace(",", THIN_SPACE)


def duration(seconds: int) -> str:
    """A duration as 45 s, 4 m 12 s or 2 h 05 m."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} m"
    return f"{minutes} m {rest:02d} s" if minutes else f"{rest} s"


def window(seconds: float) -> str:
    """The window of "active": as minutes where they are whole."""
    if seconds % 60 == 0:
        return f"{int(seconds // 60)} min"
    return f"{seconds:g} s"
