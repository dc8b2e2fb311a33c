"""What a viewer chooses for this browser: it applies at once, and outlives a reload."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import choose_tab, expect_number, open_menu, view
from tests.e2e.test_looks import check_with_axe, place
from tests.e2e.test_page import LISTEN
from tests.support import Running

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LISTS = ["Pages", "Sources", "Countries", "Devices"]
KEPT = (
    "panels",
    "minutes",
    "theme",
    "language",
    "views",
    "feed hides",
    "sound",
    "chart",
    "period pages",
)


def open_settings(page: Page) -> Locator:
    page.keyboard.press(",")
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog).to_be_visible()
    return dialog


def expect_lists(page: Page, *keys: str) -> None:
    """Exactly these lists are in the page, in this order."""
    expect(page.locator(".lists > .list")).to_have_count(len(keys))
    found = page.locator(".lists > .list").evaluate_all("all => all.map(e => e.dataset.panel)")
    assert found == list(keys)


def keep(page: Page, values: dict[str, str]) -> None:
    """Have the browser remember something, and load the page again."""
    page.evaluate(
        "kept => Object.entries(kept).forEach(([k, v]) => localStorage.setItem(k, v))", values
    )
    page.reload()
    page.wait_for_selector(".status.connected")


def test_a_hidden_panel_is_not_in_the_page_and_comes_back_with_what_is_new(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", metadata={"referrer": "a.org"})
    page = open_page(server, viewport=DESK)
    dialog = open_settings(page)
    dialog.get_by_label("Sources", exact=True).uncheck()
    dialog.get_by_label("Feed", exact=True).uncheck()
    expect_lists(page, "pages", "countries", "devices")
    expect(page.locator(".feed")).to_have_count(0)
    expect(page.locator(".tabs .tab")).to_have_text(["People", "Map", "Flow"])
    view(server, "bob", "/next", metadata={"referrer": "b.org"})
    expect_number(page, "active", "2")
    page.reload()
    expect_number(page, "active", "2")
    expect_lists(page, "pages", "countries", "devices")
    view(server, "cid", "/last", metadata={"referrer": "c.org"})
    expect_number(page, "active", "3")
    dialog = open_settings(page)
    dialog.get_by_label("Sources", exact=True).check()
    dialog.get_by_label("Feed", exact=True).check()
    page.keyboard.press("Escape")
    expect(page.locator(".list-sources .bar-name")).to_have_text(["a.org", "b.org", "c.org"])
    choose_tab(page, "Feed")
    expect(page.locator(".feed-row").first).to_contain_text("/last")


def test_all_but_one_panel_may_be_hidden(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport=DESK)
    dialog = open_settings(page)
    for name in (*LISTS, "Feed", "Map", "Flow"):
        dialog.get_by_label(name, exact=True).uncheck()
    page.keyboard.press("Escape")
    expect(page.locator(".tabs")).to_have_count(0)
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    assert place(page.locator(".sessions"))["width"] > 1380
    open_settings(page).get_by_label("People", exact=True).uncheck()
    page.keyboard.press("Escape")
    expect(page.locator(".details .panel")).to_have_count(0)
    open_settings(page).get_by_role("button", name="Standard").click()
    expect_lists(page, "pages", "sources", "countries", "devices")
    expect(page.locator(".session-row")).to_have_count(1)


def test_panels_are_moved_by_keys_and_the_focus_stays(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport=DESK)
    dialog = open_settings(page)
    up = dialog.get_by_role("button", name="Move up: Devices")
    up.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(dialog.get_by_role("status")).to_have_text("Devices: place 1 of 4")
    page.keyboard.press("Enter")  # it is the first one
    expect(up).to_be_focused()
    expect_lists(page, "devices", "pages", "sources", "countries")
    wide, narrow = (place(page.locator(f".list-{name}")) for name in ("devices", "pages"))
    assert wide["width"] > narrow["width"]
    dialog.get_by_role("button", name="Move down: People").press("Enter")
    expect(page.locator(".tabs .tab")).to_have_text(["Feed", "People", "Map", "Flow"])
    page.reload()
    expect(page.locator(".tabs .tab")).to_have_text(["Feed", "People", "Map", "Flow"])
    expect_lists(page, "devices", "pages", "sources", "countries")
    expect(page.locator(".feed-row")).to_be_visible()
    open_settings(page).get_by_role("button", name="Standard").click()
    expect_lists(page, "pages", "sources", "countries", "devices")


def test_a_panel_is_moved_by_dragging(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, viewport=DESK)
    dialog = open_settings(page)
    rows = dialog.locator("ol").first.locator("li")
    expect(rows).to_have_text(LISTS)
    grip, last = place(rows.first.locator(".grip")), place(rows.last)
    page.mouse.move(grip["x"] + 4, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 4, last["bottom"] - 2, steps=8)
    page.mouse.up()
    expect(rows).to_have_text(["Sources", "Countries", "Devices", "Pages"])
    expect_lists(page, "sources", "countries", "devices", "pages")
    page.mouse.move(grip["x"] + 4, grip["y"])  # nothing is dragged any more
    expect(rows).to_have_text(["Sources", "Countries", "Devices", "Pages"])


def test_tabs_of_a_phone_follow_the_order(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport=PHONE)
    dialog = open_settings(page)
    dialog.get_by_role("button", name="Move up: Feed").click()
    dialog.get_by_label("Flow", exact=True).uncheck()
    page.keyboard.press("Escape")
    expect(page.locator(".tabs .tab")).to_have_text(["Now", "Feed", "People", "Map"])
    choose_tab(page, "Feed")
    expect(page.locator(".feed-row")).to_be_visible()
    expect(page.locator(".list-pages")).to_be_hidden()


def test_the_theme_changes_at_once_and_the_menu_knows(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    dark = open_settings(page).get_by_role("button", name="Dark")
    dark.click()
    expect(dark).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(ground) != light
    page.keyboard.press("Escape")
    expect(open_menu(page).get_by_role("button", name="Theme: dark")).to_be_visible()


def test_the_window_of_this_browser_is_used_unless_the_address_says_another(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    window = page.locator(".window-button")
    expect(window).to_have_text("5 min")
    open_settings(page).get_by_label("“Here now” means").select_option("10 min")
    page.keyboard.press("Escape")
    expect(window).to_have_text("10 min")
    page.goto(server.url)
    expect(window).to_have_text("10 min")
    page.goto(f"{server.url}/?minutes=2")
    expect(window).to_have_text("2 min")
    open_settings(page).get_by_label("“Here now” means").select_option("5 min, as usual")
    expect(window).to_have_text("5 min")
    page.goto(server.url)
    page.wait_for_selector(".status.connected")
    expect(window).to_have_text("5 min")


def test_sounds_are_chosen_by_what_they_tell(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    page.evaluate(LISTEN)
    dialog = open_settings(page)
    dialog.get_by_label("New visitors").uncheck()
    dialog.get_by_label("Warnings").uncheck()
    dialog.get_by_label("Sounds on").check()
    view(server, "ann")
    expect_number(page, "active", "1")
    assert page.evaluate("heard") == []
    dialog.get_by_label("New visitors").check()
    view(server, "bob")
    page.wait_for_function("heard.length === 2")
    page.keyboard.press("Escape")
    expect(open_menu(page).get_by_role("button", name="Sound on")).to_be_visible()
    page.get_by_role("button", name="Sound on").click()
    page.keyboard.press("Escape")
    dialog = open_settings(page)
    expect(dialog.get_by_label("Sounds on")).not_to_be_checked()
    expect(dialog.get_by_label("Warnings")).not_to_be_checked()
    expect(dialog.get_by_label("Milestones")).to_be_checked()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{",
        "[1, null]",
        "17",
        json.dumps("text"),
        json.dumps({"order": 5, "hidden": "map", "a": None}),
        json.dumps({"order": ["map", "gone", "map", None], "hidden": ["gone", 7]}),
    ],
)
def test_what_the_browser_kept_may_be_broken(
    server: Running, open_page: OpenPage, text: str
) -> None:
    view(server, "ann")
    page = open_page(server)
    keep(page, dict.fromkeys(KEPT, text))
    expect_lists(page, "pages", "sources", "countries", "devices")
    expect(page.locator(".session-row")).to_have_count(1)
    expect(page.locator(".window-button")).to_have_text("17 min" if text == "17" else "5 min")
    open_settings(page).get_by_role("button", name="Standard").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="+ Filter").click()
    expect(page.locator("#filter-options")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("Escape")
    page.locator(".feed .chip").first.click()
    expect(page.locator(".feed-row")).to_have_count(0)


def test_panels_that_the_kept_order_does_not_know_stand_last(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server, viewport=DESK)
    keep(page, {"panels": json.dumps({"order": ["map", "devices"], "hidden": ["flow"]})})
    expect_lists(page, "devices", "pages", "sources", "countries")
    view(server, "ann")
    expect(page.locator(".tabs .tab")).to_have_text(["Map", "People", "Feed"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_axe_finds_nothing_and_the_focus_returns(
    server: Running, open_page: OpenPage, theme: str, viewport: dict[str, int]
) -> None:
    view(server, "ann")
    page = open_page(server, viewport=viewport, color_scheme=theme, reduced_motion="reduce")
    open_menu(page).get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog).to_be_visible()
    check_with_axe(page)
    for box in dialog.get_by_role("checkbox").all()[:2]:
        box.uncheck()
    check_with_axe(page)
    if viewport == PHONE:
        for control in dialog.locator("button, select, .check").all():
            assert place(control)["height"] >= 44
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.type("settings")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
