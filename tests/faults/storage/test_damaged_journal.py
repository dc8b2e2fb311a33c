"""The journal's file cut off anywhere, or with pages of garbage: a start keeps what is in front."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from state.event import Tick
from state.journal.base import Damage, JournalError, Record
from state.journal.sqlite.database import connect, create
from state.journal.sqlite.journal import SqliteJournal
from tests.state.journal.journals import living, ticking
from tests.support import event

PAGE = 512
FRAME = 24 + PAGE
RECORDS = 60


def journal(path: Path, epoch: str = "e") -> SqliteJournal[Record]:
    return SqliteJournal(path, durability="full", epoch=epoch, clock=ticking())


class Sample:
    """A journal with small pages, as it is after a stop, and as it is when it is killed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.records: list[Record] = []
        self.stopped = directory / "stopped.db"
        self.killed = directory / "killed.db"

    async def fill(self) -> None:
        fresh = connect(self.stopped)
        fresh.execute(f"PRAGMA page_size = {PAGE}")
        create(fresh, "first", 1)
        fresh.close()
        kept = journal(self.stopped)
        async with living(kept) as self.records:
            for number in range(RECORDS):
                await kept.append([event(page="/" + "x" * (number % 40)), Tick()])
            for end in ("", "-wal"):
                shutil.copy(f"{self.stopped}{end}", f"{self.killed}{end}")

    def copy(self, of: Path) -> Path:
        """A fresh copy that may be damaged, alone in its directory."""
        room = self._directory / "copy"
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir()
        for end in ("", "-wal"):
            if Path(f"{of}{end}").exists():
                shutil.copy(f"{of}{end}", room / f"visitors.db{end}")
        return room / "visitors.db"


@pytest.fixture
async def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path)
    await made.fill()
    return made


async def kept_of(path: Path, records: list[Record]) -> tuple[int, Damage | None]:
    """How many records are left, which have to be the first ones; and what is told of the others.
    Afterwards the journal works, and the next start finds nothing wrong with it."""
    damaged = journal(path, "second")
    async with living(damaged) as applied:
        left, damage = len(applied), damaged.damage
        assert applied == records[:left]
        assert (await damaged.append([Tick()])).seq == left + 1
        assert damaged.epoch == ("first" if damage is None else "second")
    again = journal(path)
    async with living(again) as replayed:
        assert replayed == applied
        assert again.damage is None
        assert again.epoch == damaged.epoch
    return left, damage


def check(damage: Damage | None, left: int) -> None:
    assert damage is not None
    assert damage.saved == left
    assert damage.lost is None or 0 < damage.lost <= RECORDS - left
    assert Path(damage.aside).exists()


def cuts(size: int, unit: int) -> Iterator[int]:
    """Every byte of the last unit, and the ends of all of them; never all, which would be new."""
    yield from range(size - 1, size - unit, -1)
    yield from range(size - unit, 0, -unit)


async def test_a_database_cut_at_any_byte_keeps_what_is_in_front(sample: Sample):
    size, before = sample.stopped.stat().st_size, RECORDS
    assert size > 10 * PAGE
    for cut in cuts(size, PAGE):
        path = sample.copy(sample.stopped)
        os.truncate(path, cut)
        left, damage = await kept_of(path, sample.records)
        check(damage, left)
        assert left <= before, "the more is cut off, the less is left"
        before = left
    assert before == 0


async def test_a_cut_loses_no_more_than_the_pages_behind_it(sample: Sample):
    path = sample.copy(sample.stopped)
    os.truncate(path, path.stat().st_size - 1)
    left, _ = await kept_of(path, sample.records)
    assert left >= RECORDS - PAGE // 100


async def test_a_wal_cut_at_any_byte_keeps_the_transactions_in_front(sample: Sample):
    size, before = os.stat(f"{sample.killed}-wal").st_size, RECORDS
    assert size > RECORDS * FRAME
    for cut in cuts(size, FRAME):
        path = sample.copy(sample.killed)
        os.truncate(f"{path}-wal", cut)
        left, damage = await kept_of(path, sample.records)
        assert damage is None, "a transaction that was never whole is nobody's loss"
        assert left <= before
        before = left
    assert before == 0


async def test_any_page_of_garbage_keeps_what_is_in_front(sample: Sample):
    dice = random.Random(1)
    pages = sample.stopped.stat().st_size // PAGE
    kept = []
    for page in range(1, pages):
        path = sample.copy(sample.stopped)
        with path.open("r+b") as file:
            file.seek(page * PAGE)
            file.write(dice.randbytes(PAGE))
        left, damage = await kept_of(path, sample.records)
        if left < RECORDS:
            check(damage, left)
        kept.append(left)
    assert len(set(kept)) > pages // 2


async def test_any_changed_byte_of_a_record_is_noticed(sample: Sample):
    path = sample.copy(sample.stopped)
    content = bytearray(path.read_bytes())
    place = content.index(sample.records[30].what[0].id.encode())  # type: ignore[union-attr]
    content[place] ^= 1
    path.write_bytes(content)
    left, damage = await kept_of(path, sample.records)
    assert left == 30
    check(damage, left)


async def test_a_missing_record_ends_what_is_kept(sample: Sample):
    path = sample.copy(sample.stopped)
    foreign = connect(path)
    foreign.execute("DELETE FROM record WHERE seq = 11")
    foreign.close()
    left, damage = await kept_of(path, sample.records)
    assert left == 10
    check(damage, left)


async def test_the_file_put_aside_still_holds_all_it_held(sample: Sample):
    path = sample.copy(sample.killed)
    foreign = connect(path)
    foreign.execute("DELETE FROM record WHERE seq = 11")
    foreign.close()
    _, damage = await kept_of(path, sample.records)
    assert damage is not None
    [(number,)] = connect(Path(damage.aside)).execute("SELECT count(*) FROM record")
    assert number == RECORDS - 1


async def test_a_start_that_was_killed_while_it_saved_is_finished_by_the_next(sample: Sample):
    """The damaged file is put aside already, what was saved of it isn't in its place yet."""
    path = sample.copy(sample.stopped)
    path.rename(f"{path}.saving")
    shutil.copy(f"{sample.killed}-wal", f"{path}-wal")  # it must not be taken for its own
    left, damage = await kept_of(path, sample.records)
    assert (left, damage) == (RECORDS, None)


async def test_a_lost_database_whose_wal_is_there_is_put_aside_with_it(sample: Sample):
    path = sample.copy(sample.killed)
    os.truncate(path, 0)
    left, damage = await kept_of(path, sample.records)
    check(damage, left)
    assert damage is not None
    assert os.stat(f"{damage.aside}-wal").st_size > 0


async def test_a_first_page_of_garbage_is_nobody_s_to_judge(sample: Sample):
    """It might as well be another program's file."""
    path = sample.copy(sample.stopped)
    content = bytearray(path.read_bytes())
    content[:PAGE] = random.Random(2).randbytes(PAGE)
    path.write_bytes(content)
    with pytest.raises(JournalError, match="no SQLite database"):
        journal(path)
    assert path.read_bytes() == content
