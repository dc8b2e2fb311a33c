"""In the colours of a system, without motion, and on paper, the page says the same."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import choose_tab, expect_number, open_menu, post, view
from tests.e2e.test_looks import place
from tests.support import Running, StartServer

DESK = {"width": 1440, "height": 900}
LOOK = """(element, names) => names.map(name => getComputedStyle(element)[name])"""
BAR = """element => {
    const {backgroundColor, width} = getComputedStyle(element, '::before');
    return [backgroundColor, parseFloat(width) / element.clientWidth];
}"""
SYSTEM = """name => {
    const probe = document.createElement('p');
    probe.style.cssText = `forced-color-adjust: none; color: ${name}`;
    document.body.append(probe);
    const {color} = getComputedStyle(probe);
    probe.remove();
    return color;
}"""
MOVING = """() => document.getAnimations()
    .filter(each => each.effect.getComputedTiming().duration > 0).length"""


def look(found: Locator, *names: str) -> list[str]:
    styles: list[str] = found.evaluate(LOOK, list(names))
    return styles


def on_ground(page: Page, name: str) -> str:
    """A colour of the system, which may let the ground through, as it looks."""
    over, under = (
        [float(each) for each in re.findall(r"[\d.]+", page.evaluate(SYSTEM, colour))]
        for colour in (name, "Canvas")
    )
    alpha = over[3] if len(over) > 3 else 1.0
    mixed = [round(alpha * a + (1 - alpha) * b) for a, b in zip(over[:3], under, strict=False)]
    return f"rgb({mixed[0]}, {mixed[1]}, {mixed[2]})"


def visited(start_server: StartServer) -> Running:
    server = start_server("--funnel", "/,/pricing,/signup")
    for number in range(12):
        view(server, f"visitor-{number}", "/", country="India")
    for number in range(3):
        view(server, f"visitor-{number}", "/pricing", country="India")
    view(server, "ann", "/", country="USA")
    return server


def expect_chosen(page: Page, one: Locator, other: Locator) -> None:
    """The chosen one of some is told by the colours that the system has for it."""
    highlight, canvas = page.evaluate(SYSTEM, "Highlight"), page.evaluate(SYSTEM, "Canvas")
    assert highlight != canvas
    assert look(one, "backgroundColor") == [highlight]
    assert look(other, "backgroundColor") != [highlight]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_forced_colours_show_what_is_chosen_and_how_much(
    start_server: StartServer, open_page: OpenPage, theme: str
) -> None:
    server = visited(start_server)
    page = open_page(server, viewport=DESK, forced_colors="active", color_scheme=theme)
    expect_number(page, "active", "13")
    pages = page.locator(".list-pages")
    buttons = pages.get_by_role("group", name="Period").get_by_role("button")
    expect_chosen(page, buttons.first, buttons.last)
    colour, share = pages.locator(".bar").nth(1).evaluate(BAR)
    assert colour != page.evaluate(SYSTEM, "Canvas")
    assert 0.2 < share < 0.4
    choose_tab(page, "Funnel")
    steps = page.locator(".funnel-step")
    colour, share = steps.nth(1).evaluate(BAR)
    assert colour != page.evaluate(SYSTEM, "Canvas")
    assert 0.2 < share < 0.3
    tabs = page.locator(".tabs .tab")
    assert look(tabs.last, "borderBottomWidth", "borderBottomStyle") == ["3px", "solid"]
    assert look(tabs.first, "borderBottomStyle") == ["none"]
    steps.nth(1).click()
    expect(steps.nth(1)).to_have_attribute("aria-pressed", "true")
    assert look(steps.nth(1), "borderLeftWidth") != look(steps.nth(0), "borderLeftWidth")
    clear = page.get_by_role("button", name="+ Filter")
    assert look(clear, "borderTopStyle") == ["solid"], "a button looks like one"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_forced_colours_reach_dialogs_and_the_drawings(
    start_server: StartServer, open_page: OpenPage, theme: str
) -> None:
    server = visited(start_server)
    page = open_page(server, viewport=DESK, forced_colors="active", color_scheme=theme)
    expect_number(page, "active", "13")
    page.keyboard.press(",")
    buttons = page.get_by_role("dialog").get_by_role("group", name="Theme").get_by_role("button")
    expect_chosen(page, buttons.first, buttons.last)
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    commands = page.get_by_role("dialog").get_by_role("option")
    expect_chosen(page, commands.first, commands.last)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="+ Filter").click()
    options = page.get_by_role("dialog").get_by_role("option")
    expect_chosen(page, options.first, options.nth(1))
    page.keyboard.press("Escape")
    highlight = page.evaluate(SYSTEM, "Highlight")
    line = page.locator(".chart .tracehere .js-line")
    assert look(line, "stroke") == [highlight]
    choose_tab(page, "Flow")
    node = page.locator(".plot-flow .sankey-node .node-rect").first
    expect(node).to_be_visible()
    assert look(node, "fill") == [on_ground(page, "Highlight")]
    choose_tab(page, "Map")
    expect(page.locator(".plot-map .choroplethlocation")).to_have_count(2)
    fills = {look(each, "fill")[0] for each in page.locator(".plot-map .choroplethlocation").all()}
    assert on_ground(page, "Highlight") in fills
    assert len(fills) == 2


def test_forced_colours_leave_what_is_loud_readable(server: Running, open_page: OpenPage) -> None:
    for number in range(12):
        view(server, f"visitor-{number}")
    page = open_page(server, viewport=DESK, forced_colors="active")
    canvas, text = page.evaluate(SYSTEM, "Canvas"), page.evaluate(SYSTEM, "CanvasText")
    badge = page.locator(".badge")
    expect(badge).to_be_visible()
    assert look(badge, "color", "backgroundColor", "forcedColorAdjust") == [canvas, text, "none"]
    page.evaluate("visitors.setAlarm('red')")
    band = "e => getComputedStyle(e, '::before').backgroundColor"
    assert page.locator(".top-bar").evaluate(band) == text
    assert look(page.locator("h1"), "color", "forcedColorAdjust") == [canvas, "none"]
    assert look(page.locator(".status"), "color") == [canvas]


def test_forced_colours_on_the_wall_are_not_those_of_a_dark_theme(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = visited(start_server)
    page = open_page(server, "/?tv=1", viewport=DESK, forced_colors="active", color_scheme="light")
    line = page.locator(".chart .tracehere .js-line")
    expect(line).to_have_count(1)
    assert look(line, "stroke") == [page.evaluate(SYSTEM, "Highlight")]
    ticks = page.locator(".chart .xtick text").first
    assert look(ticks, "fill") == [page.evaluate(SYSTEM, "CanvasText")]


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_somebody_who_wants_no_motion(
    server: Running, open_page: OpenPage, motion: Any, moves: bool
) -> None:
    view(server, "ann")
    page = open_page(server, viewport=DESK, reduced_motion=motion)
    expect_number(page, "active", "1")
    choose_tab(page, "Feed")
    page.evaluate("""() => {
        window.moved = 0;
        for (const type of ['animationstart', 'transitionrun'])
            addEventListener(type, () => (window.moved += 1), true);
    }""")
    view(server, "bob", "/next")
    expect_number(page, "active", "2")
    page.keyboard.press(",")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert page.evaluate(f"({MOVING})() === 0 && window.moved === 0") is not moves


@pytest.mark.parametrize("width", [794, 1440])
def test_paper_is_light_and_has_the_plot_that_is_seen(
    start_server: StartServer, open_page: OpenPage, width: int
) -> None:
    server = visited(start_server)
    post(server, {"type": "custom", "name": "goal", "sessionId": "ann", "page": "/"})
    page = open_page(server, viewport={"width": width, "height": 900}, color_scheme="dark")
    expect_number(page, "active", "13")
    page.locator(".list-countries button.bar", has_text="United States").click()
    choose_tab(page, "Funnel")
    expect(page.locator(".funnel-step")).to_have_count(3)
    page.keyboard.press(",")
    page.emulate_media(media="print", color_scheme="dark")
    assert look(page.locator("body"), "backgroundColor", "color") == [
        "rgb(255, 255, 255)",
        "rgb(27, 28, 26)",
    ]
    expect(page.get_by_role("dialog", name="Settings")).to_be_hidden()
    for hidden in (".tabs", ".tools", ".plot-map", ".plot-flow", ".order", ".filter-chip .clear"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in (".filter-chip", ".sessions .rows", ".feed .rows", ".plot-funnel .funnel-step"):
        expect(page.locator(shown).first).to_be_visible()
    expect(page.get_by_role("heading", name="Funnel")).to_be_visible()
    titles = page.locator(".list-pages .titles button")
    expect(titles.first).to_be_visible()
    expect(titles.last).to_be_hidden()
    assert place(page.get_by_role("heading", name="Funnel"))["height"] > 10
    colour, _ = page.locator(".list-pages .bar").first.evaluate(BAR)
    assert colour == "rgb(230, 236, 250)"


def test_the_menu_and_alerts_are_not_printed(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport=DESK)
    menu = open_menu(page)
    expect(menu).to_be_visible()
    page.emulate_media(media="print")
    expect(menu).to_be_hidden()
