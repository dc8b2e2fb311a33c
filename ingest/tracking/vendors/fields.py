"""What the formats of several vendors have in common."""

from typing import Any

UNKNOWN_HOST = "unknown.invalid"
"""The host of a page whose address names none (RFC 2606: nobody has it)."""

Fields = dict[str, Any]
"""The fields of our own request, not checked yet."""


def first(sent: Fields, *names: str) -> Any:
    """The value of the first name that is there; None without any."""
    return next((sent[name] for name in names if sent.get(name) is not None), None)


def whole(value: Any, most: int) -> int | None:
    """A number as a whole one from 0 to ``most``; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return int(max(0, min(most, value)))
