"""Exports a journal: records to rows, a read at a time."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from ingest.archive.formats.registry import RowWriter
from ingest.archive.row import RECEIVED_AT, ArchiveRow, row_of
from ingest.archive.time_range import SeqRange
from state.event import Event, Reset
from state.journal.base import Record
from state.journal.reader import Reader
from state.settings.site_names import DEFAULT


class Exported(Struct):
    """Counts of written rows. ``rounded`` ones had a time finer than a millisecond, which our
    server neither gives nor accepts."""

    events: int = 0
    resets: int = 0
    rounded: int = 0


def export(
    reader: Reader,
    places: SeqRange,
    writer: RowWriter,
    reach: Callable[[int], object],
    site: str | None = None,
) -> Exported:
    """Write the records as rows; with ``site`` those of that one alone. ``reach`` is called with
    the number of records done. Memory: the records of one read.

    Raises:
        JournalError: a record can't be read.
    """
    exported = Exported()
    after = places.after
    while after < places.last and (records := reader.read(after)):
        writer.write(list(_rows(records, places.last, exported, site)))
        after = records[-1].seq
        reach(min(after, places.last) - places.after)
    return exported


def _rows(
    records: list[Record], last: int, exported: Exported, site: str | None
) -> Iterator[ArchiveRow]:
    key = "" if site == DEFAULT else site
    for record in records:
        if record.seq > last:
            return
        for entry in record.what:
            if isinstance(entry, Event | Reset) and key in (None, entry.site):
                row = row_of(record.at, entry)
                own = entry.timestamp if isinstance(entry, Event) else None
                is_reset = isinstance(entry, Reset)
                exported.events += not is_reset
                exported.resets += is_reset
                exported.rounded += (row[RECEIVED_AT], row["timestamp"]) != (record.at, own)
                yield row
