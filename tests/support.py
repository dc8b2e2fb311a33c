"""What tests of several rooms share: events, a time line for state, and the server as a process."""

import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import httpx

from state.alerts import Rule
from state.analytics import Analytics
from state.applied import Applied
from state.event import Entry, Event, EventType, Reset, Tick
from state.journal.base import Record
from state.model import CountingOptions
from state.query import IngestTotals
from state.wire.messages import Message, encode

ROOT = Path(__file__).parent.parent
Files = tuple[int, int]
"""The soft and the hard limit of open files."""

BOUND_S = 30.0
"""How long a test waits for what has to happen."""

PATIENT_S = 180.0
"""The same for a checkpoint. It is made at the lowest priority, which others that take all cores
leave one part in seventy."""

NOON = datetime(2025, 7, 20, 12, 0, tzinfo=UTC).timestamp()
"""The zero of time lines: ``at=NOON + 45`` is drawn as 45."""


def at(text: str) -> float:
    """Epoch seconds of an ISO time; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


NOTHING_SENT = IngestTotals(0, 0, 0, {})
"""The account of a door where nobody has knocked."""

_event_ids = itertools.count(1)


def event(
    kind: str = "pageview", session_id: str = "ann", page: str | None = "/", **more: Any
) -> Event:
    """An event with an id of its own."""
    more.setdefault("id", f"event-{next(_event_ids)}")
    return Event(type=EventType(kind), session_id=session_id, page=page, **more)


def wire(message: Message) -> dict[str, Any]:
    """A message as a foreign dashboard reads it."""
    return json.loads(encode(message))


class Timeline:
    """Analytics fed by hand: each call is one record of the journal, with its time given."""

    def __init__(
        self, *rules: Rule, zone: tzinfo = UTC, session_timeout_s: float = 300.0, **limits: Any
    ) -> None:
        self.limits = CountingOptions(zone=zone, session_timeout_s=session_timeout_s, **limits)
        self.analytics = Analytics(self.limits, rules)
        self.model = self.analytics.model
        self.messages: list[dict[str, Any]] = []
        self._seq = 0

    def record(self, at: float, *what: Entry) -> Applied:
        self._seq += 1
        applied = self.analytics.apply(Record(self._seq, at, what))
        self.messages += map(wire, applied.messages)
        return applied

    def event(self, at: float, kind: str = "pageview", *arguments: Any, **fields: Any) -> Applied:
        return self.record(at, event(kind, *arguments, **fields))

    def tick(self, at: float) -> Applied:
        return self.record(at, Tick())

    def reset(self, at: float) -> Applied:
        return self.record(at, Reset("test"))

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The data of all messages of that type up to now, oldest first."""
        return [message["data"] for message in self.messages if message["type"] == kind]


@contextmanager
def parting(servers: Sequence["Running"]) -> Iterator[None]:
    """At the end of the block nothing has vanished, and each is stopped and leaves with code 0."""
    try:
        yield
        for server in servers:
            if server.exit_code is None:
                server.check_account()
    finally:
        for server in servers:
            server.kill_unless_stopped()
    for server in servers:
        server.check_farewell()


class StartServer(Protocol):
    def __call__(self, *flags: str, **environment: str) -> "Running": ...


class Running:
    """``main.py`` in a process of its own, on a free port of the loopback. It may open as many
    ``files`` as the tests may, or as given."""

    def __init__(
        self, directory: Path, *flags: str, files: Files | None = None, **environment: str
    ) -> None:
        self._stderr = directory / "stderr"
        self._process = start_process(self._stderr, ["--port", "0", *flags], environment, files)
        self.first_line = _line(self._process)
        self.port = int(self.first_line.rpartition(":")[2] or 0)
        self.url = f"http://127.0.0.1:{self.port}"
        self.exit_code: int | None = None
        self._token = environment.get("VISITORS_TOKEN", "")
        if "--token" in flags:
            self._token = flags[flags.index("--token") + 1]
        self.may_complain = False
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=BOUND_S)
        try:
            wait_until(self._answers, "/healthz")
        except BaseException:
            self.kill_unless_stopped()
            raise AssertionError(f"no start: {self.first_line!r}, {self.complaints}") from None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def complaints(self) -> str:
        """All that the server wrote to stderr."""
        return self._stderr.read_text()

    def next_line(self) -> str:
        """What the server says next on the console."""
        return _line(self._process)

    def start_at_zero(self) -> None:
        """Wait until nobody watches, then reset."""
        wait_until(lambda: self.http.get("/healthz").json()["dashboards"] == 0, "nobody watching")
        answer = self.http.post("/api/analytics/reset", json={"confirm": "reset"})
        assert answer.status_code == 200, answer.text

    def check_account(self) -> None:
        """Nothing vanished: all that was received is accepted, known already, or refused."""
        bearer = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        told = self.http.get("/api/analytics/summary", headers=bearer).json()
        refused = sum(told["rejected"].values())
        assert told["received"] == told["accepted"] + told["duplicates"] + refused

    def terminate(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop, without waiting."""
        self._process.send_signal(by)

    def wait(self) -> int:
        """The exit code, once it has left."""
        self.exit_code = self._process.wait(BOUND_S)
        return self.exit_code

    def stop(self) -> None:
        """Ask it to stop by its pid; it has to leave in peace."""
        self.kill_unless_stopped()
        self.check_farewell()

    def kill_unless_stopped(self) -> None:
        if self.exit_code is None:
            self._process.terminate()
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self._process.kill()
                self.wait()
        self.http.close()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def check_farewell(self) -> None:
        assert self.exit_code == 0, self.complaints
        assert self.may_complain or "Traceback" not in self.complaints, self.complaints

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError("it has left already")
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False


def start_process(
    stderr: Path,
    arguments: list[str],
    environment: dict[str, str],
    files: Files | None = None,
) -> "subprocess.Popen[str]":
    """``main.py`` with these flags. No setting of the machine shows through, and where the test
    names no zone it is noon there, so that no midnight falls into it."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("VISITORS_")}
    noon = {"VISITORS_TIMEZONE": f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"}
    with stderr.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "main.py", *arguments],
            cwd=ROOT,
            env=clean | noon | environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    if files is not None:  # long before it has read its settings
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, files)
    return process


def wait_until(true: Callable[[], bool], what: str, bound_s: float = BOUND_S) -> None:
    """Look again and again until it is so, but not longer than the bound."""
    pause = threading.Event()
    give_up_at = monotonic() + bound_s
    while not true():
        assert monotonic() < give_up_at, f"waited in vain for {what}"
        pause.wait(0.02)


def _line(process: "subprocess.Popen[str]") -> str:
    """What it says next; a server that says nothing in time is ended."""
    give_up = threading.Timer(2 * BOUND_S, process.kill)
    give_up.start()
    try:
        assert process.stdout is not None
        return process.stdout.readline().strip()
    finally:
        give_up.cancel()


@contextmanager
def full_disk(server: Running) -> Iterator[None]:
    """For the server: what it writes past a file's first byte fails."""
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))
