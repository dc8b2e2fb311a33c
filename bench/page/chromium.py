"""Open the page in Debian's Chromium."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright

EXECUTABLE = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@asynccontextmanager
async def launched_chromium() -> AsyncIterator[Browser]:
    """Run Chromium without a window. It draws in software."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=EXECUTABLE, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def open_page(
    browser: Browser,
    base_url: str,
    *,
    width: int = 1440,
    height: int = 900,
    theme: Literal["light", "dark"] = "light",
) -> Page:
    """Open the page in a new browser context; wait until it is connected and the chart is drawn."""
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme
    )
    page = await context.new_page()
    await page.goto(base_url)
    await page.wait_for_selector(".status.connected")
    await page.wait_for_selector(".chart .main-svg")
    return page
