"""Ranges of time, and of the records in them."""

from datetime import datetime, tzinfo
from math import inf
from typing import NamedTuple

from ingest.archive.errors import ArchiveError
from state.journal.reader import Reader


class TimeRange(NamedTuple):
    """Epoch seconds from ``begin`` to before ``end``."""

    begin: float = -inf
    end: float = inf


class SeqRange(NamedTuple):
    """The records after ``after`` up to ``last``, that one included."""

    after: int
    last: int


def time_range_of(begin: str | None, end: str | None, zone: tzinfo) -> TimeRange:
    """The range of two ISO 8601 dates or times, in ``zone`` if they have none.

    Raises:
        ArchiveError: one of them is neither, or nothing lies between them.
    """
    span = TimeRange(
        -inf if begin is None else _moment("--from", begin, zone),
        inf if end is None else _moment("--to", end, zone),
    )
    if span.begin >= span.end:
        raise ArchiveError(f"--to: {end} can't be used: should be later than --from {begin}")
    return span


def seq_range_of(span: TimeRange, reader: Reader) -> SeqRange:
    """The stored records of a range of time."""
    begin = reader.first if span.begin == -inf else reader.first_since(span.begin)
    end = reader.newest + 1 if span.end == inf else reader.first_since(span.end)
    return SeqRange(begin - 1, end - 1)


def _moment(flag: str, text: str, zone: tzinfo) -> float:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        raise ArchiveError(
            f"{flag}: {text} can't be used: should be a date like 2026-11-01 or a time like"
            " 2026-11-24T12:00:00Z"
        ) from None
