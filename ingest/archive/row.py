"""An entry of a journal as a flat row."""

from math import floor
from typing import Any, NamedTuple

from msgspec import Struct

from state.event import Event, Reset
from state.wire.types import iso

RESET = "reset"
"""The type of a row that is no event; its name says who asked for it."""

LAST_AT = 253_402_300_799.999
"""The last millisecond that ISO 8601 can write in four digits of a year."""


class Row(NamedTuple):
    """Times are epoch seconds, in whole milliseconds."""

    received_at: float
    event_id: str | None
    type: str
    name: str | None
    session_id: str | None
    page: str | None
    timestamp: float | None
    country: str | None
    metadata: dict[str, Any] | None


class Line(Struct, rename="camel", omit_defaults=True, gc=False):
    """A row as JSON has it, times as the wire writes them; what is None is left out."""

    received_at: str
    event_id: str | None = None
    type: str = ""
    name: str | None = None
    session_id: str | None = None
    page: str | None = None
    timestamp: str | None = None
    country: str | None = None
    metadata: dict[str, Any] | None = None


COLUMNS = Line.__struct_encode_fields__


def row_of(at: float, entry: Event | Reset) -> Row:
    received_at = whole_ms(at)
    if isinstance(entry, Reset):
        return Row(received_at, None, RESET, entry.by, None, None, None, None, None)
    own = entry.timestamp
    return Row(
        received_at,
        entry.id,
        entry.type._value_,
        entry.name,
        entry.session_id,
        entry.page,
        None if own is None else whole_ms(own),
        entry.country,
        entry.metadata,
    )


def line_of(row: Row) -> Line:
    own = row.timestamp
    return Line(iso(row.received_at), *row[1:6], None if own is None else iso(own), *row[7:])


def whole_ms(at: float) -> float:
    """The nearest millisecond that can be written; for all that a server takes it is the same."""
    return min(round(at, 3), LAST_AT)


def millis(at: float) -> int:
    return floor(at * 1000 + 0.5)
