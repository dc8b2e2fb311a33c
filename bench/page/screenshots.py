"""Take pictures of the page: six sizes, both themes, without visitors and with them.

    python -m bench.page.screenshots [--minutes M] [--folder DIR]

``--minutes 10`` fills the chart. The pictures are written to ``.screenshots/``. Needs Chromium."""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page

from bench.harness.process import ROOT, our_command, running
from bench.page import chromium
from bench.page.chromium import launched_chromium
from tools.local_processes import stop

HEIGHTS = {2560: 1440, 1920: 1080, 1440: 900, 1366: 768, 820: 1100, 390: 844}
"""Heights by width, in CSS pixels."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RATE = 3
SETTLE_MS = 1500


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=1, help="of traffic before the pictures")
    parser.add_argument("--folder", type=Path, default=ROOT / ".screenshots")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    with running("ours", our_command()) as server:
        asyncio.run(take_screenshots(server.base_url, options.minutes, options.folder))


async def take_screenshots(base_url: str, minutes: float, folder: Path) -> None:
    async with launched_chromium() as browser:
        await take_all_sizes(browser, base_url, folder, "empty")
        with simulated_visitors(base_url):
            await asyncio.sleep(minutes * 60)
            await take_all_sizes(browser, base_url, folder, "live")
            await take_journeys(browser, base_url, folder)


@contextmanager
def simulated_visitors(base_url: str) -> Iterator[None]:
    """Send calm traffic from another process."""
    words = ("simulate", "--rate", str(RATE), "--seed", "1", "--url", base_url, "--json")
    traffic = subprocess.Popen(
        [sys.executable, ROOT / "main.py", *words], stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        stop(traffic)


async def take_all_sizes(browser: Browser, base_url: str, folder: Path, name: str) -> None:
    """Write NAME-WIDTH-THEME.png for each width and theme."""
    for width in HEIGHTS:
        for theme in THEMES:
            page = await open_page(browser, base_url, width, theme)
            await page.screenshot(path=folder / f"{name}-{width}-{theme}.png")
            await page.context.close()


async def take_journeys(browser: Browser, base_url: str, folder: Path) -> None:
    """Write journey-WIDTH-light.png, with a session's journey open, for each width."""
    for width in HEIGHTS:
        page = await open_page(browser, base_url, width, "light")
        if width == min(HEIGHTS):
            await page.get_by_role("button", name="People").click()
        await page.locator(".session-row").nth(3).click()
        await page.wait_for_timeout(SETTLE_MS)
        await page.screenshot(path=folder / f"journey-{width}-light.png")
        await page.context.close()


async def open_page(
    browser: Browser, base_url: str, width: int, theme: Literal["light", "dark"]
) -> Page:
    page = await chromium.open_page(
        browser, base_url, width=width, height=HEIGHTS[width], theme=theme
    )
    await page.wait_for_timeout(SETTLE_MS)
    return page


if __name__ == "__main__":
    main()
