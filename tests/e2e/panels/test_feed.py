"""The feed: journeys by a click, kinds, a pause, and groups of what nobody can read."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import chip, expect_feed, expect_number, post, view
from tests.support import Running

PUSH = """([first, rows]) => {
    const feed = getElement(document.querySelector('.feed'));
    const keys = ['n', 'at', 'type', 'page', 'name', 'country', 'device', 'session'];
    feed.push({keys, values: rows.map(([page, country], place) =>
        [first - place, 1e9, 'pageview', page, '', country, '', 'ann'])});
}"""
FAR = 1_000_000
TIME = "1000000000000"
X = "\N{MULTIPLICATION SIGN}"


def push(page: Page, newest: int, *rows: tuple[str, str]) -> None:
    """Some rows at once, newest first, as from the server."""
    page.evaluate(PUSH, [FAR + newest, list(rows)])


def still_clock(page: Page, later_ms: int = 0) -> None:
    page.evaluate(f"Date.now = () => {TIME} + {later_ms}")


def burst(page: Page) -> None:
    """More rows than can be read, in three pushes: 18 of a page."""
    for number in range(1, 4):
        push(page, number * 6, *[("/blog", "India" if n % 2 else "USA") for n in range(6)])


def test_a_click_on_an_event_opens_the_journey_of_its_session(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", "/one")
    view(server, "bob", "/two")
    page = open_page(server)
    page.locator(".feed-row", has_text="/one").click()
    expect(page.get_by_role("dialog").locator("h2")).to_have_text("Journey of ann")
    page.keyboard.press("Escape")
    expect(page.locator(".feed-row", has_text="/one")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("h2")).to_have_text("Journey of bob")


def test_kinds_of_events_can_be_hidden_and_stay_so(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/one")
    post(server, {"type": "session_end", "sessionId": "ann"})
    page = open_page(server)
    expect_feed(page, "left", "viewed")
    chip = page.locator(".chip", has_text="views")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".feed-row")).to_have_count(1)
    view(server, "bob", "/two")
    expect_number(page, "visitors", "2")
    page.reload()
    expect(page.locator(".feed-row")).to_have_count(1)
    expect_feed(page, "left")
    page.locator(".chip", has_text="views").click()
    expect_feed(page, "/two", "left", "/one")


def test_a_paused_feed_says_what_waits_and_has_no_end(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/one")
    page = open_page(server)
    page.keyboard.press("p")
    button = page.get_by_role("button", name="Pause the feed")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.evaluate("visitors.hold.restMs = -1")
    view(server, "bob", "/two")
    news = page.locator(".feed .quiet-button")
    expect(news).to_have_text("1 new")
    page.evaluate("getElement(document.querySelector('.feed')).rest()")
    page.locator(".feed-row").hover()
    page.locator("h1").hover()
    expect_feed(page, "/one")
    page.keyboard.press("p")
    expect_feed(page, "/two", "/one")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(news).to_have_count(0)


def test_what_is_alike_becomes_one_row_that_counts(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/one")
    page = open_page(server)
    still_clock(page)
    burst(page)
    rows = page.locator(".feed-row")
    expect(rows.first).to_contain_text(f"6 {X}")
    expect(rows.first).to_contain_text("/blog")
    expect(rows.first.locator(".feed-who")).to_have_text(
        re.compile("^(India|United States) 3, (India|United States) 3$")
    )
    push(page, 19, ("/blog", "Kenya"))
    expect(rows.first).to_contain_text(f"7 {X}")
    push(page, 20, ("/docs", "Kenya"))
    expect_feed(page, "/docs", f"7 {X}")
    still_clock(page, later_ms=1900)
    push(page, 21, ("/blog", "Kenya"))
    expect(rows.nth(1)).to_contain_text(f"8 {X}")


def test_calm_rows_stand_alone_again(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/one")
    page = open_page(server)
    still_clock(page)
    burst(page)
    expect(page.locator(".times")).to_have_count(1)
    still_clock(page, later_ms=3000)
    push(page, 19, ("/blog", "Kenya"))
    push(page, 20, ("/blog", "Kenya"))
    expect(page.locator(".feed-row").first).not_to_contain_text(X)
    expect(page.locator(".feed-row").nth(1)).not_to_contain_text(X)


def test_a_click_on_a_group_filters_by_its_page(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/blog")
    page = open_page(server)
    still_clock(page)
    burst(page)
    page.locator(".feed-row", has_text=f"6 {X}").click()
    expect(chip(page, "page")).to_contain_text("/blog")


def test_a_count_that_may_lack_some_says_so(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/one")
    page = open_page(server)
    still_clock(page)
    rows: Any = [("/blog", "India")] * 50
    for number in range(1, 4):
        push(page, number * 50, *rows)
    expect(page.locator(".times").first).to_have_text(f"50+ {X}")
