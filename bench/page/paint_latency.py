"""Measures the page in Chromium: how long an event takes from ``POST /api/events`` until it is
painted, how busy the browser's main thread is under load, and what open pages cost the server.

Load, server and browser share the machine. Chromium draws in software here, so one page is a real
one and the others hold the sockets alone (viewers.py)."""

import argparse
import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import random
from tempfile import TemporaryDirectory
from time import time
from typing import Any

import httpx
from playwright.async_api import Browser, CDPSession, Page, async_playwright

from bench.harness.process import Server, compiled, running
from bench.page.simulated_page import Viewer
from bench.server.latency import ROOT, cpu_s, percentile

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
WATCH = """() => {
    window.painted = {};
    new MutationObserver(() => {
        const found = [...document.querySelectorAll('.feed-row code')].map(row => row.title);
        const fresh = found.filter(title => !(title in window.painted));
        requestAnimationFrame(() => setTimeout(() => {
            for (const title of fresh) window.painted[title] ??= Date.now();
        }));
    }).observe(document.querySelector('.feed'), {childList: true, subtree: true});
}"""


AWAIT = """number => {
    const shown = () => [...document.querySelectorAll('.figure')]
        .find(figure => figure.textContent.includes('visitors'))
        .querySelector('.figure-value').textContent.replace(/\\D/g, '');
    window.painting = new Promise(resolve => {
        const look = () => shown() === number
            ? setTimeout(() => resolve(Date.now()))
            : requestAnimationFrame(look);
        look();
    });
}"""
WARM_UP_S = 3.0


@dataclass(frozen=True)
class Load:
    """What the load cost: seconds of one core per second, and bytes; and how long it took until a
    new visitor was painted, in milliseconds."""

    server_cores: float
    server_bytes: int
    main_thread: float
    connected: int
    painted: list[float]
    frames: dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--watch", type=int, default=0, help="clients of /ws besides")
    parser.add_argument("--rate", type=float, default=200, help="events a second under load")
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
    with TemporaryDirectory() as folder, running("ours", command, None) as server:
        asked.load = Path(folder) / "load"
        compiled(Path(folder), "load")
        asyncio.run(measure(server, asked))


async def measure(server: Server, asked: argparse.Namespace) -> None:
    base_url = f"http://127.0.0.1:{server.port}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        await measure_paint(browser, base_url)
        await measure_load(browser, base_url, server, asked)


async def measure_paint(browser: Browser, base_url: str) -> None:
    """A few events a second, one page open."""
    page = await open_page(browser, base_url)
    await page.evaluate(WATCH)
    sent: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        for number in range(100):
            title = f"/painted/{number}"
            sent[title] = time() * 1000
            await post(http, title, f"visitor-{number % 10}")
            await asyncio.sleep(0.25)
    await page.wait_for_function("Object.keys(painted).length >= 100")
    painted = await page.evaluate("painted")
    told = times([painted[title] - sent[title] for title in sent])
    print(f"POST -> painted, 4 events/s    {told}")
    await page.context.close()


async def measure_load(
    browser: Browser, base_url: str, server: Server, asked: argparse.Namespace
) -> None:
    viewers = [Viewer() for _ in range(asked.pages - 1)]
    for viewer in viewers:
        await viewer.open(base_url)
    page = await open_page(browser, base_url)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    words = ["--port", str(server.port), "--watch", str(asked.watch), "--rate", str(asked.rate)]
    words += ["--seconds", str(asked.seconds + WARM_UP_S), "--sample", "1"]
    load = await asyncio.create_subprocess_exec(asked.load, *words, stdout=subprocess.PIPE)
    await asyncio.sleep(WARM_UP_S)
    busy, cpu, began = await task_s(devtools), cpu_s(server.pid), time()
    painted = await paint_new_visitors(page, base_url, asked.seconds - 1)
    took = time() - began
    found = Load(
        server_cores=(cpu_s(server.pid) - cpu) / took,
        server_bytes=server.resident(),
        main_thread=(await task_s(devtools) - busy) / took,
        connected=await page.locator(".status.connected").count()
        + sum(viewer.is_connected for viewer in viewers),
        painted=painted,
        frames=json.loads((await load.communicate())[0]),
    )
    report(found, asked)
    for viewer in viewers:
        await viewer.close()


def report(found: Load, asked: argparse.Namespace) -> None:
    frames = found.frames
    print(f"{asked.pages} pages and {asked.watch} /ws clients, {frames['rate']:.0f} events/s:")
    print(f"  POST -> painted              {times(found.painted)}")
    print(f"  server CPU                   {found.server_cores:.2f} of a core")
    print(f"  server memory                {found.server_bytes / 1e6:.0f} MB resident")
    print(f"  one page's main thread       {found.main_thread * 100:.0f} % busy")
    print(f"  pages still connected        {found.connected} of {asked.pages}")
    if asked.watch:
        print(f"  frames to /ws clients        {frames['frames']}, {frames['lost']} lost")


def times(took: list[float]) -> str:
    took = sorted(took)
    p50, p95 = percentile(took, 50), percentile(took, 95)
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, most {took[-1]:.0f} ms of {len(took)}"


async def paint_new_visitors(page: Page, base_url: str, seconds: float) -> list[float]:
    """The load comes from visitors of the day; new ones are painted as a larger number."""
    took: list[float] = []
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        known = int((await http.get("/api/analytics/summary")).json()["totalToday"])
        until = time() + seconds
        while time() < until:
            known += 1
            await page.evaluate(AWAIT, str(known))
            began = time() * 1000
            await post(http, "/new", f"new-{known}")
            took.append(float(await page.evaluate("painting")) - began)
            await asyncio.sleep(random() * 0.6)
    return took


async def open_page(browser: Browser, base_url: str) -> Page:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(base_url)
    await page.wait_for_selector(".status.connected")
    await page.wait_for_selector(".chart .main-svg")
    return page


async def task_s(devtools: CDPSession) -> float:
    """Seconds that the page's main thread has spent in tasks."""
    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))


async def post(http: httpx.AsyncClient, page: str, session_id: str) -> None:
    event = {"type": "pageview", "page": page, "sessionId": session_id, "country": "India"}
    (await http.post("/api/events", json=event)).raise_for_status()


if __name__ == "__main__":
    main()
