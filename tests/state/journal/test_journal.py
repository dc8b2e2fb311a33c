"""What every journal promises, whatever keeps it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from state.alert_rules.rule import AlertRule
from state.event import Acknowledge, Entry, Logout, Reset, SetAlertRules, Tick
from state.journal.base import Progress, Record, RecordHandler
from tests.state.journal.journals import ALL, CLOCKED, LASTING, Make, living, redis, until
from tests.support import NOON, event


def made(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    if request.param == "redis":
        return redis(tmp_path, request.getfixturevalue("redis_server"))
    return CLOCKED[request.param](tmp_path)


@pytest.fixture(params=ALL)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    return made(request, tmp_path)


@pytest.fixture(params=LASTING)
def make_lasting(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    return made(request, tmp_path)


@pytest.fixture(params=CLOCKED)
def make_clocked(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    return made(request, tmp_path)


def entries() -> list[list[Entry]]:
    """Those of a few records: every kind, with every field, and several at once."""
    plain = event(session_id="😀", timestamp=NOON + 0.1, country="Ελλάδα")
    nested: dict[str, Any] = {"a": [1, 1.0, -(2**53), None, True, "x" * 300], "b": {"": {}}}
    full = event("custom", page=None, name="scroll", timestamp=-5.0, metadata=nested)
    rules = SetAlertRules((AlertRule("a", "above", factor=1.5), AlertRule("b", "silence")), "api")
    others = [Logout("login", NOON), rules, Acknowledge(7, "Ann"), SetAlertRules((), "")]
    return [[plain], [Tick()], [full, Reset(""), event(), Tick()], others]


async def test_records_are_numbered_from_one_in_the_order_they_came(make: Make):
    journal, appended = make(), entries()
    async with living(journal) as applied:
        await asyncio.gather(*(journal.append(what) for what in appended))
        assert [record.seq for record in applied] == [1, 2, 3, 4]
        assert [list(record.what) for record in applied] == appended


async def test_append_gives_what_apply_made_of_the_record(make: Make):
    journal = make()
    async with living(journal) as applied:
        record = await journal.append([Tick()])
        assert applied == [record]


async def test_a_record_is_of_the_moment_when_it_was_appended(make_clocked: Make):
    journal = make_clocked(clock=lambda: 7.5)
    async with living(journal):
        assert (await journal.append([Tick()])).at == 7.5


async def test_who_is_told_that_a_record_is_kept_finds_it_applied_once(make: Make):
    journal = make()
    async with living(journal) as applied:
        told: list[Record] = []

        async def send(number: int) -> None:
            for _ in range(20):
                told.append(await journal.append([event(session_id=f"{number}")]))
                assert applied.count(told[-1]) == 1

        await asyncio.gather(*(send(number) for number in range(10)))
        assert sorted(told, key=lambda record: record.seq) == applied
        assert [record.seq for record in applied] == list(range(1, 201))


async def test_time_never_runs_backwards(make_clocked: Make):
    #   clock: 10   5   9   11      records: 10   10   10   11
    shown: Iterator[float] = iter([10, 5, 9, 11])
    journal = make_clocked(clock=lambda: next(shown))
    async with living(journal):
        times = [(await journal.append([Tick()])).at for _ in range(4)]
    assert times == [10, 10, 10, 11]


async def test_a_later_change_of_the_list_does_not_change_the_record(make: Make):
    journal = make()
    async with living(journal):
        what: list[Entry] = [event()]
        promised = journal.append(what)
        what.clear()
        assert len((await promised).what) == 1


async def test_a_journal_that_is_not_started_takes_nothing(make: Make):
    journal = make()
    with pytest.raises(RuntimeError, match="started"):
        journal.append([Tick()])
    await journal.stop()


async def test_what_nobody_waits_for_any_more_is_applied_all_the_same(make: Make):
    journal = make()
    async with living(journal) as applied:
        journal.append([Tick()]).cancel()
        await journal.append([Tick()])
        assert [record.seq for record in applied] == [1, 2]


async def test_all_that_was_appended_is_applied_when_the_journal_has_stopped(make: Make):
    journal = make()
    async with living(journal) as applied:
        promised = [journal.append([event()]) for _ in range(100)]
    assert all(each.done() for each in promised)
    assert [record.seq for record in applied] == list(range(1, 101))


async def test_a_new_journal_has_nothing_to_replay(make: Make):
    journal = make(epoch="new")
    async with living(journal) as applied:
        assert (journal.epoch, applied) == ("new", [])
        assert (journal.progress, journal.damage) == (Progress(0, 0), None)


async def test_a_start_replays_the_very_same_records_and_goes_on_behind_them(make_lasting: Make):
    first = make_lasting()
    async with living(first) as before:
        for what in entries():
            await first.append(what)
    second = make_lasting()
    async with living(second) as after:
        assert after == before
        assert [type(each) for r in after for each in r.what] == [
            type(each) for r in before for each in r.what
        ]
        assert second.progress == Progress(4, 4)
        assert (await second.append([Tick()])).seq == 5


async def test_the_epoch_lives_as_long_as_the_history(make_lasting: Make):
    for epoch in ("first", "second"):
        journal = make_lasting(epoch=epoch)
        async with living(journal):
            assert journal.epoch == "first"


async def test_time_does_not_run_backwards_from_one_start_to_the_next(make_lasting: Make):
    times = []
    for _ in range(2):
        async with living(journal := make_lasting()):
            times += [(await journal.append([Tick()])).at for _ in range(2)]
    assert times == sorted(times)


async def test_others_run_while_a_long_history_is_replayed(make_lasting: Make):
    journal = make_lasting()
    async with living(journal):
        await asyncio.gather(*(journal.append([event()]) for _ in range(3_000)))
    again, seen = make_lasting(), set()

    async def look() -> None:
        while True:
            seen.add(again.progress.done)
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    async with living(again):
        looking.cancel()
        assert again.progress == Progress(3_000, 3_000)
    assert len(seen - {0, 3_000}) > 1


async def test_a_start_may_be_broken_off(make_lasting: Make):
    journal = make_lasting()
    async with living(journal):
        await asyncio.gather(*(journal.append([event()]) for _ in range(3_000)))
    again = make_lasting()
    starting = asyncio.create_task(again.start(RecordHandler(lambda record: record)))
    await until(lambda: again.progress.total > 0)
    starting.cancel()
    await again.stop()
    async with living(make_lasting()) as applied:
        assert len(applied) == 3_000
