"""What events, ``/ws`` clients and open pages cost a server; each function starts a fresh one."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import clock_gettime, monotonic, sleep

from bench.compare.measurements import Load, Result
from bench.harness.process import BENCH, Server, running
from bench.page.simulated_page import Viewer

COMMAND = [sys.executable, str(BENCH.parent / "main.py"), "--port", "0"]
HEAT_S = 0.7
PAGES_RATE = 200
BURST_S = 0.1
"""What comes to a page closer together than this belongs to one tick of the server."""


class Ticked(Viewer):
    """An open page that counts the server's ticks."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 0
        self._latest = 0.0

    def told(self) -> None:
        now = monotonic()
        self.ticks += now - self._latest > BURST_S
        self._latest = now
        super().told()


def idle(load: Load, seconds: float) -> Result:
    """CPU seconds of a server that nobody talks to."""
    with _heated(load) as server:
        before = cpu_s(server)
        sleep(seconds)
        return {"seconds": seconds, "server_cpu_s": cpu_s(server) - before}


def events(load: Load, rate: float, watchers: int, seconds: float) -> Result:
    """So many events a second, one a request, while so many ``/ws`` clients take their frames."""
    words = ["--rate", f"{rate:g}", "--seconds", f"{seconds:g}", "--warm-up", f"{rate:g}"]
    if watchers:
        words += ["--watch", str(watchers), "--sample", "1"]
    with _heated(load) as server:
        row = f"{rate:g} events/s, {watchers} on /ws"
        return load.check(row, server, load.run("events", server, *words))


def pages(load: Load, number: int, seconds: float) -> Result:
    """So many pages open under a steady rate of events."""
    with _heated(load) as server:
        return asyncio.run(_pages(load, server, number, seconds))


async def _pages(load: Load, server: Server, number: int, seconds: float) -> Result:
    row, rate = f"{number} pages", ("--rate", f"{PAGES_RATE}")
    viewers = [Ticked() for _ in range(number)]
    for viewer in viewers:
        await viewer.open(f"http://127.0.0.1:{server.port}")
    await asyncio.to_thread(load.run, row, server, *rate, "--seconds", "1.5")
    before = sum(viewer.ticks for viewer in viewers)
    words = (*rate, "--seconds", f"{seconds:g}")
    result = load.check(row, server, await asyncio.to_thread(load.run, row, server, *words))
    ticks = sum(viewer.ticks for viewer in viewers) - before
    stayed = sum(viewer.is_connected for viewer in viewers)
    if stayed != number:
        load.problems.append(f"{row}: {number - stayed} did not stay")
    for viewer in viewers:
        await viewer.close()
    return result | {"pages": number, "ticks": ticks}


def cpu_s(server: Server) -> float:
    """User and system time of its process, by the kernel's clock for it."""
    return clock_gettime((~server.pid << 3) | 2)


@contextmanager
def _heated(load: Load) -> Iterator[Server]:
    """A fresh server that has taken some events, so that none is its first."""
    with running("ours", COMMAND, load.server_core) as server:
        load.run("heat", server, "--seconds", f"{HEAT_S:g}")
        yield server
