"""The top lists: all that was sent, found by typing, in the period that somebody chose."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import chip, expect_number, post, view
from tests.support import Running

NAMES = ".list-pages .bar-name"


def visits(server: Running, pages: int) -> None:
    for number in range(pages):
        view(server, f"visitor-{number}", f"/page/{number:02}")


def search(page: Page) -> None:
    page.get_by_role("button", name="Search Pages").click()


def test_a_list_shows_all_names_that_were_sent(server: Running, open_page: OpenPage) -> None:
    visits(server, 60)
    page = open_page(server)
    expect_number(page, "active", "60")
    expect(page.locator(NAMES)).to_have_count(51)
    expect(page.locator(NAMES).last).to_have_text("(other)")
    expect(page.locator(".list-pages .bar-count").last).to_have_text("10")
    expect(page.locator(".list-pages .of")).to_have_text("people here now")


def test_a_search_finds_names_and_escape_ends_it(server: Running, open_page: OpenPage) -> None:
    visits(server, 12)
    page = open_page(server)
    search(page)
    page.keyboard.type("PAGE/1")
    expect(page.locator(NAMES)).to_have_text(["/page/10", "/page/11"])
    page.keyboard.type("x")
    expect(page.locator(".list-pages .empty")).to_have_text("Nothing with “PAGE/1x” here.")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".list-pages button.bar").first).to_be_focused()
    search(page)
    expect(page.locator(NAMES)).to_have_count(12)
    search(page)
    page.keyboard.press("Escape")
    expect(page.locator(".list-search")).to_have_count(0)
    expect(page.locator(".list-pages .rows")).to_be_focused()


def test_a_search_finds_names_beyond_those_that_were_sent(
    server: Running, open_page: OpenPage
) -> None:
    visits(server, 80)
    page = open_page(server)
    expect_number(page, "active", "80")
    search(page)
    page.keyboard.type("page/7")
    names = [f"/page/{number}" for number in range(70, 80)]
    expect(page.locator(NAMES)).to_have_text([*names])
    page.locator(".list-pages").get_by_role("button", name="/page/79").click()
    expect(chip(page, "on")).to_contain_text("/page/79")
    expect_number(page, "active", "1")


def test_typing_in_a_list_searches_in_it_and_enter_filters(
    server: Running, open_page: OpenPage
) -> None:
    visits(server, 12)
    page = open_page(server)
    page.locator(".list-pages .rows").focus()
    page.keyboard.type("07")
    expect(page.locator(NAMES)).to_have_text(["/page/07"])
    page.keyboard.press("Enter")
    expect_number(page, "active", "1")
    expect(chip(page, "on")).to_contain_text("/page/07")


def test_now_and_today_are_a_switch_that_is_remembered(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", "/a")
    view(server, "ann", "/b")
    view(server, "bob", "/b")
    page = open_page(server)
    rows = page.locator(".list-pages .bar")
    expect(rows).to_have_text(["/b2"])
    expect(page.locator(".list-pages .of")).to_have_text("people here now")
    today = page.locator(".list-pages").get_by_role("button", name="Today")
    today.click()
    expect(rows).to_have_text(["/b2", "/a1"])
    expect(page.locator(".list-pages .of")).to_have_text("views, today")
    page.reload()
    expect(today).to_have_attribute("aria-pressed", "true")
    expect(rows).to_have_text(["/b2", "/a1"])
    page.locator(".list-countries").get_by_role("button", name="Unknown").click()
    expect(rows).to_have_text(["/b2"])
    expect(today).to_have_count(0)


def test_entry_and_exit_pages_are_tabs_of_the_pages(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/landing")
    view(server, "ann", "/pricing")
    view(server, "bob", "/pricing")
    page = open_page(server)
    panel, rows = page.locator(".list-pages"), page.locator(".list-pages .bar")
    expect(rows).to_have_text(["/pricing2"])
    panel.get_by_role("button", name="Entry").click()
    expect(rows).to_have_text(["/landing1", "/pricing1"])
    panel.get_by_role("button", name="Exit").click()
    expect(panel.locator(".empty")).to_have_text("Nothing counted yet.")
    post(server, {"type": "session_end", "sessionId": "ann"})
    expect(rows).to_have_text(["/pricing1"])
    expect(panel.locator(".of")).to_have_text("visits, today")


ROWS = ".list-pages .rows"
COUNTS = """names => Object.fromEntries([...document.querySelectorAll('.list-pages .bar')]
    .map(bar => ['.bar-name', '.bar-count'].map(each => bar.querySelector(each).innerText))
    .filter(([name]) => names.includes(name)))"""


def scroll_to_end(page: Page) -> None:
    page.locator(ROWS).evaluate("list => list.scrollTo(0, list.scrollHeight)")


def crowd(server: Running, pages: int) -> None:
    """Two people on the page 000, one on each other one."""
    events = [
        {"type": "pageview", "page": f"/page/{max(0, number):03}", "sessionId": f"visitor-{number}"}
        for number in range(-1, pages)
    ]
    assert server.http.post("/api/events/batch", json=events).json()["rejected"] == []


def test_scrolling_goes_through_all_names(server: Running, open_page: OpenPage) -> None:
    crowd(server, 180)
    page = open_page(server)
    expect_number(page, "active", "181")
    expect(page.locator(NAMES)).to_have_count(51)
    for count, rest in ((100, "80"), (150, "30")):
        scroll_to_end(page)
        expect(page.locator(NAMES)).to_have_count(count + 1)
        expect(page.locator(NAMES).last).to_have_text("(other)")
        expect(page.locator(".list-pages .bar-count").last).to_have_text(rest)
    scroll_to_end(page)
    expect(page.locator(NAMES)).to_have_count(180)
    names = page.locator(NAMES).all_inner_texts()
    assert names == [f"/page/{number:03}" for number in range(180)]
    view(server, "ann", "/another")
    view(server, "bob", "/another")
    news = page.locator(".list-pages .panel-head .quiet-button")
    expect(news).to_have_text("1 new")
    assert page.locator(NAMES).all_inner_texts() == names
    news.click()
    expect(page.locator(NAMES)).to_have_count(51)
    expect(page.locator(NAMES).nth(0)).to_have_text("/another")


def test_the_end_key_goes_on_and_a_further_name_filters(
    server: Running, open_page: OpenPage
) -> None:
    crowd(server, 130)
    page = open_page(server)
    expect_number(page, "active", "131")
    page.locator(ROWS).focus()
    for count in (101, 130):
        page.keyboard.press("End")
        expect(page.locator(NAMES)).to_have_count(count)
    page.keyboard.press("End")
    last = page.locator(".list-pages button.bar").last
    expect(last).to_be_focused()
    page.keyboard.press("Enter")
    expect(chip(page, "on")).to_contain_text("/page/129")
    expect(page.locator(NAMES)).to_have_text(["/page/129"])


def test_further_names_are_counted_anew_while_they_are_seen(
    server: Running, open_page: OpenPage
) -> None:
    crowd(server, 180)
    page = open_page(server)
    expect_number(page, "active", "181")
    scroll_to_end(page)
    expect(page.locator(NAMES)).to_have_count(101)
    scroll_to_end(page)
    expect(page.locator(NAMES)).to_have_count(151)
    seen, unseen = "/page/149", "/page/060"
    page.locator(NAMES, has_text=seen).scroll_into_view_if_needed()
    expect(page.locator(NAMES, has_text=unseen)).not_to_be_in_viewport()
    for name in (seen, unseen):
        view(server, f"another on {name}", name)
    expect(page.locator(".list-pages .bar", has_text=seen)).to_have_text(f"{seen}2")
    assert page.evaluate(COUNTS, [seen, unseen]) == {seen: "2", unseen: "1"}
    page.locator(NAMES, has_text=unseen).scroll_into_view_if_needed()
    view(server, "somebody", "/page/000")
    expect(page.locator(".list-pages .bar", has_text=unseen)).to_have_text(f"{unseen}2")


def test_scrolling_and_searching_go_through_all_names_of_today(
    server: Running, open_page: OpenPage
) -> None:
    crowd(server, 120)
    page = open_page(server)
    page.locator(".list-pages").get_by_role("button", name="Today").click()
    expect(page.locator(NAMES)).to_have_count(51)
    for count in (101, 120):
        scroll_to_end(page)
        expect(page.locator(NAMES)).to_have_count(count)
    assert len(set(page.locator(NAMES).all_inner_texts())) == 120
    page.reload()
    expect(page.locator(NAMES)).to_have_count(51)
    search(page)
    page.keyboard.type("page/11")
    names = sorted(f"/page/{number}" for number in range(110, 120))
    expect(page.locator(NAMES)).to_have_count(10)
    assert sorted(page.locator(NAMES).all_inner_texts()) == names


def test_a_list_under_a_filter_goes_on_too(server: Running, open_page: OpenPage) -> None:
    crowd(server, 120)
    page = open_page(server, "/?country=Unknown")
    expect(page.locator(NAMES)).to_have_count(51)
    for count in (101, 120):
        scroll_to_end(page)
        expect(page.locator(NAMES)).to_have_count(count)
