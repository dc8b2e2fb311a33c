"""A Chromium that looks like a person's: one that says it is driven by a program is a bot."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.conftest import FLAGS
from tests.support import BOUND_S, Running

AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36"
)
PERSON = [
    f"--user-agent={AGENT}",
    "--disable-blink-features=AutomationControlled",
    "--disable-features=LocalNetworkAccessChecks",  # a page that a test has changed isn't local
]

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def person(browser: Browser) -> Iterator[Browser]:
    started = browser.browser_type.launch(executable_path="/usr/bin/chromium", args=FLAGS + PERSON)
    yield started
    started.close()


@pytest.fixture
def context(person: Browser) -> Iterator[BrowserContext]:
    opened = person.new_context()
    opened.set_default_timeout(BOUND_S * 1000)
    yield opened
    opened.close()


@pytest.fixture
def visit(context: BrowserContext) -> Iterator[Visit]:
    """Opens a page of the example site. Its own scripts have to notice nothing of the tracker."""
    noticed: list[str] = []

    def visit(server: Running, path: str = "", **options: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.add_init_script(
            "addEventListener('unhandledrejection', e => { throw Error('unhandled ' + e.reason) })"
        )
        page.goto(f"{server.url}/example/{path}", **options)  # type: ignore[arg-type]
        return page

    yield visit
    assert noticed == []
