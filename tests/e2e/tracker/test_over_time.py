"""What the tracker's script does when a tab is hidden, comes back, or can't send. The clock is
Playwright's: half an hour takes no time."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.tracker.recorder import Website, website
from tests.support import BOUND_S, wait_until

START = ("pageview", "custom")
HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));
}"""


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(BOUND_S * 1000)
    context.clock.install()
    yield context.new_page()
    context.close()


def opened(site: Website, page: Page) -> None:
    page.goto(site.url)
    site.wait_for(*START)


def test_too_many_requests_is_sent_again_with_its_id(site: Website, page: Page) -> None:
    site.status = 429
    page.goto(site.url)
    [failed] = site.wait_for("pageview")
    site.status = 202
    page.clock.run_for(30_000)
    wait_until(lambda: len(site.events) >= 3, "the second time")
    again = [event["eventId"] for event in site.events if event["type"] == "pageview"]
    assert again == [failed["eventId"]] * 2


def test_a_refusal_is_not_sent_again(site: Website, page: Page) -> None:
    site.status = 400
    opened(site, page)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate("visitors('later')")
    assert site.wait_for(*START, "custom")[-1]["name"] == "later"


def test_what_was_read_until_a_heartbeat_that_failed_is_in_the_next_one(
    site: Website, page: Page
) -> None:
    opened(site, page)
    site.status = 503
    page.mouse.move(5, 5)
    page.clock.run_for(30_000)
    failed = site.wait_for(*START, "heartbeat")[-1]
    assert failed["engagedMs"] > 0
    page.wait_for_load_state("networkidle")
    site.status = 202
    page.clock.run_for(30_000)
    again = site.wait_for(*START, "heartbeat", "heartbeat")[-1]
    assert again["engagedMs"] >= failed["engagedMs"]
    page.wait_for_load_state("networkidle")
    page.clock.run_for(30_000)
    site.wait_for(*START, "heartbeat", "heartbeat", "heartbeat")
    assert site.events[-1]["engagedMs"] < failed["engagedMs"]


def test_a_tab_that_is_hidden_for_five_minutes_is_left_and_opens_again(
    site: Website, page: Page
) -> None:
    opened(site, page)
    page.evaluate(HIDE, True)
    page.clock.run_for(299_000)
    assert site.types() == [*START], "no heartbeat while it is hidden"
    page.clock.run_for(2_000)
    left = site.wait_for(*START, "leave")[-1]
    page.clock.run_for(600_000)
    assert site.types() == [*START, "leave"], "once"
    page.evaluate(HIDE, False)
    back = site.wait_for(*START, "leave", "heartbeat")[-1]
    assert back["tab"] == left["tab"]


def test_a_tab_where_nothing_is_done_sends_no_heartbeats_after_five_minutes(
    site: Website, page: Page
) -> None:
    opened(site, page)
    page.clock.run_for(600_000)
    wait_until(lambda: len(site.events) >= 11, "the heartbeats of the first five minutes")
    page.evaluate("visitors('end')")
    wait_until(lambda: site.types()[-1] == "custom", "the last one")
    assert site.types().count("heartbeat") in (9, 10)


def test_no_more_than_fifty_events_wait(site: Website, page: Page) -> None:
    site.status = 503
    page.goto(site.url)
    site.wait_for("pageview")
    page.evaluate("for (let n = 0; n < 100; n++) visitors(`number-${n}`)")
    page.wait_for_load_state("networkidle")
    site.status = 202
    site.events.clear()
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: len(site.events) >= 50, "what waited")
    page.evaluate("visitors('after')")
    wait_until(lambda: site.events[-1].get("name") == "after", "the next one")
    assert len(site.events) == 51


def test_a_cookie_of_the_website_is_not_sent(site: Website, page: Page) -> None:
    page.context.add_cookies([{"name": "login", "value": "secret", "url": site.url}])
    opened(site, page)
    page.goto("about:blank")
    site.wait_for(*START, "leave")
    assert all("Cookie" not in headers for headers in site.headers)
