"""Measure how soon all dashboards of a cluster agree: thirty ``/ws`` clients on three nodes, events
to any node, and the time from the last response until every client has the last message.

    python -m bench.cluster.convergence [--events N] [--rounds N]

Prints one line of JSON. A time is negative if all clients had the message before the response.
Needs redis-server."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.harness.percentiles import percentile
from bench.harness.process import Server, our_command, running
from tools.local_processes import running_redis

NODES = 3
CLIENTS = 30
CONCURRENT_POSTS = 8


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--events", type=int, default=300, help="in a round")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        redis = stack.enter_context(running_redis(Path(folder)))
        command = our_command("--journal", redis.journal)
        nodes = [stack.enter_context(running("node", command)) for _ in range(NODES)]
        times_ms = sorted(asyncio.run(measure(nodes, options.rounds, options.events)))
    row = {"clients": CLIENTS, "rounds": options.rounds, "events": options.events}
    row |= {"ms_median": round(percentile(times_ms, 50), 1), "ms_max": round(times_ms[-1], 1)}
    print(json.dumps(row))


async def measure(nodes: list[Server], rounds: int, events: int) -> list[float]:
    """Connect the clients. Returns the milliseconds of each round."""
    async with AsyncExitStack() as stack:
        urls = [f"ws://127.0.0.1:{nodes[each % NODES].port}/ws" for each in range(CLIENTS)]
        clients = [
            await stack.enter_async_context(connect(url, proxy=None, max_size=None, max_queue=None))
            for url in urls
        ]
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        return [
            await measure_round(clients, http, nodes, f"{number}", events)
            for number in range(rounds)
        ]


async def measure_round(
    clients: list[ClientConnection],
    http: httpx.AsyncClient,
    nodes: list[Server],
    tag: str,
    events: int,
) -> float:
    """Return milliseconds from the last response until every client has the last event, which is
    the first of a new session."""
    last = f"last-{tag}"
    received = asyncio.gather(*(wait_for_session(client, last) for client in clients))
    for start in range(0, events, CONCURRENT_POSTS):
        posts = (post(http, nodes, f"{tag}-{start + each}") for each in range(CONCURRENT_POSTS))
        await asyncio.gather(*posts)
    await post(http, nodes, last)
    answered_at = time.perf_counter()
    return (max(await received) - answered_at) * 1_000


async def post(http: httpx.AsyncClient, nodes: list[Server], session: str) -> None:
    """Post the first event of a session to one of the nodes."""
    node = nodes[crc32(session.encode()) % NODES]
    event = {"type": "pageview", "page": "/", "sessionId": session}
    (await http.post(f"{node.base_url}/api/events", json=event)).raise_for_status()


async def wait_for_session(client: ClientConnection, session: str) -> float:
    """Return when the client receives the session's ``session_activity``, the last message of its
    first event."""
    while True:
        message = json.loads(await client.recv())
        if message["type"] == "session_activity" and message["data"]["sessionId"] == session:
            return time.perf_counter()


if __name__ == "__main__":
    main(sys.argv[1:])
