"""Measure the time of an event from ``POST /api/events`` to its frame on ``/ws``, and the CPU time
that it costs the server.

    python -m bench.server.latency [--events N] [--rate R] [--quick]

Load and server share the machine, and the load is this one Python process: compare figures of the
same machine only. Exit code 1: a frame did not arrive."""

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass
from time import perf_counter

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.harness.cpu import process_cpu_s
from bench.harness.http_client import post_event
from bench.harness.percentiles import summary_ms
from bench.harness.process import Server, our_command, running

WARM_UP = 100
FRAME_TIMEOUT_S = 30.0
CONNECTIONS = 32
IDLE_S = 2.0
"""A connection idle for longer isn't used again; the server closes its end after 5 s."""


@dataclass(frozen=True)
class Result:
    """Times in seconds. ``latencies_s`` are from when an event was due to its frame."""

    latencies_s: list[float]
    elapsed_s: float
    cpu_s: float


def main() -> int:
    options = parse_options()
    with running("ours", our_command()) as server:
        result = asyncio.run(measure(server, options.events, options.rate))
    return report(options, result)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--events", type=int, default=4000, help="events to send (default: 4000)")
    parser.add_argument("--rate", type=float, default=200, help="events a second (default: 200)")
    parser.add_argument("--quick", action="store_true", help="send 400 events")
    options = parser.parse_args()
    if options.quick:
        options.events = 400
    if options.events < 1 or options.rate <= 0:
        parser.error("events and rate should be greater than 0")
    return options


def report(options: argparse.Namespace, result: Result) -> int:
    received, reached = len(result.latencies_s), options.events / result.elapsed_s
    print(f"events        {options.events} single POSTs, {received} received on /ws by one client")
    print(f"rate          {options.rate:g}/s requested, {reached:.1f}/s reached")
    if received:
        times = summary_ms(result.latencies_s)
        print(
            f"POST -> frame p50 {times['p50_ms']} ms, p99 {times['p99_ms']} ms, "
            f"max {times['max_ms']} ms"
        )
    print(f"server CPU    {result.cpu_s / options.events * 1e6:.0f} µs an event")
    print("The latency includes the time that the HTTP client needs to send;")
    print("the CPU time is all that the server used in this time.")
    return 0 if received == options.events else 1


async def measure(server: Server, events: int, rate: float) -> Result:
    """Warm up, then send events at the rate, whether or not responses have arrived."""
    limits = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=IDLE_S)
    async with (
        httpx.AsyncClient(base_url=server.base_url, trust_env=False, limits=limits) as http,
        connect(f"ws://127.0.0.1:{server.port}/ws", proxy=None) as socket,
    ):
        await send(http, socket, [f"warm-{number}" for number in range(WARM_UP)], rate)
        ids = [f"event-{number}" for number in range(events)]
        cpu_before_s, started_at = process_cpu_s(server.pid), perf_counter()
        latencies_s = await send(http, socket, ids, rate)
        elapsed_s = perf_counter() - started_at
        return Result(latencies_s, elapsed_s, process_cpu_s(server.pid) - cpu_before_s)


async def send(
    http: httpx.AsyncClient, socket: ClientConnection, ids: list[str], rate: float
) -> list[float]:
    """Send an event for each id. Returns seconds from when each was due to its frame."""
    due_at: dict[str, float] = {}
    reader = asyncio.create_task(receive(socket, set(ids)))
    started_at = perf_counter()
    async with asyncio.TaskGroup() as posts:
        for number, event_id in enumerate(ids):
            due_at[event_id] = started_at + number / rate
            await asyncio.sleep(max(0.0, due_at[event_id] - perf_counter()))
            posts.create_task(post_event(http, event_id, number))
    received = await reader
    return [at - due_at[event_id] for event_id, at in received.items()]


async def receive(socket: ClientConnection, ids: set[str]) -> dict[str, float]:
    """Return when each event's frame arrived. An event is missing if none arrives for 30 s."""
    received: dict[str, float] = {}
    try:
        while len(received) < len(ids):
            async with asyncio.timeout(FRAME_TIMEOUT_S):
                frame = await socket.recv()
            at = perf_counter()
            message = json.loads(frame)
            if message["type"] == "visitor_update" and message["data"]["event"]["id"] in ids:
                received[message["data"]["event"]["id"]] = at
    except TimeoutError:
        pass
    return received


if __name__ == "__main__":
    sys.exit(main())
