"""What the log and the public routes say of a journal that can't keep events."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest.runtime import journal_watch
from ingest.runtime.journal_watch import QUIET_S, log_journal_trouble
from state.journal.memory import MemoryJournal
from tests.redis_server import RedisServer
from tests.support import Running, StartServer, wait_until

VIEW = {"type": "pageview", "page": "/", "sessionId": "ann"}
pytestmark = pytest.mark.parametrize("way", ["--no-plain", "--plain"])


def lines(server: Running) -> list[str]:
    return server.complaints.splitlines()


def test_a_database_that_cannot_be_written_is_a_line_in_the_log_and_its_end_another(
    tmp_path: Path, start_server: StartServer, way: str
):
    server = start_server("--journal", f"sqlite:{tmp_path}/v.db", way)
    with closing(sqlite3.connect(tmp_path / "v.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            assert server.http.post("/api/events", json=VIEW).status_code == 503
        wait_until(lambda: len(lines(server)) == 1, "a line")
    wait_until(lambda: len(lines(server)) == 2, "the line of the end")
    assert server.http.post("/api/events", json=VIEW).status_code == 201
    begins, ends = lines(server)
    assert begins.startswith("ERROR visitors.journal: No event can be kept")
    assert ends.startswith("WARNING visitors.journal: It is well again after ")


def test_redis_is_named_in_the_log_alone(start_server: StartServer, redis: RedisServer, way: str):
    server = start_server("--journal", redis.journal(), way)
    place = f"127.0.0.1:{redis.port}"
    redis.kill()
    wait_until(lambda: server.http.get("/healthz").json()["status"] == "failing", "trouble")
    trouble = server.http.get("/healthz").json()["journal"]["trouble"]
    assert trouble == "Redis can't keep events now; the log of this server says why"
    answers = [server.http.get(path).text for path in ("/healthz", "/metrics")]
    answers.append(server.http.post("/api/events", json=VIEW).text)
    assert all(str(redis.port) not in answer for answer in answers)
    wait_until(lambda: len(lines(server)) == 1, "a line")
    redis.start()
    wait_until(lambda: len(lines(server)) == 2, "the line of the end")
    assert [place in line for line in lines(server)] == [True, False]


async def test_trouble_that_comes_and_goes_is_told_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, way: str
):
    now = 0.0
    monkeypatch.setattr(journal_watch, "LOOK_S", 0)
    journal: MemoryJournal[object] = MemoryJournal(epoch="e", clock=lambda: now)
    watching = asyncio.create_task(log_journal_trouble(journal, lambda: now))

    async def told(trouble: str | None) -> int:
        journal.trouble = trouble
        for _ in range(3):
            await asyncio.sleep(0)
        return len(caplog.records)

    assert [await told(each) for each in ("full", "full", None, "full", None)] == [1, 1, 2, 2, 2]
    assert await told("full") == 2
    now = QUIET_S
    assert await told("full") == 3
    assert await told(None) == 4
    watching.cancel()
