"""Measure the page in Chromium: time from ``POST /api/events`` until the event is painted, load of
the browser's main thread, and what open pages cost the server.

    python -m bench.page.paint_latency [--pages N] [--watch N] [--rate R] [--seconds S] [--quiet N]

Load, server and browser share the machine. Chromium draws in software, so one page is real and the
others are simulated (simulated_page.py). Needs Chromium and a C compiler."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import random
from tempfile import TemporaryDirectory
from time import time
from typing import Any

import httpx
from playwright.async_api import Browser, CDPSession, Page

from bench.harness.build import compile_load_client
from bench.harness.cpu import process_cpu_s
from bench.harness.percentiles import percentile
from bench.harness.process import Server, our_command, running
from bench.load.client import start_load
from bench.page.chromium import launched_chromium, open_page
from bench.page.simulated_page import SimulatedPage

QUIET_PAUSE_S = 0.25
RECORD_PAINTED_PATHS = """() => {
    window.painted = {};
    new MutationObserver(() => {
        const found = [...document.querySelectorAll('.feed-row code')].map(row => row.title);
        const fresh = found.filter(title => !(title in window.painted));
        requestAnimationFrame(() => setTimeout(() => {
            for (const title of fresh) window.painted[title] ??= Date.now();
        }));
    }).observe(document.querySelector('.feed'), {childList: true, subtree: true});
}"""
"""Stores, for each path in the feed, when the frame with it was painted."""
AWAIT_VISITORS = """number => {
    const shown = () => [...document.querySelectorAll('.figure')]
        .find(figure => figure.textContent.includes('visitors'))
        .querySelector('.figure-value').textContent.replace(/\\D/g, '');
    window.painting = new Promise(resolve => {
        const look = () => Number(shown()) >= number
            ? setTimeout(() => resolve(Date.now()))
            : requestAnimationFrame(look);
        look();
    });
}"""
"""Sets a promise of when the number of visitors is painted."""
WARM_UP_S = 3.0


@dataclass(frozen=True)
class LoadCost:
    """What was measured under load.

    ``server_cores`` and ``main_thread`` are CPU seconds a second, ``painted_ms`` the times until a
    new visitor was painted, ``frames`` the result of the load client.
    """

    server_cores: float
    server_bytes: int
    main_thread: float
    connected: int
    painted_ms: list[float]
    frames: dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--watch", type=int, default=0, help="additional clients of /ws")
    parser.add_argument("--rate", type=float, default=200, help="events a second under load")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--quiet", type=int, default=100, help="events without load")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, running("ours", our_command()) as server:
        options.program = compile_load_client(Path(folder))
        asyncio.run(measure(server, options))


async def measure(server: Server, options: argparse.Namespace) -> None:
    async with launched_chromium() as browser:
        await measure_quiet(browser, server, options.quiet)
        report(await measure_load(browser, server, options), options)


async def measure_quiet(browser: Browser, server: Server, events: int) -> None:
    """Post 4 events a second with one page open, and print the times until they are painted."""
    page = await open_page(browser, server.base_url)
    await page.evaluate(RECORD_PAINTED_PATHS)
    sent_ms: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=server.base_url, trust_env=False) as http:
        for number in range(events):
            path = f"/painted/{number}"
            sent_ms[path] = time() * 1000
            await post(http, path, f"visitor-{number % 10}")
            await asyncio.sleep(QUIET_PAUSE_S)
    await page.wait_for_function(f"Object.keys(painted).length >= {events}")
    painted_ms = await page.evaluate("painted")
    times = describe([painted_ms[path] - sent_ms[path] for path in sent_ms])
    print(f"POST -> painted, 4 events/s    {times}")
    await page.context.close()


async def measure_load(browser: Browser, server: Server, options: argparse.Namespace) -> LoadCost:
    """Measure one page of Chromium and ``--pages`` less one simulated pages under load."""
    simulated = [SimulatedPage() for _ in range(options.pages - 1)]
    for each in simulated:
        await each.open(server.base_url)
    page = await open_page(browser, server.base_url)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    load_options = ["--watch", str(options.watch), "--rate", str(options.rate), "--sample", "1"]
    load_options += ["--seconds", str(options.seconds + WARM_UP_S)]
    load = await start_load(options.program, server, *load_options)
    await asyncio.sleep(WARM_UP_S)
    task_before_s, cpu_before_s = await main_thread_s(devtools), process_cpu_s(server.pid)
    started_at = time()
    painted_ms = await time_new_visitors(page, server.base_url, options.seconds - 1)
    elapsed_s = time() - started_at
    cost = LoadCost(
        server_cores=(process_cpu_s(server.pid) - cpu_before_s) / elapsed_s,
        server_bytes=server.resident_bytes(),
        main_thread=(await main_thread_s(devtools) - task_before_s) / elapsed_s,
        connected=await page.locator(".status.connected").count()
        + sum(each.is_connected for each in simulated),
        painted_ms=painted_ms,
        frames=json.loads((await load.communicate())[0]),
    )
    for each in simulated:
        await each.close()
    return cost


def report(cost: LoadCost, options: argparse.Namespace) -> None:
    frames = cost.frames
    print(f"{options.pages} pages and {options.watch} /ws clients, {frames['rate']:.0f} events/s:")
    print(f"  POST -> painted              {describe(cost.painted_ms)}")
    print(f"  server CPU                   {cost.server_cores:.2f} of a core")
    print(f"  server memory                {cost.server_bytes / 1e6:.0f} MB resident")
    print(f"  one page's main thread       {cost.main_thread * 100:.0f} % busy")
    print(f"  pages still connected        {cost.connected} of {options.pages}")
    if options.watch:
        print(f"  frames to /ws clients        {frames['frames']}, {frames['lost']} lost")


def describe(times_ms: Sequence[float]) -> str:
    """Format the percentiles of some times."""
    ordered = sorted(times_ms)
    p50, p95 = percentile(ordered, 50), percentile(ordered, 95)
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {ordered[-1]:.0f} ms of {len(ordered)}"


async def time_new_visitors(page: Page, base_url: str, seconds: float) -> list[float]:
    """Post events of new visitors. Returns the milliseconds until each larger number is painted.

    The load has the same visitors throughout, so that the number grows by these alone; at a low
    rate some of them come late, and a time may be that of one of these.
    """
    times_ms: list[float] = []
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        until = time() + seconds
        while time() < until:
            visitors = int((await http.get("/api/analytics/summary")).json()["totalToday"]) + 1
            await page.evaluate(AWAIT_VISITORS, visitors)
            posted_ms = time() * 1000
            await post(http, "/new", f"new-{visitors}")
            times_ms.append(float(await page.evaluate("painting")) - posted_ms)
            await asyncio.sleep(random() * 0.6)
    return times_ms


async def main_thread_s(devtools: CDPSession) -> float:
    """Read the seconds that the page's main thread has spent in tasks."""
    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))


async def post(http: httpx.AsyncClient, page: str, session_id: str) -> None:
    event = {"type": "pageview", "page": page, "sessionId": session_id, "country": "India"}
    (await http.post("/api/events", json=event)).raise_for_status()


if __name__ == "__main__":
    main()
