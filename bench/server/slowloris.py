"""Measures how long a POST takes while slowhttptest holds 500 requests that are begun and never
ended: heads, then bodies (slowloris, R-U-Dead-Yet).
``python -m bench.server.slowloris``; needs Debian's slowhttptest."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import httpx

from bench.server.latency import ROOT, STARTED, percentile, post, ready

HALF_SENT = 500
POSTS = 1_000
KINDS = {"heads": "-H", "bodies": "-B"}
JOIN_S = 3.0


def main() -> int:
    if shutil.which("slowhttptest") is None:
        print("slowhttptest is needed. On Debian: apt-get install slowhttptest", file=sys.stderr)
        return 2
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().removeprefix(STARTED).strip()
            asyncio.run(measure(base_url.replace("localhost", "127.0.0.1")))
        finally:
            server.terminate()
            server.wait(10)
    return 0


async def measure(base_url: str) -> None:
    await ready(base_url)
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        report("alone", await take_times(http))
        for what, flag in KINDS.items():
            with slow_requests(base_url, flag):
                await asyncio.sleep(JOIN_S)
                report(f"beside {HALF_SENT} half-sent {what}", await take_times(http))


@contextmanager
def slow_requests(base_url: str, flag: str) -> Iterator[None]:
    """Half-sent requests, each with a few bytes more every five seconds."""
    words = [flag, "-c", str(HALF_SENT), "-r", str(HALF_SENT), "-i", "5", "-l", "60", "-s", "8192"]
    words += ["-t", "POST", "-f", "application/json", "-u", f"{base_url}/api/events"]
    with subprocess.Popen(["slowhttptest", *words], stdout=subprocess.DEVNULL) as slow:
        yield
        assert slow.poll() is None, "slowhttptest gave up too early"
        slow.terminate()


async def take_times(http: httpx.AsyncClient) -> list[float]:
    times: list[float] = []
    for number in range(POSTS):
        began = perf_counter()
        await post(http, f"event-{id(times)}-{number}", number)
        times.append(perf_counter() - began)
    return sorted(times)


def report(what: str, times: list[float]) -> None:
    p50, p99 = percentile(times, 50) * 1000, percentile(times, 99) * 1000
    print(f"POST {what}: p50 {p50:.2f} ms, p99 {p99:.2f} ms, most {times[-1] * 1000:.2f} ms")


if __name__ == "__main__":
    sys.exit(main())
