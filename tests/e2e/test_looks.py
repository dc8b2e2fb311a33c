"""Accessible in both themes, at home on every width, and in need of nobody else's server."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import (
    SAMPLES,
    choose_tab,
    expect_number,
    expect_status,
    open_menu,
    post,
    show_minutes,
    view,
)
from tests.support import ROOT, Running, StartServer

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
    assert found["passes"] > 15


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
    page.keyboard.press("Escape")
    expect(open_menu(page)).to_be_visible()
    check_with_axe(page)
    for key in ("?", "Control+k"):
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        check_with_axe(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_lists_that_are_searched_chosen_and_paused(
    server: Running, open_page: OpenPage, theme: str, width: int
) -> None:
    view(server, "ann", "/a", country="India")
    page = open_page(
        server,
        color_scheme=theme,
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )
    page.locator(".list-countries button.bar").click()
    page.get_by_role("button", name="Search Pages").click()
    expect(page.locator(".list-search")).to_be_focused()
    check_with_axe(page)
    choose_tab(page, "Feed")
    page.locator(".feed .chip").first.click()
    page.get_by_role("button", name="Pause the feed").click()
    check_with_axe(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_while_the_server_is_gone(
    start_server: StartServer, open_page: OpenPage, theme: str
) -> None:
    server = start_server()
    view(server, "ann", "/a", country="India")
    page = open_page(server, may_break=True, color_scheme=theme, reduced_motion="reduce")
    server.stop()
    expect_status(page, "disconnected")
    check_with_axe(page)


@pytest.mark.parametrize("width", [390, 640, 820, 1180, 1440, 1920, 2560])
def test_nothing_sticks_out_at_any_width(server: Running, open_page: OpenPage, width: int) -> None:
    for number in range(12):
        view(server, "x" * 128, "/" + "long/" * 60 + str(number), country="C" * 64)
    page = open_page(server, viewport={"width": width, "height": 900})
    expect_number(page, "active", "1")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


LISTS = (".list-pages", ".list-sources", ".list-countries", ".list-devices")


@pytest.mark.parametrize(
    ("width", "height", "panels"),
    [
        (1366, 768, (*LISTS, ".sessions")),
        (1440, 900, (*LISTS, ".sessions")),
        (1920, 1080, (*LISTS, ".sessions", ".feed")),
        (2560, 1440, (*LISTS, ".sessions", ".feed")),
    ],
)
def test_on_a_desktop_everything_stands_on_the_first_screen(
    server: Running, open_page: OpenPage, width: int, height: int, panels: tuple[str, ...]
) -> None:
    for number in range(60):
        metadata = {"referrer": f"source-{number}.com", "device": f"device-{number}"}
        view(
            server,
            f"visitor-{number}",
            f"/page-{number}",
            country=f"Country {number}",
            metadata=metadata,
        )
    page = open_page(server, viewport={"width": width, "height": height})
    expect_number(page, "active", "60")
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    for panel in (".hero", ".figures", ".status", *panels):
        expect(page.locator(panel)).to_be_in_viewport(ratio=1)
    for panel in panels:  # some rows are seen, the others are scrolled to inside
        rows = place(page.locator(f"{panel} .rows"))
        assert rows["height"] >= 4 * place(page.locator(f"{panel} .rows > li").first)["height"]
        all_rows = page.locator(f"{panel} .rows > li")
        last = all_rows.last
        last.scroll_into_view_if_needed()
        if panel != ".feed":  # the others come while it is scrolled
            expect(all_rows).to_have_count(60)
            last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport(ratio=0.9)


def test_people_and_feed_take_turns_in_a_column_below_1900(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server, viewport={"width": 1440, "height": 900})
    view(server, "ann")
    expect(page.locator(".session-row")).to_be_visible()
    expect(page.locator(".feed")).to_be_hidden()
    choose_tab(page, "Feed")
    expect(page.locator(".feed-row")).to_be_visible()
    expect(page.locator(".sessions")).to_be_hidden()
    expect(page.locator(".list-pages")).to_be_visible()
    page.set_viewport_size({"width": 1920, "height": 900})
    expect(page.locator(".sessions")).to_be_visible()
    expect(page.locator(".feed")).to_be_visible()
    expect(page.locator(".tabs .tab")).to_have_text(["Feed", "Map", "Flow"])


def test_on_a_phone_now_people_and_feed_take_turns(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server, viewport={"width": 390, "height": 844})
    panels = {"Now": ".list-pages", "People": ".sessions", "Feed": ".feed"}
    for tab, shown in panels.items():
        choose_tab(page, tab)
        for panel in panels.values():
            expect(page.locator(panel)).to_be_visible(visible=panel == shown)
        expect(page.locator(".tabs")).to_be_in_viewport(ratio=1)
    assert place(page.locator(".hero"))["height"] <= 160


def test_on_a_phone_targets_are_large_and_lists_stand_apart(
    server: Running, open_page: OpenPage
) -> None:
    for number in range(12):
        view(server, f"visitor-{number}", f"/page-{number}", country=f"Country {number}")
    page = open_page(server, viewport={"width": 390, "height": 844})
    for tab in ("Now", "People", "Feed"):
        choose_tab(page, tab)
        for button in page.locator(".dashboard button:visible").all():
            assert place(button)["height"] >= 44
    choose_tab(page, "Now")
    for above, below in pairwise(place(page.locator(panel)) for panel in LISTS):
        assert above["bottom"] <= below["y"]


def test_the_words_at_the_chart_stand_apart_on_a_phone(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--max-events-per-s", "100000")
    visits = [
        {"type": "pageview", "page": "/", "sessionId": f"visitor-{number}"}
        for number in range(1000)
    ]
    server.http.post("/api/events/batch", json=visits).raise_for_status()
    page = open_page(server, viewport={"width": 390, "height": 844})
    expect(page.locator(".chart .xtick text").first).to_be_visible()
    words = [place(each) for each in page.locator(".chart .xtick text:visible").all()]
    assert len(words) >= 2
    assert all(left["x"] + left["width"] < right["x"] for left, right in pairwise(words))
    assert max(each["height"] for each in words) < 24, "they are tilted"


def test_text_grows_with_a_large_screen(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, viewport={"width": 1440, "height": 900})
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    usual = page.evaluate(size)
    page.set_viewport_size({"width": 2560, "height": 1440})
    assert page.evaluate(size) > usual * 1.2
    assert place(page.locator(".details"))["width"] > 2400


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_a_toast_covers_no_list(server: Running, open_page: OpenPage, width: int) -> None:
    page = open_page(server, viewport={"width": width, "height": 900})
    for number in range(25):
        view(server, f"visitor-{number}")
    expect(page.locator(".toast", has_text="spike")).to_be_visible()
    lowest = max(place(each)["bottom"] for each in page.locator(".toast:visible").all())
    for rows in page.locator(".details .rows:visible").all():
        assert lowest <= place(rows)["y"]


def test_at_820_lists_people_and_feed_follow_each_other(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann")
    page = open_page(server, viewport={"width": 820, "height": 1100})
    expect(page.locator(".feed-row")).to_have_count(1)
    feed = place(page.locator(".feed .rows"))
    assert feed["bottom"] - place(page.locator(".feed-row"))["bottom"] <= 8
    people = place(page.locator(".sessions"))
    assert people["bottom"] <= feed["y"]
    for panel in LISTS:
        assert place(page.locator(panel))["bottom"] <= people["y"]
    assert place(page.locator(".list-pages"))["y"] == place(page.locator(".list-sources"))["y"]


@pytest.mark.parametrize("width", [820, 1440])
def test_a_new_row_moves_no_other_list(server: Running, open_page: OpenPage, width: int) -> None:
    view(server, "ann", metadata={"referrer": "one.com"})
    page = open_page(server, viewport={"width": width, "height": 1000})
    expect(page.locator(".list-sources .bar")).to_have_count(1)
    below = (".list-countries", ".list-devices", ".sessions")
    places = [place(page.locator(panel))["y"] for panel in below]
    for number in range(12):
        view(server, f"visitor-{number}", metadata={"referrer": f"{number}.com"})
    expect(page.locator(".list-sources .bar")).to_have_count(13)
    assert [place(page.locator(panel))["y"] for panel in below] == places


def test_a_list_that_goes_on_below_shows_it(server: Running, open_page: OpenPage) -> None:
    for number in range(12):
        view(server, f"visitor-{number}", f"/page-{number}", country=f"Country {number}")
    page = open_page(server, viewport={"width": 1366, "height": 768})
    expect_number(page, "active", "12")
    rows = page.locator(".list-countries .rows")
    assert rows.evaluate("e => e.scrollHeight > e.clientHeight")
    bar, text = rows.evaluate(
        "e => [getComputedStyle(e).scrollbarColor,"
        " getComputedStyle(e.closest('.panel').querySelector('.of')).color]"
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
    names = ("feed", "sessions", *(name.removeprefix(".") for name in LISTS))
    for panel in names:
        rows = page.locator(f".{panel} .rows")
        expect(rows).to_be_visible()
        assert rows.evaluate("e => e.scrollHeight <= e.clientHeight")
    panels = [place(page.locator(f".{name}")) for name in names]
    for above, below in pairwise(sorted(panels, key=lambda each: each["y"])):
        assert above["bottom"] <= below["y"]


def test_a_focus_ring_is_not_cut_off(server: Running, open_page: OpenPage) -> None:
    view(server, "ann")
    page = open_page(server)
    page.locator(".sessions .rows").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".session-row")).to_be_focused()
    for element in (".session-row", ".list-pages button.bar", ".feed .rows", ".feed-row"):
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
    expect(page.locator(".chart .tracehere .js-line")).to_have_count(1)
    show_minutes(page)
    expect(page.locator(".chart .bars .point")).to_have_count(10)
    assert page.evaluate("Plotly.version") == "4.1.1"
    expect(page.locator(".chart .modebar")).to_have_count(0)
