"""A journal read beside its server."""

from pathlib import Path

import pytest

from state.event import Tick
from state.journal.base import JournalError, Record
from state.journal.factory import open_reader
from tests.state.journal.journals import living, sqlite_full, write_events
from tests.support import event


def read_all(path: Path) -> list[Record]:
    reader, records = open_reader(f"sqlite:{path}"), []
    while some := reader.read(records[-1].seq if records else reader.first - 1):
        records += some
    assert (records[-1].seq if records else reader.first - 1) == reader.newest
    reader.close()
    return records


async def test_what_a_server_keeps_is_read_while_it_goes_on(tmp_path: Path):
    journal = sqlite_full(tmp_path)()
    async with living(journal) as applied:
        for _ in range(3):
            await journal.append([event(), Tick()])
            assert read_all(tmp_path / "visitors.db") == applied


def test_many_records_come_in_pieces_and_in_order(tmp_path: Path):
    write_events(tmp_path / "visitors.db", 2_500)
    assert [r.seq for r in read_all(tmp_path / "visitors.db")] == list(range(1, 2_501))


def test_a_damaged_record_is_named(tmp_path: Path):
    path = tmp_path / "visitors.db"
    write_events(path, 10)
    whole = path.read_bytes()
    at = whole.index(b"visitor-7")
    path.write_bytes(whole[:at] + b"w" + whole[at + 1 :])
    reader = open_reader(f"sqlite:{path}")
    assert [r.seq for r in reader.read(0)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(JournalError, match="record 7 can't be read"):
        reader.read(6)


@pytest.mark.parametrize("name", ["memory:", "sqlite:nowhere.db"])
def test_what_keeps_nothing_cannot_be_read(name: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(JournalError, match="journal: "):
        open_reader(name)
    assert not list(tmp_path.iterdir())
