"""Measure what loading the page takes in Chromium: requests, bytes on the wire, first paint, and
the time until its socket is connected.

    python -m bench.page.load_time [--rounds N]

Each of five rounds visits with an empty cache, then again. Needs Chromium."""

import argparse
import asyncio
from collections import Counter
from statistics import median
from typing import Any, NamedTuple

from playwright.async_api import Browser, BrowserContext

from bench.harness.process import our_command, running
from bench.page.chromium import launched_chromium

FIRST_CONTENTFUL_PAINT = """() =>
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"""


class Visit(NamedTuple):
    """One load of the page. Times are in milliseconds since the request; ``bytes_by_path`` has the
    eight largest responses."""

    requests: int
    bytes: int
    paint_ms: float
    connected_ms: float
    bytes_by_path: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with running("ours", our_command()) as server:
        asyncio.run(measure(server.base_url, options.rounds))


async def measure(base_url: str, number_of_rounds: int) -> None:
    async with launched_chromium() as browser:
        rounds = [await visit_twice(browser, base_url) for _ in range(number_of_rounds)]
    for number, name in enumerate(("first visit", "second visit")):
        visits = [each[number] for each in rounds]
        print(
            f"{name:13}{visits[0].requests} requests, "
            f"{median(v.bytes for v in visits) / 1e3:.0f} kB, "
            f"first paint {median(v.paint_ms for v in visits):.0f} ms, "
            f"connected {median(v.connected_ms for v in visits):.0f} ms"
        )
    largest = rounds[0][0].bytes_by_path
    print({path: f"{size / 1e3:.0f} kB" for path, size in largest.items()})


async def visit_twice(browser: Browser, base_url: str) -> tuple[Visit, Visit]:
    """Visit with an empty cache, then with the cache of the first visit."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    first, second = await visit(context, base_url), await visit(context, base_url)
    await context.close()
    return first, second


async def visit(context: BrowserContext, base_url: str) -> Visit:
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    paths: dict[str, str] = {}
    sizes: Counter[str] = Counter()

    def on_response(event: dict[str, Any]) -> None:
        if not event["response"].get("fromDiskCache"):
            url = event["response"]["url"].partition("?")[0]
            paths[event["requestId"]] = url.removeprefix(base_url)

    def on_finished(event: dict[str, Any]) -> None:
        if event["requestId"] in paths:
            sizes[paths[event["requestId"]]] += int(event["encodedDataLength"])

    devtools.on("Network.responseReceived", on_response)
    devtools.on("Network.loadingFinished", on_finished)
    await page.goto(base_url)
    await page.wait_for_selector(".status.connected")
    connected_ms = await page.evaluate("performance.now()")
    await page.wait_for_selector(".chart .main-svg")
    paint_ms = await page.evaluate(FIRST_CONTENTFUL_PAINT)
    await page.close()
    return Visit(len(paths), sizes.total(), paint_ms, connected_ms, dict(sizes.most_common(8)))


if __name__ == "__main__":
    main()
