"""Pictures of the page to look at: three widths, both themes, empty and with visitors.
``python -m bench.page.screenshots --minutes 10`` takes those of a full chart."""

import argparse
import asyncio
import subprocess
import sys
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from bench.server.latency import ROOT, STARTED, ready
from tools.demo_traffic import send

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SIZES = {1440: 900, 820: 1100, 390: 844}
SETTLE_MS = 1500


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=1, help="of visitors before the pictures")
    parser.add_argument("--folder", type=Path, default=ROOT / ".screenshots")
    asked = parser.parse_args()
    asked.folder.mkdir(exist_ok=True)
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().removeprefix(STARTED).strip()
            asyncio.run(take(base_url, asked.minutes, asked.folder))
        finally:
            server.terminate()
            server.wait(10)


async def take(base_url: str, minutes: float, folder: Path) -> None:
    await ready(base_url)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        await take_all(browser, base_url, folder, "empty")
        traffic = asyncio.create_task(send(base_url, 3, minutes * 60 + 120))
        await asyncio.sleep(minutes * 60)
        await take_all(browser, base_url, folder, "live")
        await take_journey(browser, base_url, folder)
        traffic.cancel()


async def take_all(browser: Browser, base_url: str, folder: Path, what: str) -> None:
    for width in SIZES:
        for theme in ("light", "dark"):
            page = await open_page(browser, base_url, width, theme)
            await page.screenshot(path=folder / f"{what}-{width}-{theme}.png")
            await page.context.close()


async def take_journey(browser: Browser, base_url: str, folder: Path) -> None:
    for width in SIZES:
        page = await open_page(browser, base_url, width, "light")
        if width == min(SIZES):
            await page.get_by_role("button", name="Sessions").click()
        await page.locator(".session-row").nth(3).click()
        await page.wait_for_timeout(SETTLE_MS)
        await page.screenshot(path=folder / f"journey-{width}-light.png")
        await page.context.close()


async def open_page(browser: Browser, base_url: str, width: int, theme: str) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(base_url)
    await page.wait_for_selector(".status.connected")
    await page.wait_for_selector(".chart .main-svg")
    await page.wait_for_timeout(SETTLE_MS)
    return page


if __name__ == "__main__":
    main()
