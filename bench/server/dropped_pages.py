"""Measure how long events wait while the server builds pages that no browser opens, and while it
drops them ten seconds later and frees them. The longest wait is the longest pause of the server.

    python -m bench.server.dropped_pages [--pages N]

Prints JSON lines."""

import argparse
import asyncio
import json
import sys
from collections.abc import Coroutine, Sequence
from time import perf_counter

import httpx

from bench.harness.http_client import post_event
from bench.harness.percentiles import summary_ms
from bench.harness.process import our_command, running

PAUSE_S = 0.005
ALONE_S = 2.0
DROPPED_PAGES = "visitors_unopened_pages_total "
SETTLE_S = 3.0
"""Time to free the last pages after they were dropped."""
TIMEOUT_S = 60.0


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--pages", type=int, default=10_000)
    pages = parser.parse_args(arguments).pages
    limit = str(pages + 1)
    flags = ["--max-unopened-pages", limit, "--max-unopened-pages-per-address", limit]
    with running("ours", our_command(*flags)) as server:
        asyncio.run(measure(server.base_url, pages))


async def measure(base_url: str, pages: int) -> None:
    async with httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=TIMEOUT_S) as http:
        await post_during("alone", http, asyncio.sleep(ALONE_S))
        await post_during("building", http, build_pages(base_url, pages))
        await post_during("dropping", http, wait_until_dropped(base_url, pages))


async def post_during(
    what: str, http: httpx.AsyncClient, activity: Coroutine[object, object, None]
) -> None:
    """Post events until the activity ends, and print how long they took."""
    task = asyncio.create_task(activity)
    times_s: list[float] = []
    while not task.done():
        started_at = perf_counter()
        await post_event(http, f"{what}-{len(times_s)}", len(times_s))
        times_s.append(perf_counter() - started_at)
        await asyncio.sleep(PAUSE_S)
    await task
    print(json.dumps({"while": what, "posts": len(times_s)} | summary_ms(times_s)), flush=True)


async def build_pages(base_url: str, pages: int) -> None:
    """Request the page, without opening its socket."""
    async with httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=TIMEOUT_S) as http:
        for _ in range(pages):
            assert (await http.get("/")).status_code == 200


async def wait_until_dropped(base_url: str, pages: int) -> None:
    """Wait until the server has dropped all pages and freed them."""
    async with httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=TIMEOUT_S) as http:
        while await dropped_pages(http) < pages:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.2)
    await asyncio.sleep(SETTLE_S)


async def dropped_pages(http: httpx.AsyncClient) -> float:
    """Read the metric."""
    lines = (await http.get("/metrics")).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(DROPPED_PAGES))


if __name__ == "__main__":
    main(sys.argv[1:])
