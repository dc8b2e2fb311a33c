"""SQLite journals of random events."""

from pathlib import Path
from time import time

from msgspec.structs import replace

from bench.harness.sample_records import RandomRecords
from state.event import EventType
from state.journal.base import Record
from state.journal.codec import encode
from state.journal.sqlite.database import RecordRow, row_of
from state.journal.sqlite.store import Store

SESSIONS = 100_000
CHUNK = 1_000


def write_journal(path: Path, events: int, *, timestamps: bool = True) -> None:
    """Write a SQLite journal with ``events`` events of one day, one a record.

    With ``timestamps``, events have the fields that most events of websites have.
    """
    store = Store(path, synchronous="OFF", fresh_epoch="e", clock=time)
    source = RandomRecords(SESSIONS, 0.01)
    for start in range(0, events, CHUNK):
        records = source.next(min(CHUNK, events - start))
        store.insert([_row(record, timestamps) for record in records])
    store.close()


def _row(record: Record, timestamps: bool) -> RecordRow:
    if not timestamps:
        return row_of(record.seq, record.at, encode(record.what))
    at, [event] = round(record.at, 3), record.what
    name = "scroll" if event.type is EventType.CUSTOM else None
    return row_of(record.seq, at, encode([replace(event, name=name, timestamp=at)]))
