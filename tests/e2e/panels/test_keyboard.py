"""Everything by keys: a sheet that lists them, a palette that finds the rest."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_number, expect_sessions, open_menu, view
from tests.support import Running


def palette(page: Page, typed: str) -> None:
    page.keyboard.press("k")
    expect(page.get_by_role("combobox", name="Find a command")).to_be_focused()
    page.keyboard.type(typed)


def test_the_sheet_shows_every_key(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    does = page.evaluate("visitors.KEYS.map(each => each.does)")
    expect(sheet.locator("dd")).to_have_text(does)
    page.keyboard.press("p")  # nothing behind the sheet listens
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    assert not page.evaluate("getElement(document.querySelector('.feed')).paused")


def test_every_key_that_runs_a_command_has_one(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server)
    assert page.evaluate("visitors.KEYS.filter(({run}) => run && !visitors.can(run))") == []


def test_slash_searches_among_the_people_or_in_the_list_with_the_focus(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", country="India")
    page = open_page(server)
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search people")).to_be_focused()
    page.locator(".list-countries .rows").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search Countries")).to_be_focused()


def test_slash_shows_the_list_that_it_searches(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport={"width": 390, "height": 844})
    page.locator(".tabs").get_by_role("button", name="Feed").click()
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search people")).to_be_focused()


def test_the_palette_sets_a_filter_and_escape_clears_it(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", country="India")
    view(server, "bob", country="Côte d'Ivoire")
    page = open_page(server)
    palette(page, "cote")
    page.keyboard.press("Enter")
    expect_sessions(page, "bob")
    page.locator("h1").click()
    page.keyboard.press("Escape")
    expect_sessions(page, "bob", "ann")
    assert page.url == server.url + "/"


def test_the_palette_is_walked_by_arrows(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport={"width": 1440, "height": 900})
    palette(page, "go to")
    options = page.get_by_role("dialog").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(options.last).to_have_text("Go to the flow")
    page.keyboard.type(" the feed")
    expect(options).to_have_text(["Go to the feed"])
    page.keyboard.press("Enter")
    expect(page.locator(".feed .rows")).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("no such thing")
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("No command like that.")


def test_the_palette_asks_before_a_reset(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server)
    palette(page, "reset")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Reset all numbers?")
    expect(dialog).to_be_visible()
    expect_number(page, "active", "1")
    dialog.get_by_role("button", name="Reset").click()
    expect_number(page, "active", "0")
    expect(page.locator("#menu")).to_be_hidden()


def test_keys_stay_letters_in_a_field(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server)
    page.get_by_role("button", name="Search Pages").click()
    page.keyboard.type("/pk?")
    expect(page.locator(".list-search")).to_have_value("/pk?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_menu_has_what_is_seldom_needed(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    menu = open_menu(page)
    for name in ("Sound off", "Theme: system", "Reset the numbers", "Find a command", "Keys"):
        expect(menu.get_by_role("button", name=name)).to_be_visible()
    expect(menu.get_by_role("button", name="Log out")).to_have_count(0)
    menu.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(menu).to_be_hidden()
