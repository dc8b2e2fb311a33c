"""Map, flow and funnel: built when they are first seen, without internet, and a click filters."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import chip, choose_tab, expect_number, view
from tests.e2e.test_looks import check_with_axe
from tests.ingest.client import post
from tests.support import Running, StartServer

SHAPES = """performance.getEntriesByType('resource')
    .filter(({name}) => name.includes('world_110m')).length"""
COUNT_ASKS = """() => {
    window.asks = 0;
    const emit = window.socket.emit.bind(window.socket);
    window.socket.emit = (...what) => { window.asks += 1; return emit(...what); };
}"""
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
DESK = {"width": 1440, "height": 900}


def visit(server: Running) -> None:
    for who, country, *pages in (
        ("ann", "India", "/", "/pricing", "/signup"),
        ("bob", "India", "/", "/pricing"),
        ("cid", "USA", "/"),
        ("dan", "Atlantis", "/"),
    ):
        for page in pages:
            view(server, who, page, country=country)


def expect_map(page: Page) -> None:
    expect(page.locator(".plot-map .choroplethlocation")).to_have_count(2)


def test_the_map_is_drawn_when_it_is_seen_and_a_click_filters(
    server: Running, open_page: OpenPage
) -> None:
    visit(server)
    page = open_page(server, viewport=DESK)
    elsewhere: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(server.url) else elsewhere.append(r.url))
    expect_number(page, "active", "4")
    assert page.evaluate(SHAPES) == 0
    choose_tab(page, "Map")
    expect_map(page)
    assert page.evaluate(SHAPES) == 1
    plot = page.get_by_role(
        "img", name="Map of the people here by country: India 2, United States 1"
    )
    expect(plot).to_be_visible()
    page.locator(".plot-map .choroplethlocation").first.hover(force=True)
    expect(page.locator(".plot-map .hoverlayer")).to_contain_text("India: 2 here")
    page.locator(".plot-map .choroplethlocation").first.click(force=True)
    expect(chip(page, "country")).to_contain_text("India")
    expect_number(page, "active", "2")
    page.keyboard.press("Escape")
    page.locator(".unplaced").get_by_role("button", name="Atlantis 1").click()
    expect(chip(page, "country")).to_contain_text("Atlantis")
    assert elsewhere == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900), (1920, 1080)])
def test_the_map_is_as_high_as_the_world_and_names_that_are_not_on_it_follow(
    server: Running, open_page: OpenPage, width: int, height: int
) -> None:
    visit(server)
    for number in range(4):
        view(server, f"far-{number}", country=f"{'C' * 60}{number}")
    page = open_page(server, viewport={"width": width, "height": height})
    choose_tab(page, "Map")
    expect_map(page)
    box = page.locator(".plot-map .plotted").bounding_box()
    assert box is not None and box["height"] < 0.7 * box["width"]
    unplaced = page.locator(".unplaced")
    expect(unplaced.get_by_role("button")).to_have_count(5)
    assert unplaced.evaluate("e => e.scrollHeight <= e.clientHeight + 1")


def test_nothing_is_asked_for_a_map_that_is_not_seen(server: Running, open_page: OpenPage) -> None:
    visit(server)
    page = open_page(server, viewport=DESK)
    page.evaluate(COUNT_ASKS)
    choose_tab(page, "Map")
    expect_map(page)
    asked = page.evaluate("window.asks")
    assert asked > 0
    choose_tab(page, "People")
    expect(page.locator(".plot-map")).to_be_hidden()
    page.evaluate("new Promise(requestAnimationFrame)")
    asked = page.evaluate("window.asks")
    page.evaluate("Date.now = () => 1e13")
    page.evaluate(LOOK)
    assert page.evaluate("window.asks") - asked <= 1, "the status says that the tab is seen"


def test_the_flow_has_the_moves_of_the_people_here(server: Running, open_page: OpenPage) -> None:
    visit(server)
    page = open_page(server, viewport=DESK)
    choose_tab(page, "Flow")
    expect(page.locator(".plot-flow .sankey-link")).to_have_count(2)
    expect(page.locator(".plot-flow .sankey-node")).to_have_count(4)
    label = "Most frequent moves from page to page: / to /pricing 2, /pricing to /signup 1"
    expect(page.get_by_role("img", name=label)).to_be_visible()
    expect(page.locator(".plot-flow .of")).to_have_text("from page to page, 4 people here now")
    page.locator(".plot-flow .sankey-node", has_text="/signup").locator("rect").first.click()
    expect(chip(page, "page")).to_contain_text("/signup")
    expect_number(page, "active", "1")


def test_a_flow_without_a_move_says_so(server: Running, open_page: OpenPage) -> None:
    view(server, "cid")
    page = open_page(server, viewport=DESK)
    choose_tab(page, "Flow")
    expect(page.locator(".plot-flow .empty")).to_contain_text("Nobody here has gone")
    view(server, "cid", "/pricing")
    expect(page.locator(".plot-flow .sankey-link")).to_have_count(1)


def test_the_funnel_says_who_stands_where_and_who_went_on(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--funnel", "/,/pricing,/signup")
    visit(server)
    page = open_page(server, viewport=DESK)
    choose_tab(page, "Funnel")
    rows = page.locator(".funnel-step")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("2 here")
    expect(rows.first).to_contain_text("4 have seen it")
    expect(page.locator(".funnel-onward").first).to_have_text("↓ 2 of 4 went on (50 %)")
    rows.nth(1).click()
    expect(chip(page, "on")).to_contain_text("/pricing")
    expect(rows.nth(1)).to_have_attribute("aria-pressed", "true")
    rows.nth(1).click()
    expect(chip(page, "on")).to_have_count(0)


def test_a_goal_in_the_funnel_is_reached_and_filters_nothing(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--funnel", "/,goal:signup", "--goals", "signup")
    visit(server)
    post(server, type="custom", sessionId="ann", name="signup")
    page = open_page(server, viewport=DESK)
    choose_tab(page, "Funnel")
    goal = page.locator(".funnel-step").nth(1)
    expect(goal).to_contain_text("Goal: signup")
    expect(goal).to_contain_text("reached by 1")
    expect(goal).to_be_disabled()
    expect(page.locator(".funnel-onward").first).to_have_text("↓ 1 of 4 went on (25 %)")


def test_without_steps_there_is_no_tab_of_a_funnel(server: Running, open_page: OpenPage) -> None:
    visit(server)
    page = open_page(server, viewport=DESK)
    tabs = page.locator(".tabs .tab")
    expect(tabs).to_have_text(["People", "Feed", "Map", "Flow"])


@pytest.mark.parametrize(
    ("width", "tabs"),
    [
        (390, ["Now", "People", "Feed", "Map", "Flow"]),
        (820, ["Map", "Flow"]),
        (1440, ["People", "Feed", "Map", "Flow"]),
        (1920, ["Feed", "Map", "Flow"]),
    ],
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_tabs_of_any_width(
    server: Running, open_page: OpenPage, width: int, tabs: list[str], theme: str
) -> None:
    visit(server)
    viewport = {"width": width, "height": 900}
    page = open_page(server, viewport=viewport, color_scheme=theme, reduced_motion="reduce")
    expect(page.locator(".tabs .tab")).to_have_text(tabs)
    choose_tab(page, "Flow")
    expect(page.locator(".plot-flow .sankey-link")).to_have_count(2)
    check_with_axe(page)
    choose_tab(page, "Map")
    expect_map(page)
    expect(page.locator(".plot-flow")).to_be_hidden()
    check_with_axe(page)
