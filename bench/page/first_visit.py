"""Walk a newcomer's way: from a clone to the first visitor of a website of one's own on the screen.

    python -m bench.page.first_visit

A program does what a person would do, without thinking, typing and installing packages: clone the
project, start the server, open the dashboard, copy the line that it shows into a page, open that
page, close it. Prints seconds. Needs git and Chromium."""

import json
import subprocess
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from bench.harness.process import ROOT, our_command, running
from bench.harness.website import QuietHandler, serving
from bench.page.chromium import EXECUTABLE, FLAGS

PERSON = (
    "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36",
    "--disable-blink-features=AutomationControlled",
)
"""A browser that says that a program drives it is a bot."""


def main() -> None:
    taken: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        tree, site = Path(folder) / "clone", Path(folder) / "site"
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=[*FLAGS, *PERSON])
        began = perf_counter()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tree)], check=True)
        taken["clone"] = perf_counter() - began
        started = perf_counter()
        with running("ours", our_command(tree=tree)) as server:
            taken["start"] = perf_counter() - started
            walk(browser, server.base_url, site, taken)
        taken["all"] = perf_counter() - began
        browser.close()
    print(json.dumps({step: round(seconds, 1) for step, seconds in taken.items()}))


def walk(browser: Browser, url: str, site: Path, taken: dict[str, float]) -> None:
    """Open the dashboard, then a page with the line that it shows, and close that page."""
    began = perf_counter()
    dashboard = browser.new_page()
    dashboard.goto(url)
    line = dashboard.locator(".onboarding .snippet").inner_text()
    taken["dashboard"] = perf_counter() - began
    site.mkdir()
    here = line.replace("<script defer", "<script defer data-local")
    (site / "index.html").write_text(f"<!doctype html><title>Mine</title>{here}<h1>Mine</h1>")
    with serving(partial(Files, directory=str(site))) as address:
        began = perf_counter()
        page = browser.new_page()
        page.goto(address)
        dashboard.locator(".feed-row").first.wait_for(state="attached")
        taken["visit to row"] = perf_counter() - began
        began = perf_counter()
        page.close(run_before_unload=True)
        dashboard.locator(".feed-row", has_text="left").wait_for(state="attached")
        taken["close to left"] = perf_counter() - began


class Files(QuietHandler, SimpleHTTPRequestHandler):
    """Serves the files of a folder."""


if __name__ == "__main__":
    main()
