"""Measures the page in Chromium: how long an event takes from ``POST /api/events`` until it is
painted, how busy the browser's main thread is under load, and what open pages cost the server.

Load, server and browser share the machine. Chromium draws in software here, so one page is a real
one and the others hold the sockets alone (viewers.py)."""

import argparse
import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import time

import httpx
from playwright.async_api import Browser, CDPSession, Page, async_playwright
from run import CONNECTIONS, IDLE_S, ROOT, STARTED, cpu_s, percentile, ready
from viewers import Viewer

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


@dataclass(frozen=True)
class Load:
    """What the load cost: seconds of one core per second, and bytes."""

    server_cores: float
    server_bytes: int
    main_thread: float
    received_per_s: float
    connected: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rate", type=float, default=200, help="events a second under load")
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().removeprefix(STARTED).strip()
            asyncio.run(measure(base_url, server.pid, asked))
        finally:
            server.terminate()
            server.wait(10)


async def measure(base_url: str, pid: int, asked: argparse.Namespace) -> None:
    await ready(base_url)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        await measure_paint(browser, base_url)
        await measure_load(browser, base_url, pid, asked)


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
    took = sorted(painted[title] - sent[title] for title in sent)
    print(
        f"POST -> painted, 4 events/s    p50 {percentile(took, 50):.0f} ms, "
        f"p95 {percentile(took, 95):.0f} ms, most {took[-1]:.0f} ms of {len(took)}"
    )
    await page.context.close()


async def measure_load(
    browser: Browser, base_url: str, pid: int, asked: argparse.Namespace
) -> None:
    viewers = [Viewer() for _ in range(asked.pages - 1)]
    for viewer in viewers:
        await viewer.open(base_url)
    page = await open_page(browser, base_url)
    received = [0]
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda f: received.append(len(f))),
    )
    await page.reload()
    await page.wait_for_selector(".status.connected")
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    await drive(base_url, asked.rate, 3)
    received.clear()
    busy, cpu, began = await task_s(devtools), cpu_s(pid), time()
    sent = await drive(base_url, asked.rate, asked.seconds)
    took = time() - began
    load = Load(
        server_cores=(cpu_s(pid) - cpu) / took,
        server_bytes=resident(pid),
        main_thread=(await task_s(devtools) - busy) / took,
        received_per_s=sum(received) / took,
        connected=await page.locator(".status.connected").count()
        + sum(viewer.is_connected for viewer in viewers),
    )
    rows = await page.locator(".feed-row").count()
    print(f"{asked.pages} pages, {sent / took:.0f} events/s for {took:.0f} s:")
    print(f"  server CPU                   {load.server_cores:.2f} of a core")
    print(f"  server memory                {load.server_bytes / 1e6:.0f} MB resident")
    print(f"  one page's main thread       {load.main_thread * 100:.0f} % busy")
    print(f"  one page receives            {load.received_per_s / 1e3:.1f} kB/s")
    print(f"  pages still connected        {load.connected} of {asked.pages}; feed: {rows} rows")
    for viewer in viewers:
        await viewer.close()


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


async def drive(base_url: str, rate: float, seconds: float) -> int:
    """Events of many visitors over many pages at a steady rate; returns how many were sent."""
    number, began = 0, time()
    limits = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=IDLE_S)
    async with (
        httpx.AsyncClient(base_url=base_url, trust_env=False, limits=limits, timeout=60) as http,
        asyncio.TaskGroup() as posts,
    ):
        while time() < began + seconds:
            posts.create_task(post(http, f"/page/{number % 40}", f"visitor-{number % 500}"))
            number += 1
            await asyncio.sleep(max(0.0, began + number / rate - time()))
    return number


async def post(http: httpx.AsyncClient, page: str, session_id: str) -> None:
    event = {"type": "pageview", "page": page, "sessionId": session_id, "country": "India"}
    (await http.post("/api/events", json=event)).raise_for_status()


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    main()
