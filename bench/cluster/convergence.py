"""Measures how soon all dashboards of a cluster say the same: thirty ``/ws`` clients on three
nodes, events at any of them, and the time from the last answer until each has the last message;
less than nothing where the answer came last.

    python -m bench.cluster.convergence [--events 300] [--rounds 10]

Needs redis-server."""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.harness.process import running
from tools.demo_cluster import free_ports, redis_command, stop, wait_for

ROOT = Path(__file__).parents[2]
OURS = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
CLIENTS = 30
AT_ONCE = 8


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="How soon all say the same.")
    parser.add_argument("--events", type=int, default=300, help="in a round")
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        [port] = free_ports(1)
        command = redis_command(Path(folder), port)
        stack.callback(stop, [subprocess.Popen(command, stdout=subprocess.DEVNULL)])
        wait_for(port)
        journal = [*OURS, "--journal", f"redis://127.0.0.1:{port}/0"]
        nodes = [stack.enter_context(running("node", journal, None)).port for _ in range(3)]
        waits_ms = asyncio.run(rounds(nodes, asked.rounds, asked.events))
    waits_ms.sort()
    told = {"clients": CLIENTS, "rounds": asked.rounds, "events": asked.events}
    median, most = waits_ms[len(waits_ms) // 2], waits_ms[-1]
    print(json.dumps(told | {"ms_median": round(median, 1), "ms_most": round(most, 1)}))


async def rounds(nodes: list[int], number: int, events: int) -> list[float]:
    async with AsyncExitStack() as stack:
        urls = [f"ws://127.0.0.1:{nodes[each % 3]}/ws" for each in range(CLIENTS)]
        clients = [
            await stack.enter_async_context(connect(url, proxy=None, max_size=None, max_queue=None))
            for url in urls
        ]
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        return [await one(clients, http, nodes, f"{each}", events) for each in range(number)]


async def one(
    clients: list[ClientConnection],
    http: httpx.AsyncClient,
    nodes: list[int],
    tag: str,
    events: int,
) -> float:
    """Milliseconds from the last answer until everybody has heard of the last event, which begins a
    session of its own."""
    last = asyncio.gather(*(heard(client, f"last-{tag}") for client in clients))
    for start in range(0, events, AT_ONCE):
        posts = (post(http, nodes, f"{tag}-{start + each}") for each in range(AT_ONCE))
        await asyncio.gather(*posts)
    await post(http, nodes, f"last-{tag}")
    answered_at = time.perf_counter()
    return (max(await last) - answered_at) * 1_000


async def post(http: httpx.AsyncClient, nodes: list[int], session: str) -> None:
    url = f"http://127.0.0.1:{nodes[hash(session) % 3]}/api/events"
    event = {"type": "pageview", "page": "/", "sessionId": session}
    (await http.post(url, json=event)).raise_for_status()


async def heard(client: ClientConnection, session: str) -> float:
    """When the client has what comes last of that session's first event."""
    while True:
        message = json.loads(await client.recv())
        if message["type"] == "session_activity" and message["data"]["sessionId"] == session:
            return time.perf_counter()


if __name__ == "__main__":
    main(sys.argv[1:])
