"""The journal in memory: one order, one time, at once."""

from collections.abc import Iterator

import pytest

from state.event import Reset, Tick
from state.journal.base import Record
from state.journal.memory import MemoryJournal
from tests.support import event


def journal(*times: float) -> MemoryJournal[Record]:
    """A journal whose clock shows these times; it gives each record back as it is."""
    shown: Iterator[float] = iter(times)
    return MemoryJournal(epoch="e", clock=lambda: next(shown))


async def test_records_are_numbered_from_one_in_the_order_they_came():
    kept = journal(1, 2, 3)
    applied: list[Record] = []
    kept.start(applied.append)  # type: ignore[arg-type]
    first, second = event(), event()
    for what in ([first], [Tick()], [second, Reset("me")]):
        kept.append(what)
    assert [(record.seq, record.what) for record in applied] == [
        (1, (first,)),
        (2, (Tick(),)),
        (3, (second, Reset("me"))),
    ]


async def test_a_record_is_applied_before_append_returns():
    kept = journal(1)
    applied: list[Record] = []
    kept.start(applied.append)  # type: ignore[arg-type]
    promise = kept.append([Tick()])
    assert len(applied) == 1
    assert promise.done()


async def test_append_gives_what_apply_made_of_the_record():
    kept = journal(7.5)
    kept.start(lambda record: record)
    record = await kept.append([Tick()])
    assert (record.seq, record.at) == (1, 7.5)


async def test_time_never_runs_backwards():
    #   clock: 10   5   9   11      records: 10   10   10   11
    kept = journal(10, 5, 9, 11)
    kept.start(lambda record: record)
    times = [(await kept.append([Tick()])).at for _ in range(4)]
    assert times == [10, 10, 10, 11]


async def test_a_later_change_of_the_list_does_not_change_the_record():
    kept = journal(1)
    kept.start(lambda record: record)
    what = [event()]
    record = await kept.append(what)
    what.clear()
    assert len(record.what) == 1


async def test_a_journal_that_is_not_started_takes_nothing():
    with pytest.raises(RuntimeError, match="started"):
        journal(1).append([Tick()])
