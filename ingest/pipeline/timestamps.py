"""Timestamps of events: ISO 8601 to epoch seconds."""

import re
from datetime import UTC, datetime

from msgspec import MsgspecError, convert

NO_MOMENT = "should be ISO 8601, like 2025-07-20T10:30:00Z"
_ISO = re.compile(
    r"\d{4}-?(\d{2}-?\d{2}|W\d{2}-?\d|\d{3})"
    r"([T ]\d{2}(:?\d{2}(:?\d{2}([.,]\d+)?)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)
_FIRST_AT = datetime(1, 1, 1, tzinfo=UTC).timestamp()


def epoch_seconds(value: str) -> float | None:
    """An ISO 8601 time in epoch seconds, in whole milliseconds; None if it isn't one."""
    try:
        return seconds_of(convert(value, datetime))
    except (MsgspecError, ValueError):
        pass  # ISO 8601 allows more than RFC 3339 does
    if not _ISO.fullmatch(value):
        return None
    try:
        return seconds_of(datetime.fromisoformat(value))
    except ValueError:
        return None


def seconds_of(moment: datetime) -> float:
    """Epoch seconds in whole milliseconds; without a zone it is UTC.

    Raises:
        ValueError: in UTC it is before the year 1."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    at = moment.timestamp()
    if at < _FIRST_AT:
        raise ValueError("before the year 1")
    return round(at, 3)
