"""Accessible in both themes, at home on every width, and in need of nobody else's server."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import SAMPLES, expect_number, post, view
from tests.support import ROOT, Running

AXE = Path(ROOT / "node_modules/axe-core/axe.min.js")
RUN_AXE = """async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}});
    return {
        passes: found.passes.length,
        violations: found.violations.map(v => [v.id, v.nodes.map(n => n.html + n.failureSummary)]),
    };
}"""


RING = """element => {
    const {outlineStyle, outlineWidth, outlineOffset} = getComputedStyle(element);
    return outlineStyle === 'none' ? 99 : parseFloat(outlineWidth) + parseFloat(outlineOffset);
}"""
"""How far the ring of the focused element reaches beyond it, in pixels."""


def place(found: Locator) -> dict[str, float]:
    box = found.bounding_box()
    assert box is not None
    return {**box, "bottom": box["y"] + box["height"]}


def check_with_axe(page: Page) -> None:
    """No violation of WCAG 2.2 AA nor of axe's best practices. Motion is off, since a colour
    halfway through a fade is no colour of ours."""
    page.add_script_tag(content=AXE.read_text())
    found: dict[str, Any] = page.evaluate(RUN_AXE)
    assert found["violations"] == [], "\n".join(map(str, found["violations"]))
    assert found["passes"] > 20


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(server: Running, open_page: OpenPage, theme: str) -> None:
    page = open_page(server, color_scheme=theme, reduced_motion="reduce")
    expect(page.locator(".onboarding")).to_be_visible()
    check_with_axe(page)
    for sample in SAMPLES[:4]:
        post(server, sample)
    for number in range(30):
        view(server, f"visitor-{number}", "/a/very/long/path/that/does/not/fit/anywhere/at/all")
    expect_number(page, "active", "32")
    expect(page.locator(".toast").first).to_be_visible()
    check_with_axe(page)
    page.locator(".session-row", has_text="visitor-001").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check_with_axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Alerts").click()
    expect(page.locator("#alerts-list")).to_be_visible()
    check_with_axe(page)


@pytest.mark.parametrize("width", [390, 640, 820, 1180, 1440, 1920])
def test_nothing_sticks_out_at_any_width(server: Running, open_page: OpenPage, width: int) -> None:
    for number in range(12):
        view(server, "x" * 128, "/" + "long/" * 60 + str(number), country="C" * 64)
    page = open_page(server, viewport={"width": width, "height": 900})
    expect_number(page, "active", "1")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_at_1440_the_whole_glance_stands_on_the_first_screen(
    server: Running, open_page: OpenPage
) -> None:
    for number in range(60):
        view(server, f"visitor-{number}", f"/page-{number}", country=f"Country {number}")
    page = open_page(server)
    expect_number(page, "active", "60")
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    for panel in (".hero", ".figures", ".status", ".feed", ".sessions", ".totals"):
        expect(page.locator(panel)).to_be_in_viewport(ratio=1)


def test_on_a_phone_feed_and_sessions_take_turns(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, viewport={"width": 390, "height": 844})
    view(server, "ann")
    expect(page.locator(".feed")).to_be_visible()
    expect(page.locator(".sessions")).to_be_hidden()
    page.get_by_role("button", name="Sessions").click()
    expect(page.locator(".feed")).to_be_hidden()
    expect(page.locator(".session-row")).to_be_visible()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_a_toast_covers_no_list(server: Running, open_page: OpenPage, width: int) -> None:
    page = open_page(server, viewport={"width": width, "height": 900})
    for number in range(25):
        view(server, f"visitor-{number}")
    expect(page.locator(".toast", has_text="spike")).to_be_visible()
    lowest = max(place(each)["bottom"] for each in page.locator(".toast:visible").all())
    for rows in page.locator(".details .rows:visible").all():
        assert lowest <= place(rows)["y"]


def test_at_820_a_short_feed_leaves_no_gap(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport={"width": 820, "height": 1100})
    expect(page.locator(".feed-row")).to_have_count(1)
    feed = place(page.locator(".feed .rows"))
    assert feed["bottom"] - place(page.locator(".feed-row"))["bottom"] <= 8
    assert place(page.locator(".totals"))["bottom"] <= feed["y"]
    assert place(page.locator(".sessions"))["bottom"] <= feed["y"]


def test_a_list_that_goes_on_below_shows_it(server: Running, open_page: OpenPage) -> None:
    for number in range(12):
        view(server, f"visitor-{number}", f"/page-{number}", country=f"Country {number}")
    page = open_page(server, viewport={"width": 1366, "height": 768})
    expect_number(page, "active", "12")
    rows = page.locator(".totals .rows")
    assert rows.evaluate("e => e.scrollHeight > e.clientHeight")
    bar, text = rows.evaluate(
        "e => [getComputedStyle(e).scrollbarColor, getComputedStyle(e.querySelector('h3')).color]"
    )
    assert bar.startswith(text), "the scrollbar has the colour of a line"
    assert "gradient" in rows.evaluate("e => getComputedStyle(e).backgroundImage")


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_print_cuts_no_list(server: Running, open_page: OpenPage, width: int) -> None:
    for number in range(60):
        view(server, f"visitor-{number}", f"/page-{number}", country=f"Country {number}")
    page = open_page(server, viewport={"width": width, "height": 900})
    expect_number(page, "active", "60")
    page.emulate_media(media="print")
    for panel in ("feed", "sessions", "totals"):
        rows = page.locator(f".{panel} .rows")
        expect(rows).to_be_visible()
        assert rows.evaluate("e => e.scrollHeight <= e.clientHeight")
    panels = [place(page.locator(f".{name}")) for name in ("feed", "sessions", "totals")]
    for above, below in pairwise(sorted(panels, key=lambda each: each["y"])):
        assert above["bottom"] <= below["y"]


def test_a_focus_ring_is_not_cut_off(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server)
    page.locator(".feed .rows").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".session-row")).to_be_focused()
    for element in (".session-row", ".totals button", ".feed .rows"):
        page.locator(element).first.focus()
        reach = page.locator(element).first.evaluate(RING)
        assert reach <= 0, element


def test_everything_the_page_loads_comes_from_its_own_server(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector(".chart .main-svg")
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


def test_the_chart_is_drawn_by_the_plotly_that_plotly_py_writes_for(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann")
    page = open_page(server)
    expect(page.locator(".chart .bars .point")).to_have_count(10)
    assert page.evaluate("Plotly.version") == "4.1.1"
    expect(page.locator(".chart .modebar")).to_have_count(0)
