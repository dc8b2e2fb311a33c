"""While a long journal is read: the server is up, says how far it is, and takes nothing yet."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from main import build
from state.settings.settings import load
from tests.ingest.runtime.test_start_and_stop import refused
from tests.state.journal.journals import write_events
from tests.support import BOUND_S, start_process, wait_until

EVENTS = 120_000
VIEW = {"type": "pageview", "page": "/", "sessionId": "ann"}


class Starting:
    """A server from the moment on when it listens."""

    def __init__(self, directory: Path, *flags: str) -> None:
        self._stderr = directory / "stderr"
        self.process = start_process(self._stderr, ["--port", "0", *flags], {})
        assert self.process.stdout is not None
        self.url = f"http://{self.process.stdout.readline().split()[-1].removeprefix('http://')}"
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=BOUND_S)
        wait_until(self._listens, "its listening")

    def leave(self) -> tuple[str, int]:
        """What it said after the first line, and its exit code."""
        self.process.terminate()
        try:
            said, _ = self.process.communicate(timeout=BOUND_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert "Traceback" not in self._stderr.read_text()
        return said, self.process.returncode

    def _listens(self) -> bool:
        try:
            return bool(self.http.get("/healthz").content)
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journal") / "visitors.db"
    write_events(path, EVENTS)
    return path


@pytest.fixture(params=["--no-plain", "--plain"])
def starting(request: pytest.FixtureRequest, written: Path, tmp_path: Path) -> Iterator[Starting]:
    path = shutil.copy(written, tmp_path / "visitors.db")
    server = Starting(tmp_path, request.param, "--journal", f"sqlite:{path}")
    try:
        yield server
    finally:
        server.http.close()
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


def ready(server: Starting) -> bool:
    return server.http.get("/healthz").status_code == 200


def test_until_the_journal_is_read_everything_but_health_is_unavailable(starting: Starting):
    health = starting.http.get("/healthz")
    told = health.json()
    assert (health.status_code, told["status"], told["ready"]) == (503, "starting", False)
    assert told["journal"]["of"] == EVENTS
    assert 0 <= told["journal"]["replayed"] < EVENTS
    refusals = [
        starting.http.post("/api/events", json=VIEW),
        starting.http.post("/api/events/batch", json=[VIEW]),
        starting.http.get("/api/analytics/summary"),
        starting.http.get("/nothing"),
    ]
    page = starting.http.get("/", headers={"Accept": "text/html,*/*"})
    with pytest.raises(InvalidStatus) as shut:
        connect(f"{starting.url.replace('http', 'ws')}/ws", proxy=None)
    assert starting.http.get("/healthz").json()["status"] == "starting", "it was so all the time"
    for each in refusals:
        assert (each.status_code, each.json()["error"]) == (503, "unavailable")
        assert int(each.headers["Retry-After"]) > 0
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "records so far" in page.text and int(page.headers["Retry-After"]) > 0
    assert shut.value.response.status_code == 503
    wait_until(lambda: ready(starting), "the end of the journal")
    summary = starting.http.get("/api/analytics/summary").json()
    assert (summary["received"], summary["rejected"]) == (6, {"unavailable": 6})
    assert starting.http.post("/api/events", json=VIEW).status_code == 201
    with connect(f"{starting.url.replace('http', 'ws')}/ws", proxy=None) as socket:
        assert '"epoch":"written-' in str(socket.recv(BOUND_S))
    said, code = starting.leave()
    assert code == 0
    assert f" of {EVENTS:,} records read\n" in said
    assert " records read in " in said


def test_a_server_that_is_stopped_while_it_starts_leaves_in_peace(starting: Starting):
    assert starting.http.get("/healthz").json()["status"] == "starting"
    said, code = starting.leave()
    assert code == 0
    assert "records read in" not in said


def test_a_second_server_on_the_same_journal_does_not_start(starting: Starting, tmp_path: Path):
    path = starting.process.args[-1]  # type: ignore[index]
    said = refused(tmp_path, "--journal", path)
    assert "journal" in said and "another server" in said and "Traceback" not in said


def test_a_file_that_is_none_of_ours_stops_the_start_with_code_2(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk")
    said = refused(tmp_path, "--journal", f"sqlite:{path}")
    assert "journal" in said and "no SQLite database" in said and "Traceback" not in said
    assert path.read_text() == "remember the milk"


@pytest.mark.anyio
async def test_an_epoch_is_known_after_a_restart_but_not_under_other_settings(tmp_path: Path):
    """Under another timeout the same journal brings forth other messages with the same numbers."""

    async def knows(epoch: str, *flags: str) -> tuple[bool, str]:
        parts = build(load(["--journal", f"sqlite:{tmp_path}/v.db", *flags]))
        await parts.pipeline.start()
        try:
            known = parts.hub.missed(epoch, 0, parts.clock()) is not None
            await parts.pipeline.reset("test")
            return known, parts.hub.epoch
        finally:
            await parts.pipeline.journal.stop()

    _, first = await knows("")
    assert (await knows(first))[0]
    assert not (await knows(first, "--session-timeout-s", "60"))[0]
    assert not (await knows(first, "--milestones", "5,7"))[0]
    assert (await knows(first, "--max-pages-per-s", "9"))[0]
