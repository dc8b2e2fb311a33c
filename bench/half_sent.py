"""Measures how long a POST takes while 500 requests are begun and never ended (slowloris)."""

import asyncio
import subprocess
import sys
from time import perf_counter

import httpx
from run import ROOT, STARTED, percentile, post, ready

HALF_SENT = 500
POSTS = 500
HALF = b"POST /api/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


def main() -> None:
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().removeprefix(STARTED).strip()
            asyncio.run(measure(base_url))
        finally:
            server.terminate()
            server.wait(10)


async def measure(base_url: str) -> None:
    await ready(base_url)
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        report("alone", await take_times(http))
        port = int(base_url.rpartition(":")[2])
        half = [await asyncio.open_connection("127.0.0.1", port) for _ in range(HALF_SENT)]
        for _, writer in half:
            writer.write(HALF)
        report(f"beside {HALF_SENT} half-sent requests", await take_times(http))
        for _, writer in half:
            writer.close()


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
    main()
