"""Readers that never read: one costs little and is gone soon, many share one budget, and whoever
reads beside them misses nothing."""

import asyncio
import itertools
from contextlib import AsyncExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults.clients.test_bad_clients import dashboards, metric
from tests.ingest.client import (
    VIEW,
    Dashboard,
    dashboard,
    eventually,
    numbered,
    open_slow_socket,
    post_batch,
)
from tests.support import BOUND_S, Running, StartServer

MB = 2**20
EVENTS_MB = 180
"""What the events of a test take themselves: 64 MB of history, 5,000 recent events of 8 kB."""

HEAVY = VIEW | {"metadata": {"x": "y" * 8_000}}
EACH_WAY = pytest.mark.parametrize("way", [(), ("--plain",)], ids=["fast", "plain"])


def no_gap(healthy: Dashboard) -> bool:
    seqs, start = numbered(healthy.heard), healthy.heard[0]["data"]["seq"]
    return seqs == list(range(start + 1, start + 1 + len(seqs)))


async def until_gone(server: Running, healthy: Dashboard, left: int) -> None:
    """Send large events until so many dashboards are left."""
    async with asyncio.timeout(2 * BOUND_S):
        for number in itertools.count(1):
            await asyncio.to_thread(post_batch, server, [HEAVY] * 100)
            while len(numbered(healthy.heard)) < 200 * number:
                await healthy.next()
            if dashboards(server) == left:
                return


@EACH_WAY
async def test_who_never_reads_is_gone_before_a_second_snapshot_is_made_for_it(
    start_server: StartServer, way: tuple[str, ...]
) -> None:
    backlog = "2000000" if way else "100000"  # one burst of events is more than the latter
    server = start_server("--slow-reader-s", "3", "--backlog-bytes", backlog, *way)
    async with dashboard(server) as healthy, open_slow_socket(server):
        await healthy.until("user_connected")
        before = metric(server, "memory_bytes")
        await until_gone(server, healthy, left=1)
        assert metric(server, "too_slow_total") == 1
        assert metric(server, "resyncs_total") <= (1 if way else 0)
        assert metric(server, "memory_bytes") < before + EVENTS_MB * MB
        assert no_gap(healthy)


@EACH_WAY
async def test_what_waits_for_many_who_never_read_stays_within_one_budget(
    start_server: StartServer, way: tuple[str, ...]
) -> None:
    budget = ("--max-backlogs-bytes", str(8 * MB), "--slow-reader-s", "5")
    server = start_server(*budget, *way)
    post_batch(server, [HEAVY | {"sessionId": f"{n}", "page": "/" * 2_000} for n in range(100)])
    async with dashboard(server) as healthy, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(open_slow_socket(server)) for _ in range(20)]
        for _ in range(10):
            for each in slow:
                with suppress(ConnectionClosed):  # the first ones are closed already
                    await each.send("request_detailed_stats")
            assert metric(server, "backlog_bytes") <= 8 * MB
        await until_gone(server, healthy, left=1)
        assert no_gap(healthy)
    await eventually(lambda: dashboards(server) == 0, "nobody watching")
    assert metric(server, "backlog_bytes") == 0
