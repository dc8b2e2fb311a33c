"""A real Chromium in front of a real server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.connections.firefox import Firefox
from tests.support import BOUND_S, Running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=user-gesture-required",
]

expect.set_options(timeout=BOUND_S * 1000)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    started = Firefox(tmp_path)
    yield started
    started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens the dashboard of a server, where all of it has room, and waits until it is connected.
    ``path`` is what follows the address. Any error in the browser's console fails the test, unless
    the test says that the connection will break (``may_break``)."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        server: Running,
        path: str = "/",
        *,
        may_break: bool = False,
        log_in: str | None = None,
        **options: object,
    ) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1920, "height": 1080}} | options))  # type: ignore[arg-type]
        context.set_default_timeout(BOUND_S * 1000)
        contexts.append(context)
        page = context.new_page()
        if not may_break:
            page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.url + path)
        if log_in is not None:
            page.get_by_label("Token").fill(log_in)
            page.get_by_role("button", name="Log in").click()
        page.wait_for_selector(".status.connected, .login [role=alert]:not(:empty)")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
