"""One database, two processes that want to write to it: the second one is refused under whatever
name, and records that are not a server's own end it."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

import pytest

from state.journal.codec import encode
from state.journal.sqlite.database import row_of
from state.journal.sqlite.store import ForeignRecords, Store
from tests.faults.storage.test_killed_journal import VIEW, Load, journaled
from tests.ingest.archives import ran
from tests.ingest.runtime.test_start_and_stop import refused
from tests.support import BOUND_S, Running, StartServer, event


@contextmanager
def mounted(file: Path, at: Path) -> Iterator[None]:
    """The same file in another directory, as a container sees it."""
    at.touch()
    subprocess.run(["mount", "--bind", file, at], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", at], check=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    return tmp_path / "one" / "visitors.db"


def test_a_second_server_is_refused_by_a_symbolic_link(path: Path, start_server: StartServer):
    start_server("--journal", f"sqlite:{path}")
    link = path.parents[1] / "link.db"
    link.symlink_to(path)
    assert "another server has it (process" in refused(path.parent, "--journal", f"sqlite:{link}")
    assert not link.with_name("link.db.lock").exists()


def test_the_first_server_may_come_by_the_link_itself(path: Path, start_server: StartServer):
    link = path.parents[1] / "link.db"
    link.symlink_to(path)
    start_server("--journal", f"sqlite:{link}")
    assert path.exists(), "the link led to no file yet"
    assert "another server has it" in refused(path.parent, "--journal", f"sqlite:{path}")


def test_a_second_server_is_refused_by_a_linked_directory(path: Path, start_server: StartServer):
    start_server("--journal", f"sqlite:{path}")
    linked = path.parents[1] / "linked"
    linked.symlink_to(path.parent)
    said = refused(path.parent, "--journal", f"sqlite:{linked}/visitors.db")
    assert "another server has it" in said


def test_a_second_server_is_refused_by_a_mount_of_the_file(path: Path, start_server: StartServer):
    """The lock file beside the name is another one there."""
    start_server("--journal", f"sqlite:{path}")
    with mounted(path, path.parents[1] / "mounted.db"):
        said = refused(path.parent, "--journal", f"sqlite:{path.parents[1]}/mounted.db")
    assert "another server has it" in said


def test_a_file_with_two_names_is_refused_and_told_why(path: Path, start_server: StartServer):
    start_server("--journal", f"sqlite:{path}")
    other = path.with_name("other.db")
    os.link(path, other)
    said = refused(path.parent, "--journal", f"sqlite:{other}")
    assert "2 names (hard links)" in said and "remove the others" in said
    assert not other.with_name("other.db.lock").exists()
    for command in ("export", "checkpoint"):
        more = ["--format", "csv"] if command == "export" else []
        told = ran(command, "--journal", f"sqlite:{other}", *more)
        assert told.returncode == 2 and "hard links" in told.stderr


def test_export_and_checkpoint_go_on_beside_a_server(path: Path, start_server: StartServer):
    """Also by another name, and SQLite's own locks outlive them: the server writes on."""
    server = start_server("--journal", f"sqlite:{path}")
    link = path.parents[1] / "link.db"
    link.symlink_to(path)
    exported = str(path.with_name("exported.ndjson"))
    for _ in range(3):
        assert server.http.post("/api/events", json=VIEW).status_code == 201
        for command in (["checkpoint"], ["export", "--out", exported]):
            told = ran(*command, "--journal", f"sqlite:{link}")
            assert told.returncode == 0, told.stderr
    assert len(Path(exported).read_text().splitlines()) == 3
    assert path.with_name("visitors.db.checkpoint").exists(), "beside the file, not the link"


def foreign_record(path: Path, ahead: int) -> None:
    """What another program adds, so many places behind the newest record."""
    other = sqlite3.connect(path, timeout=BOUND_S, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    [(newest,)] = other.execute("SELECT coalesce(max(seq), 0) FROM record")
    row = row_of(newest + ahead, time(), encode([event(id="foreign")]))
    other.execute("INSERT INTO record VALUES (?, ?, ?, ?)", row)
    other.execute("COMMIT")
    other.close()


@pytest.mark.parametrize("ahead", [1, 1_000])
async def test_records_of_another_process_stop_the_server_and_lose_nothing_answered(
    path: Path, tmp_path: Path, ahead: int
):
    server = Running(tmp_path, "--journal", f"sqlite:{path}")
    load = Load("own")
    try:
        sending = [asyncio.create_task(load.send(server.url, each)) for each in range(4)]
        await load.reach(50)
        await asyncio.to_thread(foreign_record, path, ahead)
        await asyncio.gather(*sending)
        assert await asyncio.to_thread(server.wait) == 1
    finally:
        server.kill_unless_stopped()
    assert "another process has written" in server.complaints
    assert "Traceback" not in server.complaints
    found = sqlite3.connect(path).execute("SELECT what FROM record").fetchall()
    stored = "".join(str(what) for (what,) in found)
    assert load.taken and all(each in stored for each in load.taken)


async def test_a_record_that_came_while_nothing_was_written_is_noticed_by_the_next_event(
    path: Path, tmp_path: Path
):
    server = Running(tmp_path, "--journal", f"sqlite:{path}")
    try:
        foreign_record(path, 1)
        assert server.http.post("/api/events", json=VIEW).status_code == 503
        assert server.wait() == 1
    finally:
        server.kill_unless_stopped()
    assert dict(await journaled(path)) == {"foreign": 1}


def test_the_row_that_is_there_is_compared_before_an_error_is_taken_for_a_success(path: Path):
    """An insert that fails, and finds its number there all the same: it may be another's."""

    def rows(name: str) -> list[tuple[int, float, bytes, int]]:
        return [row_of(1, 1.0, encode([event(page=name)]))]

    store = Store(path, synchronous="FULL", fresh_epoch="e", clock=time)
    store.insert(rows("/other"))
    with pytest.raises(ForeignRecords):
        store.insert(rows("/own"))
    store.close()
