"""Texts that the server makes for pages in any language: ids and values. The browser puts them into
words (``ui/assets/texts.js``), so pages in different languages share one view."""

from typing import Any

Text = tuple[Any, ...]
"""``(id, values)`` or ``(one, values, many, n)``; without values ``(id,)``. A value is a number, a
name that isn't translated, a ``named`` one, or another ``Text``."""

CONTEXT_END = "\N{END OF TRANSMISSION}"
"""Stands between a context and an id, as in gettext."""


def mark(id_: str) -> str:
    """The id itself: a text that the browser looks up by it."""
    return id_


def text(id_: str, **values: Any) -> Text:
    """A text with ``{name}`` for each value."""
    return (id_, values) if values else (id_,)


def text_in(context: str, id_: str, **values: Any) -> Text:
    """A text in a context, for one in English that needs several in another language."""
    return text(f"{context}{CONTEXT_END}{id_}", **values)


def named(field: str, name: str) -> dict[str, str]:
    """A value: a name in a field of filters. The page translates names of countries."""
    return {"field": field, "name": name}


def plural(one: str, many: str, n: int, **values: Any) -> Text:
    """One of two texts, by the number ``{n}``."""
    return (one, values, many, n)
