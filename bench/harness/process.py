"""Start a server on the loopback, and read its memory and its counters from outside."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from bench.harness.cpu import pinned_to
from tools.local_processes import stop

ROOT = Path(__file__).parents[2]
START_S = 30.0
POLL_S = 0.02


@dataclass(frozen=True)
class Server:
    """A running server. ``name`` is used in messages."""

    name: str
    pid: int
    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def resident_bytes(self) -> int:
        """Read the resident set size."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def accepted_events(self) -> int:
        """Ask the server how many events it has accepted since its start."""
        url = f"{self.base_url}/api/analytics/summary"
        return int(httpx.get(url, trust_env=False, timeout=START_S).json()["accepted"])


def our_command(*flags: str, tree: Path = ROOT) -> list[str]:
    """Build the command of our server on a free port. ``tree`` is the checkout to run."""
    return [sys.executable, str(tree / "main.py"), "--port", "0", *flags]


@contextmanager
def running(
    name: str, command: Sequence[str], core: int | None = None, *, start_s: float = START_S
) -> Iterator[Server]:
    """Run a server, on one core if one is given, and yield it when it is ready; then stop it.

    The server prints its address, which ends with the port, as its first line.

    Raises:
        RuntimeError: it is not ready within ``start_s``.
    """
    environment = os.environ | {"NODE_ENV": "production"}
    with pinned_to(core):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
        )
    try:
        server = Server(name, process.pid, _read_port(process, name, start_s))
        wait_until_ready(server, start_s)
        yield server
    finally:
        stop(process)


def wait_until_ready(server: Server, within_s: float = START_S) -> None:
    """Poll ``/healthz`` until the server accepts events.

    Raises:
        RuntimeError: it does not within ``within_s``.
    """
    deadline = monotonic() + within_s
    while monotonic() < deadline:
        try:
            response = httpx.get(f"{server.base_url}/healthz", trust_env=False, timeout=within_s)
        except httpx.TransportError:
            pass
        else:
            if response.is_success and response.json().get("ready", True):
                return
        sleep(POLL_S)
    raise RuntimeError(f"{server.name} is not ready on port {server.port}")


def _read_port(process: "subprocess.Popen[Any]", name: str, within_s: float) -> int:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], within_s)
    line = process.stdout.readline() if readable else ""
    port = line.strip().rpartition(":")[2]
    if not port.isdigit():
        raise RuntimeError(f"{name} did not start: {line!r}")
    return int(port)
