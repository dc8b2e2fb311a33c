"""On a wide screen more stands open side by side, and a row can still be read."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import choose_tab, expect_number, view
from tests.e2e.test_looks import check_with_axe, place
from tests.support import Running, StartServer

LONG = "/a/path/of/sixty/characters/that/somebody/has/put/into/a/shop"
FONT = "e => parseFloat(getComputedStyle(e).fontSize)"


def launch(server: Running) -> None:
    for number in range(12):
        who = f"visitor-{number}"
        metadata = {"device": "mobile", "referrer": "news.ycombinator.com"}
        view(server, who, "/", country="United Kingdom", metadata=metadata)
        view(server, who, "/pricing" if number % 2 else LONG, country="United Kingdom")


def expect_side_by_side(page: Page, *panels: str) -> None:
    """In this order down to the end of the page (sources have a list below), without margins."""
    boxes = [place(page.locator(panel)) for panel in panels]
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] < right["x"]
    height = page.evaluate("innerHeight")
    assert all(box["bottom"] > height - 40 for box in (boxes[0], *boxes[2:]))
    last = boxes[-1]
    assert last["x"] + last["width"] > page.evaluate("innerWidth") - 40
    assert boxes[0]["x"] < 40


def test_at_2560_people_feed_and_one_plot_are_open_side_by_side(
    server: Running, open_page: OpenPage
) -> None:
    launch(server)
    page = open_page(server, viewport={"width": 2560, "height": 1440})
    expect(page.locator(".plot-map .choroplethlocation")).to_have_count(1)
    expect(page.locator(".tabs .tab")).to_have_text(["Map", "Flow"])
    expect_side_by_side(page, ".list-pages", ".list-sources", ".sessions", ".feed", ".plot-map")
    choose_tab(page, "Flow")
    expect(page.locator(".plot-flow .sankey-link")).to_have_count(2)
    expect_side_by_side(page, ".list-pages", ".list-sources", ".sessions", ".feed", ".plot-flow")
    label = page.locator(".plot-flow .node-label").first
    assert label.evaluate(FONT) > 14, "labels grow with the text"


def test_at_1920_plots_stand_beside_the_people(server: Running, open_page: OpenPage) -> None:
    launch(server)
    page = open_page(server, viewport={"width": 1920, "height": 1080})
    expect_number(page, "active", "12")
    expect(page.locator(".tabs .tab")).to_have_text(["Feed", "Map", "Flow"])
    expect_side_by_side(page, ".list-pages", ".list-sources", ".sessions", ".feed")
    choose_tab(page, "Flow")
    expect_side_by_side(page, ".list-pages", ".list-sources", ".sessions", ".plot-flow")


@pytest.mark.parametrize(("width", "share"), [(1440, 0.7), (1920, 0.65), (2560, 0.75)])
def test_a_row_can_be_read(server: Running, open_page: OpenPage, width: int, share: float) -> None:
    launch(server)
    page = open_page(server, viewport={"width": width, "height": round(width * 9 / 16)})
    expect_number(page, "active", "12")
    facts = page.locator(".session-row .facts-of").first
    expect(facts).to_contain_text("United Kingdom · mobile · from news.ycombinator.com · 2 pages")
    shown, needed = facts.evaluate("e => [e.clientWidth, e.scrollWidth]")
    assert shown >= share * needed
    words = page.locator(".list .of").evaluate_all("all => all.map(e => e.clientWidth)")
    assert min(words) > 24, "what is counted is said"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440, 1920, 2560])
def test_axe_finds_nothing_in_the_funnel(
    start_server: StartServer, open_page: OpenPage, width: int, theme: str
) -> None:
    server = start_server("--funnel", "/,/pricing,/signup")
    launch(server)
    page = open_page(
        server,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    choose_tab(page, "Funnel")
    steps = page.locator(".funnel-step")
    expect(steps).to_have_count(3)
    check_with_axe(page)
    here, seen = place(steps.first.locator("strong")), place(steps.first.locator(".funnel-seen"))
    assert abs(here["x"] + here["width"] - seen["x"] - seen["width"]) < 1
    assert steps.first.locator("strong").evaluate("e => getComputedStyle(e).textAlign") == "right"
    steps.nth(1).click()
    expect(steps.nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator("h1").hover()
    check_with_axe(page)
