"""Measures one server on this machine: how long an event takes from ``POST /api/events`` to its
frame on ``/ws``, and the CPU time that it costs the server.
``python -m bench.server.latency --help`` shows what can be varied.

Load and server share the machine, and the load comes from this one process: compare figures of one
machine with each other, not with anybody else's."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import perf_counter

import httpx
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).parents[2]
STARTED = "Visitor analytics on "
WARM_UP = 100
WAIT_S = 30.0
CONNECTIONS = 32
IDLE_S = 2.0
"""A connection idle for longer isn't used again; the server closes its end after five."""


@dataclass(frozen=True)
class Result:
    """Times in seconds. ``latencies`` are from the moment an event was due to its frame."""

    latencies: list[float]
    took_s: float
    cpu_s: float


def main() -> int:
    """Print the figures of one run; exit code 1 if a frame didn't come."""
    asked = arguments()
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line.startswith(STARTED):
                print("the server did not start", file=sys.stderr)
                return 1
            base_url = line.removeprefix(STARTED).strip()
            result = asyncio.run(measure(base_url, server.pid, asked.events, asked.rate))
        finally:
            server.terminate()
            server.wait(WAIT_S)
    return report(asked, result)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--events", type=int, default=4000, help="events to send (default: 4000)")
    parser.add_argument("--rate", type=float, default=200, help="events a second (default: 200)")
    parser.add_argument("--quick", action="store_true", help="send 400 events")
    asked = parser.parse_args()
    if asked.quick:
        asked.events = 400
    if asked.events < 1 or asked.rate <= 0:
        parser.error("events and rate should be greater than 0")
    return asked


def report(asked: argparse.Namespace, result: Result) -> int:
    seen = sorted(result.latencies)
    per_event = result.cpu_s / asked.events * 1e6
    resolution = 1e6 / os.sysconf("SC_CLK_TCK") / asked.events
    print(f"events        {asked.events} sent one by one, {len(seen)} seen on /ws by one client")
    print(f"rate          {asked.rate:g}/s asked, {asked.events / result.took_s:.1f}/s reached")
    if seen:
        print(
            f"POST -> frame p50 {percentile(seen, 50) * 1000:.2f} ms, "
            f"p99 {percentile(seen, 99) * 1000:.2f} ms, most {seen[-1] * 1000:.2f} ms"
        )
    print(f"server CPU    {per_event:.0f} µs an event (read in steps of {resolution:.0f} µs)")
    print("The latency includes the time that the HTTP client here takes to send;")
    print("the CPU time is all that the server used meanwhile.")
    return 0 if len(seen) == asked.events else 1


def percentile(ordered: list[float], percent: int) -> float:
    """The smallest value that ``percent`` of all don't exceed."""
    return ordered[ceil(len(ordered) * percent / 100) - 1]


async def measure(base_url: str, pid: int, events: int, rate: float) -> Result:
    """Warm up, then send ``events`` at ``rate`` a second, whether or not answers have come yet."""
    await ready(base_url)
    limits = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=IDLE_S)
    async with (
        httpx.AsyncClient(base_url=base_url, trust_env=False, limits=limits) as http,
        connect(f"{base_url.replace('http', 'ws', 1)}/ws", proxy=None) as socket,
    ):
        warm = [f"warm-{number}" for number in range(WARM_UP)]
        await send(http, socket, warm, rate)
        ids = [f"event-{number}" for number in range(events)]
        cpu_before, began = cpu_s(pid), perf_counter()
        latencies = await send(http, socket, ids, rate)
        return Result(latencies, perf_counter() - began, cpu_s(pid) - cpu_before)


async def ready(base_url: str) -> None:
    """Return when the server answers."""
    async with asyncio.timeout(WAIT_S), httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                (await http.get(f"{base_url}/healthz")).raise_for_status()
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.05)


async def send(
    http: httpx.AsyncClient, socket: ClientConnection, ids: list[str], rate: float
) -> list[float]:
    """Send one event for each id; how long each took from when it was due to its frame."""
    due: dict[str, float] = {}
    reader = asyncio.create_task(seen_at(socket, set(ids)))
    began = perf_counter()
    async with asyncio.TaskGroup() as posts:
        for number, event_id in enumerate(ids):
            due[event_id] = began + number / rate
            await asyncio.sleep(max(0.0, due[event_id] - perf_counter()))
            posts.create_task(post(http, event_id, number))
    seen = await reader
    return [at - due[event_id] for event_id, at in seen.items()]


async def post(http: httpx.AsyncClient, event_id: str, number: int) -> None:
    event = {
        "type": "pageview",
        "page": f"/page/{number % 50}",
        "sessionId": f"visitor-{number % 200}",
        "country": ("India", "USA", "Germany")[number % 3],
        "metadata": {"device": "desktop", "referrer": "google.com"},
        "eventId": event_id,
    }
    (await http.post("/api/events", json=event)).raise_for_status()


async def seen_at(socket: ClientConnection, wanted: set[str]) -> dict[str, float]:
    """When the frame of each wanted event came; those that come too late are left out."""
    seen: dict[str, float] = {}
    try:
        while len(seen) < len(wanted):
            async with asyncio.timeout(WAIT_S):
                frame = await socket.recv()
            at = perf_counter()
            message = json.loads(frame)
            if message["type"] == "visitor_update" and message["data"]["event"]["id"] in wanted:
                seen[message["data"]["event"]["id"]] = at
    except TimeoutError:
        pass
    return seen


def cpu_s(pid: int) -> float:
    """User and system time of a process, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
