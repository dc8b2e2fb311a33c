"""The server with a SQLite journal is killed, stopped, and left without room on its disk: whatever
it answered well is there afterwards, once."""

import asyncio
import itertools
import shutil
from collections import Counter
from pathlib import Path
from signal import SIGKILL

import httpx
import pytest

from state.event import Event
from state.journal.sqlite.journal import SqliteJournal
from tests.state.journal.journals import living, ticking
from tests.support import BOUND_S, Running, StartServer, full_disk, wait_until

SENDERS = 16
ROUNDS = 3
VIEW = {"type": "pageview", "page": "/", "sessionId": "ann"}
REFUSED_WITHIN_S = 1.0


class Load:
    """Senders that post events with ids of their own until the server is gone."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.taken: set[str] = set()

    async def send(self, url: str, sender: int) -> None:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=BOUND_S) as http:
            for number in itertools.count():
                event_id = f"{self._name}-{sender}-{number}"
                event = VIEW | {"sessionId": f"visitor-{sender}", "eventId": event_id}
                try:
                    answer = await http.post("/api/events", json=event)
                except httpx.TransportError:
                    return
                if answer.status_code == 503:
                    return
                assert answer.status_code == 201, answer.text
                self.taken.add(event_id)

    async def reach(self, number: int) -> None:
        """Until so many more are taken."""
        goal = len(self.taken) + number
        await asyncio.to_thread(wait_until, lambda: len(self.taken) >= goal, "load")

    async def until(self, server: Running, enough: int, end: int) -> None:
        """Send until so many are taken; then the server gets the signal, amid the others."""
        sending = [asyncio.create_task(self.send(server.url, each)) for each in range(SENDERS)]
        await asyncio.to_thread(wait_until, lambda: len(self.taken) >= enough, "load")
        server.terminate(end)  # type: ignore[arg-type]
        await asyncio.gather(*sending)


async def journaled(path: Path, room: Path | None = None) -> Counter[str]:
    """How often each event's id is in a journal, read from a copy of its files as they lie."""
    room = room or path.parent / "read"
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir()
    for each in path.parent.glob(f"{path.name}*"):
        shutil.copy(each, room)
    copy: SqliteJournal[object] = SqliteJournal(
        room / path.name, durability="full", epoch="e", clock=ticking()
    )
    async with living(copy) as records:
        assert copy.damage is None
        return Counter(each.id for r in records for each in r.what if isinstance(each, Event))


@pytest.mark.parametrize("durability", ["full", "fast"])
async def test_kill_9_under_load_loses_nothing_that_was_answered(tmp_path: Path, durability: str):
    path = tmp_path / "visitors.db"
    flags = ("--journal", f"sqlite:{path}", "--durability", durability)
    taken: set[str] = set()
    for number in range(ROUNDS):
        load, server = Load(f"round-{number}"), Running(tmp_path, *flags)
        try:
            summary = server.http.get("/api/analytics/summary").json()
            assert summary["totalEvents"] == len(await journaled(path))
            await load.until(server, 200, SIGKILL)
        finally:
            server.kill_unless_stopped()
        taken |= load.taken
        kept = await journaled(path)
        assert taken - set(kept) == set(), "what was answered well is there"
        assert set(kept.values()) == {1}, "and none of it twice"
        assert len(kept) - len(taken) <= SENDERS * (number + 1), "nothing came from nowhere"


@pytest.mark.parametrize("durability", ["full", "fast"])
async def test_a_sender_that_repeats_after_a_kill_is_counted_once(
    tmp_path: Path, start_server: StartServer, durability: str
):
    flags = ("--journal", f"sqlite:{tmp_path}/v.db", "--durability", durability)
    load, server = Load("once"), Running(tmp_path, *flags)
    try:
        await load.until(server, 200, SIGKILL)
    finally:
        server.kill_unless_stopped()
    again = start_server(*flags)
    before = again.http.get("/api/analytics/summary").json()["totalEvents"]
    repeated = [VIEW | {"eventId": each} for each in sorted(load.taken)]
    for start in range(0, len(repeated), 500):
        batch = repeated[start : start + 500]
        answer = again.http.post("/api/events/batch", json=batch).json()
        assert (answer["accepted"], answer["duplicates"]) == (0, len(batch))
    assert again.http.get("/api/analytics/summary").json()["totalEvents"] == before


async def test_sigterm_under_load_loses_nothing_that_was_answered(
    tmp_path: Path, start_server: StartServer
):
    path = tmp_path / "visitors.db"
    load, server = Load("stop"), start_server("--journal", f"sqlite:{path}")
    await load.until(server, 200, 15)
    assert await asyncio.to_thread(server.wait) == 0
    assert set(await journaled(path)) >= load.taken
    assert not path.with_name("visitors.db-wal").exists(), "all is in the database"


def test_without_room_on_the_disk_events_are_refused_and_reads_go_on(
    tmp_path: Path, start_server: StartServer
):
    server = start_server("--journal", f"sqlite:{tmp_path}/v.db")
    assert server.http.post("/api/events", json=VIEW).status_code == 201
    with full_disk(server):
        for door, body in (("/api/events", VIEW), ("/api/events/batch", [VIEW])):
            refused = server.http.post(door, json=body, timeout=REFUSED_WITHIN_S)
            assert (refused.status_code, refused.json()["error"]) == (503, "unavailable")
            assert int(refused.headers["Retry-After"]) > 0
        reset = server.http.post("/api/analytics/reset", json={"confirm": "reset"})
        assert reset.status_code == 503
        health = server.http.get("/healthz")
        assert (health.status_code, health.json()["status"]) == (503, "failing")
        assert health.json()["journal"]["trouble"]
        assert server.http.get("/api/analytics/summary").json()["totalEvents"] == 1
    wait_until(lambda: server.http.get("/healthz").status_code == 200, "room on the disk")
    assert server.http.post("/api/events", json=VIEW).status_code == 201
    assert server.http.get("/api/analytics/summary").json()["totalEvents"] == 2


def test_a_tick_that_cannot_be_kept_comes_later(tmp_path: Path, start_server: StartServer):
    """The session ends by time alone, as soon as that can be written down."""
    flags = ("--session-timeout-s", "1")
    server = start_server("--journal", f"sqlite:{tmp_path}/v.db", *flags)
    assert server.http.post("/api/events", json=VIEW).status_code == 201
    with full_disk(server):
        wait_until(
            lambda: server.http.get("/healthz").json()["status"] == "failing", "a refused tick"
        )
        assert server.http.get("/api/analytics/summary").json()["totalActive"] == 1
    wait_until(
        lambda: server.http.get("/api/analytics/summary").json()["totalActive"] == 0, "the end"
    )
