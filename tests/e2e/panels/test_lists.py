"""The top lists: all that was sent, found by typing, in the period that somebody chose."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_number, view
from tests.support import Running

NAMES = ".list-pages .bar-name"
NOW_TOO = """() => {
    const list = getElement(document.querySelector('.list-pages'));
    const of = 'on it now';
    const ranking = {unit: 'people', of, names: 2, rows: [['/b', 3, 2], ['/a', 1, -1]]};
    const {pages} = list.content.lists;
    list.show({...list.content, scope: list.scope, lists: {pages: {...pages, now: ranking}}});
}"""
"""What the server will send once it counts the people on a page."""

TWO_IN_ONE = """() => {
    const list = getElement(document.querySelector('.list-pages'));
    const id = document.querySelector('.list-pages').id.slice(1);
    const more = {name: 'entries', title: 'Entry', field: null, kind: 'path'};
    const props = mounted_app.elements[id].props;
    props.dimensions = [...props.dimensions, more];
    const entries = {today: {unit: 'visits', of: 'today', names: 1, rows: [['/start', 4]]}};
    list.show({...list.content, scope: list.scope, lists: {...list.content.lists, entries}});
}"""
"""A row of data more for the same panel."""


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
    expect(page.locator(".list-pages .of")).to_have_text("views, today")


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
    expect(page.locator("#filter-page")).to_have_value("/page/07")


def test_now_and_today_are_a_switch_that_is_remembered(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", "/a")
    page = open_page(server)
    expect(page.locator(".list-pages .switch")).to_have_count(0)
    page.evaluate(NOW_TOO)
    rows = page.locator(".list-pages .bar")
    expect(rows).to_have_text(["/b▲ 23", "/a▼ 11"])
    expect(page.locator(".list-pages .of")).to_have_text("people on it now")
    page.get_by_role("button", name="Today").click()
    expect(rows).to_have_text(["/a1"])
    page.reload()
    page.wait_for_selector(".status.connected")
    page.evaluate(NOW_TOO)
    expect(page.get_by_role("button", name="Today")).to_have_attribute("aria-pressed", "true")


def test_dimensions_of_one_panel_are_tabs(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/a")
    page = open_page(server)
    expect(page.locator(".list-pages .bar")).to_have_text(["/a1"])
    page.evaluate(TWO_IN_ONE)
    page.locator(".list-pages").get_by_role("button", name="Entry").click()
    expect(page.locator(".list-pages .bar")).to_have_text(["/start4"])
    expect(page.locator(".list-pages button.bar")).to_have_count(0)  # no filter, no button
    page.locator(".list-pages").get_by_role("button", name="Pages", exact=True).click()
    expect(page.locator(".list-pages button.bar")).to_have_count(1)
