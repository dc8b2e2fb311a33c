"""What the tracker's script sends from a real browser, as a door records it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import FLAGS
from tests.e2e.tracker.recorder import Website, website
from tests.support import BOUND_S, wait_until

START = ("pageview", "custom")
"""The page at its load, and what it told before the script was there."""


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose own scripts notice nothing: no error, no rejection without a handler."""
    context = browser.new_context()
    context.set_default_timeout(BOUND_S * 1000)
    page = context.new_page()
    noticed: list[str] = []
    page.on("pageerror", lambda error: noticed.append(str(error)))
    yield page
    context.close()
    assert noticed == []


def viewed(site: Website) -> list[str]:
    return [e["url"].removeprefix(site.url) for e in site.events if e["type"] == "pageview"]


def test_a_load_sends_a_pageview_and_then_what_was_told_early(site: Website, page: Page) -> None:
    page.goto(f"{site.url}/a?q=1#part")
    view, early = site.wait_for(*START)
    assert (view["url"], view["title"], view["referrer"]) == (f"{site.url}/a?q=1", "Shop", "")
    assert (early["name"], early["metadata"]) == ("early", {"at": "load"})
    assert view["tab"] == early["tab"] and 0 < len(view["tab"]) <= 32
    assert view["eventId"] != early["eventId"]
    assert view["automated"] is True
    assert {"timezone", "language", "screen"} <= view.keys()
    assert not {"site", "key", "sessionId"} & view.keys()
    assert site.headers[0]["Content-Type"] == "text/plain;charset=UTF-8"
    assert "Cookie" not in site.headers[0]


def test_clicks_links_and_forms_are_sent_without_the_query_of_their_targets(
    site: Website, page: Page
) -> None:
    page.goto(site.url)
    page.click("text=Buy")
    page.click("#away")
    with page.expect_download():
        page.click("#file")
    page.click("text=Order")
    sent = site.wait_for(*START, "click", "custom", "custom", "custom")[2:]
    told = [(event.get("name"), event.get("element"), event.get("metadata")) for event in sent]
    assert told == [
        (None, "buy", None),
        ("outbound", None, {"url": "https://other.example/a"}),
        ("download", None, {"url": f"{site.url}/prices.csv"}),
        ("order", None, None),
    ]


def test_history_sends_a_pageview_for_each_new_page_alone(site: Website, page: Page) -> None:
    page.goto(f"{site.url}/a")
    site.wait_for(*START)
    steps = ["push /b", "push /b", "replace /b?sort=up", "replace /c", "push /c#part", "push /d"]
    for step in steps:
        how, url = step.split()
        page.evaluate(f"history.{how}State(null, '', '{url}')")
    page.go_back()
    page.wait_for_function("location.pathname === '/c'")
    paths = ["/a", "/b", "/c", "/d", "/c"]
    wait_until(lambda: len(viewed(site)) >= len(paths), f"{paths}")
    assert viewed(site) == paths


def test_a_closed_page_sends_how_long_and_how_far_it_was_read(site: Website, page: Page) -> None:
    page.goto(site.url)
    site.wait_for(*START)
    page.mouse.wheel(0, 10_000)
    page.wait_for_function("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
    page.goto("about:blank")
    left = site.wait_for(*START, "leave")[-1]
    assert left["scroll"] == 100
    assert isinstance(left["engagedMs"], int) and left["engagedMs"] > 0


def test_what_fails_is_sent_again_with_its_id(site: Website, page: Page) -> None:
    site.status = 503
    page.goto(site.url)
    [failed] = site.wait_for("pageview")
    site.status = 202
    page.evaluate("dispatchEvent(new Event('online'))")
    again = site.wait_for("pageview", *START)[1]
    assert again["eventId"] == failed["eventId"]


def test_a_page_that_calls_wrongly_sends_nothing_and_notices_nothing(
    site: Website, page: Page
) -> None:
    page.goto(site.url)
    site.wait_for(*START)
    page.evaluate("""() => {
        const circle = {}; circle.self = circle;
        visitors(); visitors(null); visitors(7); visitors({}); visitors("");
        visitors("circle", circle); visitors("big", {n: 1n});
        visitors("getter", {get it() { throw new Error("mine") }});
        visitors("huge", {text: "x".repeat(20000)});
        visitors("good", ["no object"]);
    }""")
    good = site.wait_for(*START, "custom")[-1]
    assert good["name"] == "good" and "metadata" not in good


def test_localhost_is_counted_only_if_the_page_says_so(site: Website, page: Page) -> None:
    site.attributes = ""
    page.goto(site.url)
    page.evaluate("visitors('unheard')")
    site.attributes = 'data-local data-site="shop" data-key="k" data-storage="session"'
    page.goto(site.url)
    view, early = site.wait_for(*START)
    assert (view["site"], view["key"]) == ("shop", "k")
    assert view["sessionId"] == early["sessionId"] == page.evaluate("sessionStorage.visitors")


def test_an_excluded_page_sends_nothing_until_it_is_left(site: Website, page: Page) -> None:
    site.attributes = 'data-local data-exclude="/admin/*, /me"'
    page.goto(f"{site.url}/admin/users")
    page.evaluate("visitors('unheard')")
    page.evaluate("history.pushState(null, '', '/me')")
    page.evaluate("history.pushState(null, '', '/menu')")
    [view] = site.wait_for("pageview")
    assert view["url"] == f"{site.url}/menu"


def test_the_hash_tells_pages_apart_if_the_page_says_so(site: Website, page: Page) -> None:
    site.attributes = "data-local data-hash"
    page.goto(f"{site.url}/#/a")
    site.wait_for(*START)
    page.evaluate("location.hash = '/b'")
    page.wait_for_function("location.hash === '#/b'")
    wait_until(lambda: len(viewed(site)) >= 2, "the second page")
    assert viewed(site) == ["/#/a", "/#/b"]


def test_a_page_from_the_cache_of_the_browser_is_viewed_again_by_the_same_tab(
    site: Website, browser: Browser
) -> None:
    """In a Chromium with the cache, which playwright turns off."""
    cached = ["--disable-back-forward-cache"]
    started = browser.browser_type.launch(
        executable_path="/usr/bin/chromium", args=FLAGS, ignore_default_args=cached
    )
    try:
        page = started.new_page()
        page.goto(f"{site.url}/a")
        site.wait_for(*START)
        page.evaluate("addEventListener('pageshow', event => { window.was = event.persisted })")
        page.goto(f"{site.url}/b")
        wait_until(lambda: viewed(site) == ["/a", "/b"], "the second page")
        page.evaluate("history.back()")
        wait_until(lambda: viewed(site) == ["/a", "/b", "/a"], f"the first one: {site.types()}")
        assert page.evaluate("window.was") is True
    finally:
        started.close()
    tabs = [event["tab"] for event in site.events if event["type"] == "pageview"]
    assert tabs[0] == tabs[2] != tabs[1]
    wait_until(lambda: set(tabs[:2]) <= left_tabs(site), "both being left")


def left_tabs(site: Website) -> set[str]:
    return {event["tab"] for event in site.events if event["type"] == "leave"}
