"""An older copy of the journal is put back. Viewers who saw what it lacks are told so; after an
ordinary restart, kill -9 included, they resume without a loss."""

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from state.journal.sqlite.database import connect
from tests.ingest.archives import ran
from tests.ingest.client import dashboard, post, summary
from tests.state.journal.journals import living, sqlite_full
from tests.support import Running, StartServer, parting

pytestmark = pytest.mark.anyio
Seen = tuple[str, int]


def visits(server: Running, number: int) -> None:
    for each in range(number):
        post(server, sessionId=f"visitor-{each}")


async def seen_by_a_viewer(server: Running, events: int) -> Seen:
    """The epoch and the last seq of one that is there while so many events come."""
    async with dashboard(server) as viewer:
        visits(server, events)
        await viewer.until("session_activity", sessionId=f"visitor-{events - 1}")
        return viewer.heard[0]["data"]["epoch"], viewer.heard[-1]["seq"]


async def is_recovered(server: Running, seen: Seen) -> bool:
    epoch, seq = seen
    async with dashboard(server) as viewer:
        at = len(viewer.heard)
        await viewer.send("resume", epoch=epoch, seq=seq)
        await viewer.settle()
        [told] = [m["data"] for m in viewer.heard[at:] if "recovered" in m["data"]]
        return bool(told["recovered"])


def leave(server: Running, end: signal.Signals) -> None:
    server.terminate(end)
    server.wait()
    server.kill_unless_stopped()


@pytest.mark.parametrize("durability", ["full", "fast"])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_who_resumes_after_restarts_on_the_same_file_has_lost_nothing(
    tmp_path: Path, start_server: StartServer, end: signal.Signals, durability: str
):
    #   first: 3 events seen, 1 missed  |  second: nothing happens  |  third
    flags = ("--journal", f"sqlite:{tmp_path}/v.db", "--durability", durability)
    first = Running(tmp_path, *flags)
    try:
        seen = await seen_by_a_viewer(first, 3)
        visits(first, 1)
    finally:
        leave(first, end)
    second = Running(tmp_path, *flags)
    try:
        assert await is_recovered(second, seen)
        quiet = (second.http.get("/healthz").json()["epoch"], seen[1])
    finally:
        leave(second, end)
    third = start_server(*flags)
    assert await is_recovered(third, seen), "of the life before the last one"
    assert await is_recovered(third, quiet), "of a life without a record"
    epoch, seq = seen
    assert not await is_recovered(third, (epoch, seq + 100)), "more than that life has told"
    assert not await is_recovered(third, ("another", seq))


def database_alone(path: Path, copy: Path) -> None:
    source, target = sqlite3.connect(path), sqlite3.connect(copy / path.name)
    source.backup(target)
    source.close()
    target.close()


def all_files(path: Path, copy: Path) -> None:
    for each in path.parent.glob("v.db*"):
        shutil.copy(each, copy)


def put_back(path: Path, copy: Path, *, whole: bool) -> None:
    """``whole``: nothing else is left in the directory."""
    for each in path.parent.glob("*" if whole else "v.db-*"):
        each.unlink()
    for each in copy.iterdir():
        shutil.copy(each, path.parent)


@pytest.mark.parametrize(
    ("back_up", "whole"), [(database_alone, False), (all_files, False), (all_files, True)]
)
async def test_who_saw_what_an_older_copy_lacks_is_told_so(
    tmp_path: Path,
    start_server: StartServer,
    back_up: Callable[[Path, Path], None],
    whole: bool,
):
    #   2 events | checkpoint, copy | 3 more are seen | kill -9, the copy is put back | 9 others
    path, copy = tmp_path / "files" / "v.db", tmp_path / "copy"
    for each in (path.parent, copy):
        each.mkdir()
    flags = ("--journal", f"sqlite:{path}")
    first = Running(tmp_path, *flags)
    try:
        before = await seen_by_a_viewer(first, 2)
        assert ran("checkpoint", *flags).returncode == 0
        back_up(path, copy)
        lost = await seen_by_a_viewer(first, 3)
        assert ran("checkpoint", *flags).returncode == 0
    finally:
        leave(first, signal.SIGKILL)
    put_back(path, copy, whole=whole)
    restored = Running(tmp_path, *flags)
    try:
        assert not await is_recovered(restored, lost)
        visits(restored, 9)
        assert not await is_recovered(restored, lost), "although there is such a seq again"
        assert await is_recovered(restored, before), "all that it saw is here"
        numbers = summary(restored)
    finally:
        leave(restored, signal.SIGKILL)
    again = start_server(*flags)
    assert not await is_recovered(again, lost)
    for each in ("totalEvents", "totalToday", "pagesVisited"):
        assert summary(again)[each] == numbers[each], "no checkpoint of what is lost is used"


async def test_the_copy_of_a_stopped_server_is_no_better(tmp_path: Path, start_server: StartServer):
    #   2 events | stopped, copied | 3 more are seen | stopped, the copy is put back
    path, copy = tmp_path / "files" / "v.db", tmp_path / "copy"
    for each in (path.parent, copy):
        each.mkdir()
    flags = ("--journal", f"sqlite:{path}")
    for number in (2, 3):
        server = Running(tmp_path, *flags)
        with parting([server]):
            lost = await seen_by_a_viewer(server, number)
        if number == 2:
            all_files(path, copy)
    put_back(path, copy, whole=True)
    assert not await is_recovered(start_server(*flags), lost)


async def test_a_journal_of_an_older_version_opens_and_begins_its_first_life(
    tmp_path: Path, start_server: StartServer
):
    flags = ("--journal", f"sqlite:{tmp_path}/v.db")
    server = Running(tmp_path, *flags)
    with parting([server]):
        visits(server, 2)
    old = connect(tmp_path / "v.db")
    old.execute("DELETE FROM meta WHERE name = 'lives'")
    old.execute("INSERT OR REPLACE INTO meta VALUES ('unsure_since', 'another boot')")
    old.close()
    first = Running(tmp_path, *flags)
    with parting([first]):
        assert summary(first)["totalEvents"] == 2
        seen = await seen_by_a_viewer(first, 3)
    assert await is_recovered(start_server(*flags), seen)


async def test_the_lives_that_are_remembered_are_bounded(tmp_path: Path):
    make = sqlite_full(tmp_path)
    for number in range(103):
        async with living(make(epoch=f"life-{number}")):
            pass
    kept = dict(sqlite3.connect(tmp_path / "visitors.db").execute("SELECT * FROM meta"))
    names = [name for name, _ in json.loads(kept["lives"])]
    assert names == [f"life-{number}" for number in range(3, 103)]
