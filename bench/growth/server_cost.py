"""CPU time of a server for events, ``/ws`` clients and open pages. Each function starts a new
server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

from bench.harness.cpu import process_cpu_s
from bench.harness.process import Server, our_command, running
from bench.load.client import LoadClient, Result
from bench.page.simulated_page import TickCounter

WARM_UP_S = 0.7
PAGES_RATE = 200
PAGES_WARM_UP_S = 1.5


def measure_idle(load: LoadClient, seconds: float) -> Result:
    """Measure a server without clients."""
    with _warm_server(load) as server:
        before_s = process_cpu_s(server.pid)
        sleep(seconds)
        return {"seconds": seconds, "server_cpu_s": process_cpu_s(server.pid) - before_s}


def measure_events(load: LoadClient, rate: float, watchers: int, seconds: float) -> Result:
    """Measure single events at ``rate`` a second, with ``watchers`` clients of ``/ws``."""
    options = ["--rate", f"{rate:g}", "--seconds", f"{seconds:g}", "--warm-up", f"{rate:g}"]
    if watchers:
        options += ["--watch", str(watchers), "--sample", "1"]
    with _warm_server(load) as server:
        return load.run_checked(f"{rate:g} events/s, {watchers} on /ws", server, *options)


def measure_pages(load: LoadClient, number: int, seconds: float) -> Result:
    """Measure 200 events a second with ``number`` open pages. ``ticks`` in the result is the sum of
    the updates of all pages."""
    with _warm_server(load) as server:
        return asyncio.run(_measure_pages(load, server, number, seconds))


async def _measure_pages(load: LoadClient, server: Server, number: int, seconds: float) -> Result:
    name, rate = f"{number} pages", ("--rate", f"{PAGES_RATE}")
    pages = [TickCounter() for _ in range(number)]
    for page in pages:
        await page.open(server.base_url)
    await asyncio.to_thread(load.run, name, server, *rate, "--seconds", f"{PAGES_WARM_UP_S:g}")
    before = sum(page.ticks for page in pages)
    options = (*rate, "--seconds", f"{seconds:g}")
    result = await asyncio.to_thread(load.run_checked, name, server, *options)
    ticks = sum(page.ticks for page in pages) - before
    connected = sum(page.is_connected for page in pages)
    if connected != number:
        load.problems.append(f"{name}: {number - connected} were disconnected")
    for page in pages:
        await page.close()
    return result | {"pages": number, "ticks": ticks}


@contextmanager
def _warm_server(load: LoadClient) -> Iterator[Server]:
    """Run a new server that has accepted some events, so that no first call is measured."""
    with running("ours", our_command(), load.server_core) as server:
        load.run("warm-up", server, "--seconds", f"{WARM_UP_S:g}")
        yield server
