"""A list holds still under the pointer, a finger or the focus, says what waits, and lets go."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_feed, expect_number, expect_sessions, post, view
from tests.support import Running

AT_ONCE = "visitors.hold.restMs = 0"
SESSIONS = ".sessions .session-who .path"
TOTALS = ".list-pages button.bar"
FOCUSED = "document.activeElement.dataset.id ?? document.activeElement.className"


def left(server: Running, session_id: str) -> None:
    post(server, {"type": "session_end", "sessionId": session_id})


def note(page: Page, panel: str) -> Any:
    """What a held list says of what waits."""
    return page.locator(f".{panel} .panel-head .quiet-button")


def leave(page: Page) -> None:
    page.locator("h1").hover()


def expect_pages(page: Page, *names: str) -> None:
    expect(page.locator(".list-pages .bar-name")).to_have_text(list(names))


def three_visits(server: Running) -> None:
    for name in ("ann", "bob", "cid"):
        view(server, name, f"/{name}")


def test_sessions_keep_their_places_under_the_pointer(server: Running, open_page: OpenPage) -> None:
    three_visits(server)
    page = open_page(server)
    page.locator(".session-row").nth(1).hover()
    view(server, "ann", "/next")
    expect(page.locator(".session-where").nth(2)).to_have_text("/next")
    expect_sessions(page, "cid", "bob", "ann")
    expect(note(page, "sessions")).to_have_text("new order")
    view(server, "dan")
    expect(note(page, "sessions")).to_have_text("1 new")
    expect_sessions(page, "cid", "bob", "ann")
    note(page, "sessions").click()
    expect_sessions(page, "dan", "ann", "cid", "bob")
    expect(note(page, "sessions")).to_have_count(0)


def test_a_held_session_that_has_ended_says_so(server: Running, open_page: OpenPage) -> None:
    three_visits(server)
    page = open_page(server)
    page.locator(".session-row").nth(1).hover()
    left(server, "bob")
    expect(page.locator(".session-row").nth(1)).to_contain_text("left")
    expect_sessions(page, "cid", "bob", "ann")
    leave(page)
    expect_sessions(page, "cid", "ann")


def test_a_held_list_lets_go_when_all_that_it_shows_has_ended(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann")
    page = open_page(server)
    page.locator(".session-row").hover()
    left(server, "ann")
    expect(page.locator(".sessions .empty")).to_have_text("Nobody is here right now.")


def test_a_reset_empties_held_lists(server: Running, open_page: OpenPage) -> None:
    three_visits(server)
    page = open_page(server)
    page.locator(".session-row").nth(1).hover()
    server.http.post("/api/analytics/reset", json={"confirm": "reset"})
    expect(page.locator(".sessions .empty")).to_have_text("Nobody is here right now.")
    view(server, "dan", "/dan")
    expect_sessions(page, "dan")
    page.locator(TOTALS).first.hover()
    server.http.post("/api/analytics/reset", json={"confirm": "reset"})
    expect(page.locator(".list-pages .empty")).to_have_text("Nothing counted yet.")


def test_the_pages_keep_their_places_under_the_pointer(
    server: Running, open_page: OpenPage
) -> None:
    three_visits(server)
    page = open_page(server)
    expect_pages(page, "/ann", "/bob", "/cid")
    page.locator(TOTALS).first.hover()
    view(server, "dan", "/cid")
    expect(page.locator(".list-pages .bar", has_text="/cid").locator(".bar-count")).to_have_text(
        "2"
    )
    expect(note(page, "list-pages")).to_have_text("new order")
    expect_pages(page, "/ann", "/bob", "/cid")
    view(server, "eve", "/a-new-one")
    expect(note(page, "list-pages")).to_have_text("1 new")
    expect_pages(page, "/ann", "/bob", "/cid")
    leave(page)
    expect_pages(page, "/cid", "/a-new-one", "/ann", "/bob")


@pytest.mark.parametrize("panel", ["feed", "sessions", "list-pages"])
def test_a_held_list_lets_go_after_30_s_without_a_movement(
    server: Running, open_page: OpenPage, panel: str
) -> None:
    three_visits(server)
    page = open_page(server)
    assert page.evaluate("visitors.hold.restMs") == 30_000
    page.locator(f".{panel} .rows").hover(position={"x": 60, "y": 40})
    view(server, "dan", "/dan")
    expect(note(page, panel)).to_have_text("1 new")
    page.evaluate(AT_ONCE)
    expect(note(page, panel)).to_have_count(0)
    expect(page.locator(f".{panel}")).to_contain_text("/dan")
    view(server, "eve", "/eve")
    expect(page.locator(f".{panel}")).to_contain_text("/eve")


def test_the_next_movement_holds_a_list_again(server: Running, open_page: OpenPage) -> None:
    three_visits(server)
    page = open_page(server)
    row = page.locator(".feed-row").nth(1)
    row.hover()
    view(server, "dan")
    expect(note(page, "feed")).to_have_text("1 new")
    page.evaluate(AT_ONCE)
    expect(note(page, "feed")).to_have_count(0)
    page.evaluate("visitors.hold.restMs = 30000")
    row.hover(position={"x": 5, "y": 5})
    view(server, "eve")
    expect(note(page, "feed")).to_have_text("1 new")


def touch(devtools: CDPSession, kind: str, *points: dict[str, float]) -> None:
    devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})


@pytest.mark.parametrize("panel", ["feed", "sessions", "list-pages"])
def test_a_list_holds_still_under_a_finger(
    server: Running, open_page: OpenPage, panel: str
) -> None:
    three_visits(server)
    page = open_page(server, has_touch=True)
    box = page.locator(f".{panel} .rows").bounding_box()
    assert box is not None
    devtools = page.context.new_cdp_session(page)
    below_the_rows = box["y"] + box["height"] - 12  # a tap on a row would choose it
    touch(devtools, "touchStart", {"x": box["x"] + 60, "y": below_the_rows})
    view(server, "dan", "/dan")
    expect(note(page, panel)).to_have_text("1 new")
    touch(devtools, "touchEnd")
    expect(note(page, panel)).to_have_count(0)
    expect(page.locator(f".{panel}")).to_contain_text("/dan")


@pytest.mark.parametrize("panel", ["feed", "sessions", "list-pages"])
def test_a_list_holds_still_under_the_focus(
    server: Running, open_page: OpenPage, panel: str
) -> None:
    three_visits(server)
    page = open_page(server)
    page.locator(f".{panel} .rows").focus()
    view(server, "dan", "/dan")
    expect(note(page, panel)).to_have_text("1 new")
    page.get_by_role("button", name="+ Filter").focus()
    expect(note(page, panel)).to_have_count(0)
    expect(page.locator(f".{panel}")).to_contain_text("/dan")


def test_the_focus_stays_on_its_row_when_rows_move(server: Running, open_page: OpenPage) -> None:
    three_visits(server)
    page = open_page(server)
    page.locator(".session-row", has_text="ann").focus()
    page.evaluate(AT_ONCE)
    for number in range(12):
        view(server, "ann" if number % 2 else f"visitor-{number}", f"/next/{number}")
        expect(page.locator(".session-where").first).to_have_text(f"/next/{number}")
        assert page.evaluate(FOCUSED) == "ann"
    for number in range(20):  # more than are moved one by one
        view(server, f"another-{number}")
    expect_number(page, "active", "29")
    assert page.evaluate(FOCUSED) == "ann"
    left(server, "ann")
    expect_number(page, "active", "28")
    expect(page.locator(".sessions .rows")).to_be_focused()


def test_the_focus_stays_in_a_list_whose_rows_are_ordered_anew(
    server: Running, open_page: OpenPage
) -> None:
    three_visits(server)
    page = open_page(server)
    page.locator(".list-pages").get_by_role("button", name="/cid").focus()
    page.evaluate(AT_ONCE)
    view(server, "dan", "/cid")
    expect_pages(page, "/cid", "/ann", "/bob")
    expect(page.locator(".list-pages").get_by_role("button", name="/cid")).to_be_focused()


def test_a_closed_journey_gives_the_focus_back_to_its_row(
    server: Running, open_page: OpenPage
) -> None:
    three_visits(server)
    page = open_page(server)
    page.locator(".session-row", has_text="ann").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    for number in range(20):
        view(server, f"visitor-{number}")
    expect(page.locator(".session-row")).to_have_count(23)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".session-row", has_text="ann")).to_be_focused()


def test_each_list_is_one_tab_stop_and_arrows_move_inside(
    server: Running, open_page: OpenPage
) -> None:
    for number in range(30):
        view(server, f"visitor-{number}", f"/a/long/path/of/a/page/with/number/{number}")
    page = open_page(server)
    pages = page.locator(TOTALS)
    page.locator(".list-pages .rows").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(pages.nth(1)).to_be_focused()
    page.keyboard.press("Home")
    expect(pages.first).to_be_focused()
    page.keyboard.press("Tab")
    sources = page.locator(".list-sources")
    for name in ("Search Sources", "Now", "Today"):
        expect(sources.get_by_role("button", name=name, exact=True)).to_be_focused()
        page.keyboard.press("Tab")
    expect(sources.locator(".rows")).to_be_focused()
    page.locator(".sessions .rows").focus()
    page.keyboard.press("End")
    expect(page.locator(".session-row").last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("h2")).to_contain_text("visitor-0")


def test_new_events_wait_in_a_held_feed_that_is_sent_anew(
    server: Running, open_page: OpenPage
) -> None:
    """As after a lost connection: the whole view comes again."""
    three_visits(server)
    page = open_page(server)
    page.locator(".feed-row").nth(1).hover()
    page.evaluate("getElement(document.querySelector('.dashboard')).number = -1")
    view(server, "dan", "/dan")
    expect(note(page, "feed")).to_have_text("1 new")
    expect_feed(page, "/cid", "/bob", "/ann")
