"""The switcher of sites, in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_feed, expect_number, open_menu
from tests.ingest.client import post
from tests.support import Running, StartServer


def active(page: Page, site: str) -> str:
    """The number of active visitors that the row of a site shows."""
    return page.locator(".site-row", has_text=site).locator(".site-active").inner_text()


def test_with_one_site_there_is_no_switcher(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    expect(page.locator(".hero")).to_be_visible()
    expect(page.locator(".site-button")).to_have_count(0)


def test_the_switcher_shows_each_sites_number_live_and_opens_its_page(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--sites", "shop,blog,docs")
    page = open_page(server)
    post(server, sessionId="ann")
    expect_number(page, "active", "1")
    expect(page.locator(".site-button")).to_have_text("shop")
    expect(page.locator(".site-list")).to_be_hidden()
    page.locator(".site-button").click()
    rows = page.locator(".site-row")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_have_attribute("aria-current", "page")
    expect(rows.nth(1).locator(".site-active")).to_have_text("0")
    for visitor in ("bob", "cem"):
        post(server, sessionId=visitor, site="blog", page="/only-there")
    expect(rows.nth(1).locator(".site-active")).to_have_text("2")
    expect_number(page, "active", "1")
    rows.nth(1).click()
    expect(page).to_have_url(re.compile(r"\?site=blog$"))
    expect(page.locator(".site-button")).to_have_text("blog")
    expect_number(page, "active", "2")
    expect(page).to_have_title("2 active · Visitors · blog")
    expect_feed(page, "/only-there")
    post(server, sessionId="dan", site="shop", page="/elsewhere")
    page.locator(".site-button").click()
    expect(rows.nth(0).locator(".site-active")).to_have_text("2")
    expect(page.locator(".feed")).not_to_contain_text("/elsewhere")


def test_a_filter_keeps_the_site(start_server: StartServer, open_page: OpenPage) -> None:
    server = start_server("--sites", "shop,blog")
    post(server, sessionId="ann", site="blog", country="India")
    post(server, sessionId="bob", site="blog", country="USA")
    page = open_page(server, "/?site=blog&country=India")
    expect_number(page, "active", "1")
    page.get_by_role("button", name="Show all: Country").click()
    expect_number(page, "active", "2")
    expect(page).to_have_url(re.compile(r"\?site=blog$"))


def test_the_switcher_appears_with_the_second_site_and_searches_many(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--sites", "*")
    page = open_page(server)
    post(server, sessionId="ann")
    expect_number(page, "active", "1")
    expect(page.locator(".site-button")).to_have_count(0)
    for number in range(12):
        post(server, sessionId="ann", site=f"site-{number}.example")
    expect(page.locator(".site-button")).to_have_text("default")
    page.locator(".site-button").click()
    expect(page.locator(".site-row")).to_have_count(13)
    page.locator(".site-search").fill("SITE-1")
    expect(page.locator(".site-row")).to_have_count(3)
    page.locator(".site-search").fill("none of these")
    expect(page.locator(".site-list")).to_contain_text("No site of that name")


def test_a_reset_on_the_page_is_of_its_site(start_server: StartServer, open_page: OpenPage) -> None:
    server = start_server("--sites", "shop,blog")
    post(server, sessionId="ann")
    post(server, sessionId="ann", site="blog")
    page = open_page(server, "/?site=blog")
    expect_number(page, "active", "1")
    open_menu(page).get_by_role("button", name="Reset the numbers").click()
    page.get_by_role("button", name="Reset", exact=True).click()
    expect_number(page, "active", "0")
    sites = server.http.get("/api/sites").json()["sites"]
    assert [each["totalActive"] for each in sites] == [1, 0]


def test_the_wallboard_says_its_site(start_server: StartServer, open_page: OpenPage) -> None:
    server = start_server("--sites", "shop,blog")
    post(server, sessionId="ann", site="blog")
    page = open_page(server, "/?tv=1&site=blog")
    expect(page.locator(".brand")).to_have_text("Visitors · blog")
    expect(page).to_have_title("1 active · Visitors · blog")
