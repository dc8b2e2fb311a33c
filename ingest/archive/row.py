"""An entry of a journal as a flat row of an archive."""

from math import floor
from typing import Any

from state.event import Event, Reset
from state.wire.types import iso

RESET = "reset"
"""The type of a row for a reset; its name is the reset's ``by``."""

LAST_AT = 253_402_300_799.999
"""The last millisecond that ISO 8601 can write in four digits of a year."""

RECEIVED_AT = "receivedAt"
TIMES = (RECEIVED_AT, "timestamp")
JSON = "metadata"
NUMBERS = ("engagedMs", "scroll")

_FIRST = ("id", "type", "name", "session_id", "page", "timestamp", "country")
"""Fields of an event whose columns are first, as in the archives of the first edition."""

ArchiveRow = dict[str, Any]
"""A value for each of ``COLUMNS``: times are epoch seconds in whole milliseconds, metadata is an
object, ``NUMBERS`` are whole, all others are texts; None where there is nothing."""


def _column(field: str) -> str:
    first, *rest = ("event_id" if field == "id" else field).split("_")
    return first + "".join(map(str.capitalize, rest))


_FIELDS = (*_FIRST, JSON, *(f for f in Event.__struct_fields__ if f not in (*_FIRST, JSON)))
_COLUMN_OF = {field: _column(field) for field in _FIELDS}
COLUMNS = (RECEIVED_AT, *_COLUMN_OF.values())


def row_of(at: float, entry: Event | Reset) -> ArchiveRow:
    """The row of an entry that was received at ``at``."""
    row: ArchiveRow = dict.fromkeys(COLUMNS)
    row[RECEIVED_AT] = whole_ms(at)
    if isinstance(entry, Reset):
        row |= {"type": RESET, "name": entry.by, "site": entry.site or None}
        return row
    for field, column in _COLUMN_OF.items():
        row[column] = getattr(entry, field)
    row["type"] = entry.type._value_
    row["eventId"], row["site"] = entry.id or None, entry.site or None
    if entry.timestamp is not None:
        row["timestamp"] = whole_ms(entry.timestamp)
    return row


def as_written(row: ArchiveRow) -> ArchiveRow:
    """The same row with its times as the wire writes them."""
    return row | {name: iso(row[name]) for name in TIMES if row[name] is not None}


def whole_ms(at: float) -> float:
    """The nearest millisecond that can be written; times that the server accepts are unchanged."""
    return min(round(at, 3), LAST_AT)


def millis(at: float) -> int:
    return floor(at * 1000 + 0.5)
