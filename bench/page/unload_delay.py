"""Measure whether the tracker's script delays the way from one page of a website to the next, in
Chromium: milliseconds from a click on a link until the next page's first byte is there, of the
first page's listeners to its end, and until the next page's document is parsed.

    python -m bench.page.unload_delay [--visits N]

The same website without the script, and with it while its door answers, is closed, never answers,
or refuses; and, as a control, without it but with a listener that blocks for 50 ms. One visit of
each in turns. Needs Chromium."""

import argparse
import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median

from playwright.async_api import BrowserContext

from bench.harness.process import ROOT
from bench.harness.website import QuietHandler, serving
from bench.page.chromium import launched_chromium

SCRIPT = (ROOT / "ingest" / "tracking" / "script" / "tracker.min.js").read_bytes()
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>
<script>%s</script>%s
<a href="?next" onclick="sessionStorage.at = performance.timeOrigin + performance.now()">Next</a>
<p style="height: 3000px">Text</p>"""
BLOCKS = """<script>addEventListener("pagehide", () => {
    for (const end = performance.now() + 50; performance.now() < end; );
})</script>"""
NOTE = "addEventListener('pagehide', () => { sessionStorage.%s = performance.now() }, true);"
TIMES_MS = """(() => {
    const entry = performance.getEntriesByType("navigation")[0];
    const since = performance.timeOrigin - sessionStorage.at;
    const unload = sessionStorage.end - sessionStorage.begin;
    return [since + entry.responseStart, unload, since + entry.domInteractive];
})()"""
NAMES = ("first_byte_ms", "unload_ms", "parsed_ms")
SITES = ("no script", "answers", "closed", "never answers", "refuses", "blocks 50 ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--visits", type=int, default=60)
    options = parser.parse_args()
    asyncio.run(measure(options.visits))


async def measure(visits: int) -> None:
    times_ms: dict[str, list[list[float]]] = {each: [] for each in SITES}
    with website() as url:
        async with launched_chromium() as browser:
            for _ in range(visits):
                for door in SITES:
                    context = await browser.new_context()
                    times_ms[door].append(await visit(context, f"{url}/{door.replace(' ', '-')}"))
                    await context.close()
    for door, visited in times_ms.items():
        medians = [round(median(column), 1) for column in zip(*visited, strict=True)]
        print(json.dumps({"door": door, **dict(zip(NAMES, medians, strict=True))}))


async def visit(context: BrowserContext, url: str) -> list[float]:
    """Return the times of the way to the next page, after the first was read and scrolled."""
    page = await context.new_page()
    await page.goto(url)
    await page.mouse.wheel(0, 2_000)
    await page.evaluate("window.visitors && visitors('seen', {more: 'x'.repeat(2000)})")
    await page.evaluate(NOTE % "end")
    await page.evaluate("document.querySelector('a').click()")
    await page.wait_for_url("**?next")
    times_ms: list[float] = await page.evaluate(TIMES_MS)
    return times_ms


@contextmanager
def website() -> Iterator[str]:
    """A website whose path says which door its script sends to."""
    let_go = threading.Event()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))  # and never listens

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            if self.path == "/tracker.js":
                self.answer(200, SCRIPT, "text/javascript")
                return
            door = self.path.partition("?")[0].strip("/")
            endpoint = f"/door/{door}"
            if door == "closed":
                endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}/"
            script = (
                f'<script defer src="/tracker.js" data-local data-endpoint="{endpoint}"></script>'
            )
            own = {"no-script": "", "blocks-50-ms": BLOCKS}
            page = PAGE % (NOTE % "begin", own.get(door, script))
            self.answer(200, page.encode(), "text/html")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("never-answers"):
                let_go.wait()
            self.answer(500 if self.path.endswith("refuses") else 202, b"{}", "application/json")

        def answer(self, status: int, body: bytes, kind: str) -> None:
            with suppress(BrokenPipeError):  # the page is gone
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Cache-Control", "max-age=3600")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    try:
        with serving(Handler) as url:
            yield url
    finally:
        let_go.set()
        closed.close()


if __name__ == "__main__":
    main()
