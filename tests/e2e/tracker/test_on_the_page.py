"""What the tracker's door knows is on the page: channels, browsers, bots, engagement."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import choose_tab
from tests.ingest.client import post
from tests.support import Running, StartServer

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)


def track(server: Running, agent: str = FIREFOX, **fields: Any) -> None:
    body = {"type": "pageview", "url": "https://example.org/read", "sessionId": "ann"} | fields
    answer = server.http.post(
        "/api/track",
        content=json.dumps(body),
        headers={"Content-Type": "text/plain", "User-Agent": agent},
    )
    assert answer.status_code == 202, answer.text


def titles(page: Page, panel: str) -> list[str]:
    return page.locator(f".list-{panel} select.titles option").all_inner_texts()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_lists_of_channels_and_browsers_are_there_once_something_is_counted(
    server: Running, open_page: OpenPage, width: int
) -> None:
    page = open_page(server, viewport={"width": width, "height": 900})
    post(server, sessionId="by-hand", metadata={"device": "mobile"})
    devices = page.locator(".list-devices")
    expect(devices.get_by_role("button", name="mobile")).to_be_visible()
    expect(page.locator("select.titles")).to_have_count(0)
    track(server, referrer="https://www.google.com/")
    track(server, IPHONE, sessionId="bob", url="https://example.org/?utm_campaign=Spring")
    expect(page.locator(".list-sources select.titles option")).to_have_count(3)
    assert titles(page, "sources") == ["Sources", "Channels", "Campaigns"]
    assert titles(page, "devices") == ["Devices", "Browsers", "Systems", "Visitors"]
    page.locator(".list-sources select.titles").select_option("Channels")
    expect(page.locator(".list-sources .bar", has_text="search")).to_be_visible()
    page.locator(".list-devices select.titles").select_option("Systems")
    devices.get_by_role("button", name="iOS").click()
    expect(page).to_have_url(re.compile(r"system=iOS"))
    expect(page.locator(".list-sources .bar", has_text="search")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_bots_are_a_quiet_line(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    track(server)
    expect(page.locator(".figure-value").first).to_have_text("1")
    expect(page.locator(".sentence-bots")).to_have_count(0)
    track(server, "Googlebot/2.1")
    expect(page.locator(".sentence-bots")).to_have_text("1 bot today")
    track(server, "Googlebot/2.1")
    track(server, "Mozilla/5.0 (compatible; bingbot/2.0)")
    expect(page.locator(".sentence-bots")).to_have_text("3 bots today")
    named = page.locator(".sentence-bots").get_attribute("title")
    assert named is not None
    assert named.startswith("Googlebot 2")
    expect(page.locator(".figure-value").first).to_have_text("1")


def test_how_long_pages_are_read_is_beside_them_and_in_the_journey(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    track(server, tab="one")
    row = page.locator(".list-pages .bar", has_text="/read")
    expect(row).to_be_visible()
    expect(row.locator("[title^='Read for']")).to_have_count(0)
    track(server, type="heartbeat", tab="one", engagedMs=30_000)
    track(server, type="leave", tab="one", engagedMs=12_000)
    page.locator(".list-pages").get_by_role("button", name="Today").click()
    expect(row.locator("[title^='Read for']")).to_have_text("42 s")
    choose_tab(page, "Feed")
    page.locator(".feed-row", has_text="viewed").click()
    expect(page.locator(".journey .facts")).to_contain_text("Engaged42 s")


def test_goals_are_a_list_with_the_completions_of_today(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--goals", "signup,/order/*")
    page = open_page(server)
    track(server)
    goals = page.locator(".list-pages")
    goals.get_by_role("button", name="Goals").click()
    expect(goals.locator(".bar")).to_have_count(2)
    track(server, url="https://example.org/order/7")
    track(server, url="https://example.org/order/8")
    track(server, type="custom", name="signup")
    expect(goals.locator(".bar").first).to_have_text("/order/*2")
    expect(goals.locator(".bar").nth(1)).to_have_text("signup1")
    track(server, sessionId="bob", type="custom", name="signup")
    expect(goals.locator(".bar").first).to_have_text(re.compile("/order|signup"))
    told = server.http.get("/api/analytics/summary").json()["goals"]
    assert told == {
        "signup": {"completions": 2, "visitors": 2},
        "/order/*": {"completions": 2, "visitors": 1},
    }
    assert 'visitors_goal_completions{goal="signup"} 2.0' in server.http.get("/metrics").text


MARKUP = "<img src=x onerror=window.pwned=1>"


def test_markup_of_a_hostile_website_is_text_wherever_it_is_shown(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    track(
        server,
        url=f"https://shop.example/{MARKUP}?utm_source={MARKUP}&utm_campaign={MARKUP}#{MARKUP}",
        referrer=f"https://evil.example/{MARKUP}",
        title=MARKUP,
        element=MARKUP,
        country=MARKUP,
        tab=MARKUP[:32],
        metadata={"plan": MARKUP, MARKUP: MARKUP},
    )
    track(server, type="custom", name=MARKUP, country=MARKUP)
    expect(page.locator(".list-pages")).to_contain_text("onerror")
    expect(page.locator(".list-sources")).to_contain_text(MARKUP)
    page.locator(".list-sources select.titles").select_option("Campaigns")
    expect(page.locator(".list-sources .bar")).to_contain_text(MARKUP)
    expect(page.locator(".list-countries")).to_contain_text(MARKUP)
    choose_tab(page, "Feed")
    page.locator(".feed-row", has_text="viewed").click()
    expect(page.locator(".journey")).to_contain_text(MARKUP)
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0
