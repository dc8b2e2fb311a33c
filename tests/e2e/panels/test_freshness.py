"""Loss is loud, and freshness is measured."""

import gzip
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_feed, expect_number, expect_status, view
from tests.support import Running, StartServer

ICON = "document.querySelector('link[rel~=icon]').href"
FIRST_LOAD = 1_000_000


def colour(page: Page) -> Any:
    """The name of the token that colours the bar, or None while all is well."""
    return page.evaluate(
        """() => {
            const bar = getComputedStyle(document.querySelector('.top-bar'), '::before');
            if (bar.content === 'none') return null;
            const probe = document.body.appendChild(document.createElement('i'));
            const named = ['amber', 'red'].find((name) => {
                probe.style.background = `var(--${name})`;
                return getComputedStyle(probe).backgroundColor === bar.backgroundColor;
            });
            probe.remove();
            return named ?? bar.backgroundColor;
        }"""
    )


@pytest.mark.parametrize("width", [390, 1920])
def test_a_lost_server_turns_the_bar_red_and_changes_the_icon(
    start_server: StartServer, open_page: OpenPage, width: int
) -> None:
    server = start_server()
    view(server, "ann", "/a")
    page = open_page(server, may_break=True, viewport={"width": width, "height": 900})
    expect_number(page, "active", "1")
    usual = page.evaluate(ICON)
    rows = page.locator(".list-pages .bar").bounding_box()
    assert colour(page) is None
    server.stop()
    expect_status(page, "disconnected")
    expect(page).to_have_title(re.compile("^⚠ 1 as of"))
    assert colour(page) == "red"
    assert page.evaluate(ICON) != usual
    expect(page.locator(".status-fresh")).to_contain_text("numbers as of")
    assert page.locator(".list-pages .bar").bounding_box() == rows, "nothing moves"


def test_a_silent_server_turns_the_bar_amber_until_it_is_heard(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server, may_break=True)
    usual = page.evaluate(ICON)
    page.evaluate("getElement(document.querySelector('.status')).heardAt = 0")
    page.evaluate("getElement(document.querySelector('.status')).tick()")
    expect(page.locator("html.old")).to_have_count(1)
    assert colour(page) == "amber"
    expect(page.locator("html.old")).to_have_count(0)  # the next beat
    assert colour(page) is None
    assert page.evaluate(ICON) == usual


def test_the_status_measures_the_way_to_the_screen(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    page.wait_for_function("visitors.isTuned()")
    view(server, "ann", "/a")
    expect_feed(page, "/a")
    page.wait_for_function("visitors.meter.latency !== null")
    fresh = page.locator(".status-fresh")
    expect(fresh).to_contain_text(re.compile(r"last event .* · (\d+ ms|10 ms or less|\d\.\d s)$"))
    expect(fresh).to_have_attribute("title", re.compile("Frames missed: 0$"))


def test_a_clock_that_is_wrong_is_tuned_by_the_fastest_answer(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    page.wait_for_function("visitors.isTuned()")
    now = page.evaluate(
        """() => {
            Date.now = () => 5_000_000;
            for (let n = 0; n < 8; n += 1)
                visitors.tuneClock({at: 9000, asked: 4_900_000 - n, answered: 5_000_000});
            visitors.tuneClock({at: 7000, asked: 4_999_990, answered: 5_000_000});
            return visitors.now();
        }"""
    )
    assert now == 7000.005


def test_a_missed_frame_is_counted(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    page.evaluate("getElement(document.querySelector('.dashboard')).number = -1")
    view(server, "ann", "/a")
    expect_feed(page, "/a")
    expect(page.locator(".status-fresh")).to_have_attribute(
        "title", re.compile("Frames missed: 1$")
    )


def test_the_first_load_is_below_a_megabyte(server: Running, browser: Browser) -> None:
    """Compressed by us, since NiceGUI doesn't do it while tests run."""
    context = browser.new_context()
    page = context.new_page()
    answers: list[Response] = []

    def add(answer: Response) -> None:
        answers.append(answer)

    page.on("response", add)
    page.goto(server.url)
    page.wait_for_selector(".chart .main-svg")
    page.wait_for_selector(".status.connected")
    bodies = [each.body() for each in answers if each.url.startswith("http")]
    context.close()
    assert len(bodies) > 20
    assert sum(len(gzip.compress(body, 6)) for body in bodies) < FIRST_LOAD
