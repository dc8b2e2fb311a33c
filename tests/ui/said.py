"""Texts as an English page says them."""

from ui.texts.text import CONTEXT_END, Text
from ui.viewmodel.formats import count


def said(text: Text | str | None) -> str:
    """The words of a text, with separators of thousands."""
    if text is None or isinstance(text, str):
        return text or ""
    id_, values, many, n = (*text, *({}, None, None)[len(text) - 1 :])
    if many is not None and n != 1:
        id_ = many
    values = values | {"n": n} if n is not None else values
    words = id_.rpartition(CONTEXT_END)[2].replace("} %", "}\N{NARROW NO-BREAK SPACE}%")
    return words.format(**{name: _value(value) for name, value in values.items()})


def _value(value: object) -> str:
    match value:
        case int() | float():
            return f"{value}" if value % 1 else count(int(value))
        case tuple():
            return said(value)
        case {"name": str(name)}:
            return name
    return str(value)
