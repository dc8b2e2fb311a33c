"""Measure how long a POST takes while slowhttptest holds 500 incomplete requests: incomplete
headers (slowloris), then incomplete bodies (R-U-Dead-Yet).

    python -m bench.server.slowloris

Needs slowhttptest (on Debian: apt-get install slowhttptest)."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import httpx

from bench.harness.http_client import post_event
from bench.harness.percentiles import summary_ms
from bench.harness.process import our_command, running

INCOMPLETE_REQUESTS = 500
POSTS = 1_000
ATTACKS = {"headers": "-H", "bodies": "-B"}
CONNECT_S = 3.0
"""Time until slowhttptest has opened its connections."""


def main() -> int:
    if shutil.which("slowhttptest") is None:
        print("slowhttptest is needed. On Debian: apt-get install slowhttptest", file=sys.stderr)
        return 2
    with running("ours", our_command()) as server:
        asyncio.run(measure(server.base_url))
    return 0


async def measure(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        report("alone", await time_posts(http, "alone"))
        for what, flag in ATTACKS.items():
            with incomplete_requests(base_url, flag):
                await asyncio.sleep(CONNECT_S)
                times_s = await time_posts(http, what)
                report(f"with {INCOMPLETE_REQUESTS} incomplete {what}", times_s)


@contextmanager
def incomplete_requests(base_url: str, flag: str) -> Iterator[None]:
    """Hold incomplete requests; each sends a few bytes more every five seconds."""
    number = str(INCOMPLETE_REQUESTS)
    options = [flag, "-c", number, "-r", number, "-i", "5", "-l", "60", "-s", "8192"]
    options += ["-t", "POST", "-f", "application/json", "-u", f"{base_url}/api/events"]
    with subprocess.Popen(["slowhttptest", *options], stdout=subprocess.DEVNULL) as attack:
        yield
        assert attack.poll() is None, "slowhttptest ended too early"
        attack.terminate()


async def time_posts(http: httpx.AsyncClient, tag: str) -> list[float]:
    """Post 1,000 events one after the other. Returns the seconds of each."""
    times_s: list[float] = []
    for number in range(POSTS):
        started_at = perf_counter()
        await post_event(http, f"{tag}-{number}", number)
        times_s.append(perf_counter() - started_at)
    return times_s


def report(what: str, times_s: Sequence[float]) -> None:
    times = summary_ms(times_s)
    print(
        f"POST {what}: p50 {times['p50_ms']} ms, p99 {times['p99_ms']} ms, max {times['max_ms']} ms"
    )


if __name__ == "__main__":
    sys.exit(main())
