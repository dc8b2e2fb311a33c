"""Measures how long events wait while pages are built that no browser opens, while these are
dropped ten seconds later, and while they are taken apart: the longest wait is the longest pause of
the server. ``python -m bench.server.dropped_pages [--pages N]``; JSON lines."""

import argparse
import asyncio
import json
import subprocess
import sys
from time import perf_counter

import httpx

from bench.server.latency import ROOT, STARTED, percentile, post, ready

PAUSE_S = 0.005
NAME = "visitors_unopened_pages_total "
SETTLED_S = 3.0
"""After the last page was dropped its parts are separated."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    pages = parser.parse_args(arguments).pages
    most = str(pages + 1)
    flags = ["--max-unopened-pages", most, "--max-unopened-pages-per-address", most]
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().removeprefix(STARTED).strip()
            asyncio.run(measure(url.replace("localhost", "127.0.0.1"), pages))
        finally:
            server.terminate()
            server.wait(30)


async def measure(url: str, pages: int) -> None:
    await ready(url)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        await tell("alone", http, asyncio.create_task(asyncio.sleep(2)))
        await tell("building", http, asyncio.create_task(build(url, pages)))
        await tell("dropping", http, asyncio.create_task(drop(url, pages)))


async def build(url: str, pages: int) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        for _ in range(pages):
            assert (await http.get("/")).status_code == 200


async def drop(url: str, pages: int) -> None:
    """Wait until the server says that all pages were dropped, and then until they are gone."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        while await unopened(http) < pages:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.2)
    await asyncio.sleep(SETTLED_S)


async def unopened(http: httpx.AsyncClient) -> float:
    lines = (await http.get("/metrics")).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(NAME))


async def tell(what: str, http: httpx.AsyncClient, done: "asyncio.Task[object]") -> None:
    """How long events took until it was done."""
    times: list[float] = []
    while not done.done():
        began = perf_counter()
        await post(http, f"{what}-{len(times)}", len(times))
        times.append(perf_counter() - began)
        await asyncio.sleep(PAUSE_S)
    await done
    times.sort()
    row = {"while": what, "posts": len(times)}
    row |= {f"p{part}_ms": round(percentile(times, part) * 1000, 1) for part in (50, 99)}
    print(json.dumps(row | {"most_ms": round(times[-1] * 1000, 1)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
