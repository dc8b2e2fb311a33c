"""The journal in SQLite: the same state after a restart, nothing half kept, no file harmed."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from state.analytics import Analytics
from state.applied import Applied
from state.checkpoint import CheckpointLoader, dump
from state.event import Tick
from state.journal.base import JournalError, Record, RecordHandler, Unavailable
from state.journal.checkpoints import Stamp
from state.journal.codec import decode, encode
from state.journal.sqlite.checkpoints import CheckpointFile
from state.journal.sqlite.database import BUSY_S, connect, create
from state.journal.sqlite.files import FORMAT
from state.journal.sqlite.journal import SqliteJournal
from tests.state.histories import Step, analytics, answers, records, records_of, starts, steps
from tests.state.journal.journals import living, sqlite_fast, ticking, until
from tests.support import NOON, event


def journal(path: Path, epoch: str = "e") -> SqliteJournal[Record]:
    return SqliteJournal(path, durability="full", epoch=epoch, clock=ticking())


@contextmanager
def full_disk() -> Iterator[None]:
    """For this process: what is written past a file's first byte fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def checkpointed(kept: SqliteJournal[Record], seq: int) -> None:
    """Somebody has made a checkpoint of all records up to that one."""
    stamp = Stamp(kept.epoch, seq, NOON)
    CheckpointFile(kept.path).put(stamp, [])


@given(records)
def test_entries_come_back_as_they_were(what):
    again = decode(encode(what))
    assert again == tuple(what)
    assert [type(each) for each in again] == [type(each) for each in what]


@settings(max_examples=30)
@given(starts, steps)
def test_a_restart_gives_the_same_answers_to_the_last_byte(start: float, history: list[Step]):
    journaled = records_of(start, history)

    async def live(path: Path) -> list[bytes]:
        times = iter([record.at for record in journaled])
        kept: SqliteJournal[object] = SqliteJournal(
            path, durability="fast", epoch="e", clock=lambda: next(times)
        )
        house = analytics()
        await kept.start(RecordHandler(house.apply))
        if not kept.progress.total:
            for record in journaled:
                await kept.append(record.what)
        await kept.stop()
        return answers(house, house.model.now)

    with TemporaryDirectory() as directory:
        first, second = (asyncio.run(live(Path(directory) / "visitors.db")) for _ in range(2))
    assert first == second


async def test_what_cannot_be_written_is_refused_whole_and_leaves_no_hole(tmp_path: Path):
    #   kept: 1   refused: 50 at once, and a tick   kept: 2
    kept = journal(tmp_path / "visitors.db")
    async with living(kept) as applied:
        first = await kept.append([event()])
        with full_disk():
            promised = [kept.append([event()]) for _ in range(50)]
            told = await asyncio.gather(*promised, return_exceptions=True)
            assert {type(each) for each in told} == {Unavailable}
            with pytest.raises(Unavailable):
                await kept.append([Tick()])
            assert kept.trouble is not None
        second = await kept.append([event()])
        assert kept.trouble is None
        assert applied == [first, second]
        assert second.seq == 2
    again = journal(tmp_path / "visitors.db")
    async with living(again) as replayed:
        assert replayed == applied


async def test_trouble_is_over_without_anybody_trying(tmp_path: Path):
    kept = journal(tmp_path / "visitors.db")
    async with living(kept):
        with full_disk(), pytest.raises(Unavailable):
            await kept.append([event()])
        await until(lambda: kept.trouble is None)


async def test_a_reader_from_outside_is_no_harm_and_a_writer_only_for_a_while(tmp_path: Path):
    kept = journal(tmp_path / "visitors.db")
    async with living(kept):
        await kept.append([event()])
        foreign = connect(tmp_path / "visitors.db")
        [(number,)] = foreign.execute("SELECT count(*) FROM record")
        assert number == 1
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            await kept.append([event()])
        foreign.close()
        assert (await kept.append([event()])).seq == 2
    assert BUSY_S <= 1


async def test_a_second_server_is_refused_while_the_first_one_lives(tmp_path: Path):
    path = tmp_path / "visitors.db"
    async with living(journal(path)):
        with pytest.raises(JournalError, match="another server") as refused:
            journal(path)
        assert "journal" in str(refused.value) and str(path) in str(refused.value)
    async with living(journal(path)):
        pass


@pytest.mark.parametrize("content", [b"id,name\n1,ann\n", b"\0" * 5_000, b"SQLite format 2\0xx"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes):
    path = tmp_path / "visitors.db"
    path.write_bytes(content)
    with pytest.raises(JournalError, match="no SQLite database"):
        journal(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "places.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE places (name)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(JournalError, match="another program"):
        journal(path)
    assert path.read_bytes() == content


def test_a_newer_format_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "visitors.db"
    newer = connect(path)
    create(newer, "e", 1)
    newer.execute(f"PRAGMA user_version = {FORMAT + 1}")
    newer.close()
    content = path.read_bytes()
    with pytest.raises(JournalError, match=f"format {FORMAT + 1} is newer"):
        journal(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["missing/visitors.db", "."])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, name: str):
    with pytest.raises(JournalError, match="journal"):
        journal(tmp_path / name)


async def test_an_empty_file_becomes_a_journal(tmp_path: Path):
    (tmp_path / "visitors.db").touch()
    kept = journal(tmp_path / "visitors.db")
    async with living(kept):
        assert (await kept.append([Tick()])).seq == 1
        assert kept.damage is None


async def test_only_what_is_older_and_before_the_checkpoint_is_forgotten(tmp_path: Path):
    #   seq: 1 2 3 … 20, at NOON + seq
    kept = journal(tmp_path / "visitors.db")
    async with living(kept) as applied:
        for _ in range(20):
            await kept.append([event()])
        assert await kept.forget(NOON + 100) == 0
        checkpointed(kept, 5)
        assert await kept.forget(NOON + 100) == 4, "its own record tells whether it is of this file"
        checkpointed(kept, 15)
        assert await kept.forget(NOON + 9) == 4
        assert await kept.forget(NOON + 3) == 0
        assert (await kept.append([Tick()])).seq == 21
        left = applied[8:]
    again = journal(tmp_path / "visitors.db")
    async with living(again) as replayed:
        assert replayed == left
        assert (again.damage, again.progress.total) == (None, 13)


async def test_the_newest_record_is_never_forgotten_since_it_tells_where_to_go_on(tmp_path: Path):
    kept = journal(tmp_path / "visitors.db")
    async with living(kept):
        for _ in range(3):
            await kept.append([event()])
        checkpointed(kept, 3)
        assert await kept.forget(NOON + 1_000) == 2
    again = journal(tmp_path / "visitors.db")
    async with living(again) as replayed:
        assert [record.seq for record in replayed] == [3]
        assert (await again.append([Tick()])).seq == 4


async def test_much_is_forgotten_in_steps_and_others_write_in_between(tmp_path: Path):
    kept = journal(tmp_path / "visitors.db")
    async with living(kept) as applied:
        await asyncio.gather(*(kept.append([Tick()]) for _ in range(12_000)))
        checkpointed(kept, 11_000)
        forgetting = asyncio.create_task(kept.forget(NOON * 2))
        await asyncio.gather(*(kept.append([event()]) for _ in range(3)))
        assert await forgetting == 10_999
        assert len(applied) == 12_003


async def test_after_a_power_cut_in_fast_mode_what_the_disk_has_lost_is_nobody_s_past(
    tmp_path: Path,
):
    """Viewers of the first life may have been shown two records; the disk has kept one of them."""
    running = sqlite_fast(tmp_path)(epoch="first")
    async with living(running):
        await running.append([event()])
        cut = tmp_path / "cut"
        cut.mkdir()
        for name in ("visitors.db", "visitors.db-wal"):
            (cut / name).write_bytes((tmp_path / name).read_bytes())
        await running.append([event()])
    for directory, kept in ((tmp_path, 2), (cut, 1)):
        ended: list[tuple[str, int]] = []
        again = sqlite_fast(directory)(epoch="second")
        handler: RecordHandler[Record] = RecordHandler(lambda record: record)
        handler.life_ended = lambda life, to=ended, of=again: to.append((life, of.seq))  # type: ignore[method-assign,misc]
        await again.start(handler)
        await again.stop()
        assert (ended, again.life, again.epoch) == (
            [("first-first", kept)],
            "first-second",
            "first",
        )


async def test_a_checkpoint_of_another_past_is_not_used_nor_deleted_by(tmp_path: Path):
    """Its seq is here, too, but the record of that seq is another one."""
    path = tmp_path / "visitors.db"
    kept = journal(path)
    async with living(kept):
        for _ in range(5):
            await kept.append([event()])
        CheckpointFile(path).put(Stamp(kept.epoch, 3, NOON, "0badcafe"), [])
        assert await kept.newest_checkpoint() == 0
        assert await kept.forget(NOON + 100) == 0


async def live_on(kept: SqliteJournal[Applied]) -> Analytics:
    """The numbers of a start that takes checkpoints."""
    house = analytics()
    handler = RecordHandler(house.apply)
    handler.checkpoint_loader = lambda: CheckpointLoader(house)  # type: ignore[method-assign]
    await kept.start(handler)
    return house


async def test_a_broken_checkpoint_is_left_alone_and_everything_is_replayed(tmp_path: Path):
    path, house = tmp_path / "visitors.db", analytics()
    kept = SqliteJournal(path, durability="full", epoch="e", clock=ticking())
    await kept.start(RecordHandler(house.apply))
    for number in range(20):
        await kept.append([event(session_id=f"{number}")])
        if number == 9:
            CheckpointFile(path).put(Stamp("e", 10, house.model.now), list(dump(house)))
    await kept.stop()
    file = tmp_path / "visitors.db.checkpoint"
    whole, now = file.read_bytes(), house.model.now
    seen = set()
    head = whole.index(b"\n")
    for at in [*range(head), *range(head, len(whole), 13)]:
        for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            file.write_bytes(broken)
            again = SqliteJournal(path, durability="full", epoch="x", clock=ticking())
            assert answers(await live_on(again), now) == answers(house, now)
            assert again.progress.done == 20 - again.checkpoint
            seen.add(again.checkpoint)
            await again.stop()
    assert 0 in seen
    file.write_bytes(whole)
    again = SqliteJournal(path, durability="full", epoch="x", clock=ticking())
    assert answers(await live_on(again), now) == answers(house, now)
    assert (again.checkpoint, again.progress.done, again.epoch) == (10, 10, "e")
    await again.stop()


async def test_who_starts_without_the_beginning_and_without_a_checkpoint_says_so(tmp_path: Path):
    kept = journal(tmp_path / "visitors.db")
    async with living(kept):
        for _ in range(5):
            await kept.append([event()])
        checkpointed(kept, 3)
        await kept.forget(NOON + 100)
    for made, epoch in (("second", "second"), ("third", "third")):
        async with living(again := journal(tmp_path / "visitors.db", epoch=made)) as replayed:
            assert [record.seq for record in replayed] == [3, 4, 5]
            assert again.epoch == epoch
