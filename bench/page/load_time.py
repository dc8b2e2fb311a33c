"""Measures what opening the page takes in Chromium: requests, bytes on the wire, and when there is
something to see. Each round is a browser that knows nothing, then the same one again.
``python -m bench.page.load_time``."""

import asyncio
import subprocess
import sys
from collections import Counter
from statistics import median
from typing import Any, NamedTuple

from playwright.async_api import Browser, BrowserContext, async_playwright

from bench.page.paint_latency import FLAGS
from bench.server.latency import ROOT, STARTED, ready

ROUNDS = 5
PAINTS = """() => {
    const at = name => performance.getEntriesByName(name)[0]?.startTime ?? 0;
    return [at('first-paint'), at('first-contentful-paint')];
}"""


class Opening(NamedTuple):
    """Times in milliseconds since the request; ``ready`` is when the socket is connected."""

    requests: int
    bytes: int
    paint: float
    ready: float
    kinds: dict[str, int]


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
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        rounds = [await visit_twice(browser, base_url) for _ in range(ROUNDS)]
    for number, name in enumerate(("first visit", "second visit")):
        told = [each[number] for each in rounds]
        print(
            f"{name:13}{told[0].requests} requests, {median(o.bytes for o in told) / 1e3:.0f} kB, "
            f"first paint {median(o.paint for o in told):.0f} ms, "
            f"connected {median(o.ready for o in told):.0f} ms"
        )
    print({kind: f"{size / 1e3:.0f} kB" for kind, size in rounds[0][0].kinds.items()})


async def visit_twice(browser: Browser, base_url: str) -> tuple[Opening, Opening]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    first, second = await visit(context, base_url), await visit(context, base_url)
    await context.close()
    return first, second


async def visit(context: BrowserContext, base_url: str) -> Opening:
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    names: dict[str, str] = {}
    sizes: Counter[str] = Counter()

    def answered(event: dict[str, Any]) -> None:
        url = event["response"]["url"].partition("?")[0].removeprefix(base_url)
        if not event["response"].get("fromDiskCache"):
            names[event["requestId"]] = url

    def ended(event: dict[str, Any]) -> None:
        if event["requestId"] in names:
            sizes[names[event["requestId"]]] += int(event["encodedDataLength"])

    devtools.on("Network.responseReceived", answered)
    devtools.on("Network.loadingFinished", ended)
    await page.goto(base_url)
    await page.wait_for_selector(".status.connected")
    ready_at = await page.evaluate("performance.now()")
    await page.wait_for_selector(".chart .main-svg")
    paint = (await page.evaluate(PAINTS))[1]
    await page.close()
    largest = dict(sizes.most_common(8))
    return Opening(len(names), sizes.total(), paint, ready_at, largest)


if __name__ == "__main__":
    main()
