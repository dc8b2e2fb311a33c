"""All people who are here: further rows by scrolling, three orders, and a search among all."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_number, expect_sessions, post, view
from tests.support import Running

ROWS = ".session-row"
IDS = ".session-who .path"


def crowd(server: Running, size: int) -> None:
    for first in range(0, size, 1_000):
        events: list[dict[str, Any]] = [
            {
                "type": "pageview",
                "page": f"/item/{number % 40}",
                "sessionId": f"visitor-{number:05}",
                "country": "Kenya" if number == 7 else "India",
                "metadata": {"device": "mobile", "referrer": "news.ycombinator.com"},
            }
            for number in range(first, min(size, first + 1_000))
        ]
        answer = server.http.post("/api/events/batch", json=events).json()
        assert answer["rejected"] == []


def scroll_to_end(page: Page) -> None:
    page.locator(".sessions .rows").evaluate("list => list.scrollTo(0, list.scrollHeight)")


def test_scrolling_goes_through_all_people(server: Running, open_page: OpenPage) -> None:
    crowd(server, 230)
    page = open_page(server)
    expect(page.locator(ROWS)).to_have_count(50)
    expect(page.locator(".sessions .more")).to_have_text("and 180 more")
    for count in (100, 150, 200, 230):
        scroll_to_end(page)
        expect(page.locator(ROWS)).to_have_count(count)
    expect(page.locator(".sessions .more")).to_have_count(0)
    names = page.locator(IDS).all_inner_texts()
    assert names == [f"visitor-{number:05}" for number in range(229, -1, -1)]
    view(server, "latest")
    expect(page.locator(".sessions .panel-head .quiet-button")).to_have_text("1 new")
    expect(page.locator(ROWS)).to_have_count(230)
    page.locator(".sessions .panel-head .quiet-button").click()
    expect(page.locator(ROWS).first).to_contain_text("latest")
    expect(page.locator(ROWS)).to_have_count(50)


def test_a_person_is_found_among_50_000(server: Running, open_page: OpenPage) -> None:
    crowd(server, 50_000)
    page = open_page(server)
    expect_number(page, "active", "50\u202f000")
    page.keyboard.press("/")
    page.keyboard.type("VISITOR-4321")
    expect(page.locator(".sessions .of")).to_have_text("10 found")
    expect(page.locator(ROWS)).to_have_count(10)
    page.get_by_label("Search people").last.fill("kenya")
    expect_sessions(page, "visitor-00007")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("visitor-00007")
    page.keyboard.press("Escape")
    page.get_by_label("Search people").last.fill("nobody like that")
    expect(page.locator(".sessions .empty")).to_have_text("Nobody here with “nobody like that”.")
    page.keyboard.press("Escape")
    expect(page.locator(ROWS)).to_have_count(50)


def test_people_are_ordered_by_the_length_of_their_visit_and_by_their_pages(
    server: Running, open_page: OpenPage
) -> None:
    for name in ("ann", "bob", "cem"):
        view(server, name)
    view(server, "bob", "/two")
    view(server, "bob", "/three")
    view(server, "ann", "/two")
    page = open_page(server)
    expect_sessions(page, "ann", "bob", "cem")
    order = page.get_by_label("Order of the people")
    order.select_option("Here longest")
    expect_sessions(page, "ann", "bob", "cem")
    order.select_option("Most pages")
    expect_sessions(page, "bob", "ann", "cem")
    expect(page.locator(ROWS).first).to_contain_text("3 pages")
    for path in ("/a", "/b", "/c"):
        view(server, "cem", path)
    expect_sessions(page, "cem", "bob", "ann")
    order.select_option("Last seen")
    expect_sessions(page, "cem", "ann", "bob")


def test_a_search_is_within_the_filter(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", country="India")
    view(server, "anna", country="Kenya")
    page = open_page(server, "/?country=India")
    expect_sessions(page, "ann")
    page.get_by_role("button", name="Search people").click()
    page.keyboard.type("an")
    expect(page.locator(".sessions .of")).to_have_text("1 found")
    expect_sessions(page, "ann")
    page.get_by_role("button", name="Show all: Country").click()
    expect_sessions(page, "anna", "ann")
    post(server, {"type": "session_end", "sessionId": "anna"})
    expect_sessions(page, "ann")
