"""Accessible in both themes, at home on every width, and in need of nobody else's server."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

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
