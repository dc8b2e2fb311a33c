"""Names of any length and script, and numbers, as people read them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import choose_tab, expect_feed, expect_number, post, show_minutes, view
from tests.support import Running, StartServer, wait_until
from tests.ui.panels.test_theme import READABLE, contrast

UUID = "3f2b8c1e-9d47-4a6b-8e05-7c1d2f3a4b5c"
THIN = "\u202f"
TURNED = "\u202egnp.exe"
TURNS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
    const found = [];
    for (let each = walker.nextNode(); each; each = walker.nextNode()) {
        if (["DATALIST", "OPTION", "SCRIPT"].includes(each.tagName)) continue;
        const texts = [...each.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data);
        for (const text of [...texts, each.title, each.ariaLabel ?? ""])
            if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(text)) found.push(each.outerHTML);
    }
    return found;
}"""
COLOURS = """element => {
    const hex = (colour) => '#' + colour.match(/\\d+/g).slice(0, 3)
        .map((n) => Number(n).toString(16).padStart(2, '0')).join('');
    const fill = (selector) => hex(getComputedStyle(element.querySelector(selector)).fill);
    return [fill('path'), fill('text')];
}"""


def box(found: Locator) -> dict[str, float]:
    place = found.bounding_box()
    assert place is not None
    return {**place, "right": place["x"] + place["width"], "bottom": place["y"] + place["height"]}


def facts(page: Page, name: str) -> Locator:
    return page.locator(".facts > div", has_text=name).locator("dd")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("session_id", [UUID, "x" * 128], ids=["uuid", "longest"])
def test_a_journey_shows_an_id_of_any_length_on_any_width(
    server: Running, open_page: OpenPage, width: int, session_id: str
) -> None:
    view(server, session_id)
    page = open_page(server, viewport={"width": width, "height": 844})
    if width == 390:
        choose_tab(page, "People")
    page.locator(".session-row").click()
    title, close = page.locator(".journey h2"), page.get_by_role("button", name="Close")
    expect(title).to_have_text(f"Journey of {session_id}")
    assert box(title)["right"] <= box(page.locator(".journey .copy.shown"))["x"]
    assert box(close)["right"] <= box(page.get_by_role("dialog"))["right"]
    for part in title.locator("span").all():  # all of it is seen
        assert part.evaluate("e => e.scrollWidth <= Math.max(e.clientWidth, e.offsetWidth)")
        assert box(part)["right"] <= box(title)["right"] + 1
    heights = page.locator(".journey .dialog-body").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert heights[0] <= heights[1]


def test_nothing_overlaps_in_a_row_of_the_feed(server: Running, open_page: OpenPage) -> None:
    metadata = {"element": "e" * 60, "device": "mobile"}
    event = {"type": "click", "page": "/pricing", "sessionId": "ann", "metadata": metadata}
    post(server, {**event, "country": "C" * 64})
    for width in (1440, 1280, 820, 390):
        page = open_page(server, viewport={"width": width, "height": 844})
        if width != 820:
            choose_tab(page, "Feed")
        expect_feed(page, "/pricing")
        row = page.locator(".feed-row")
        word, path = row.locator(".word"), row.locator(".path")
        assert box(word)["right"] <= box(path)["x"]
        assert box(path)["right"] <= box(row.locator(".feed-what"))["right"]
        assert path.evaluate("e => e.scrollWidth <= e.clientWidth"), "the path is cut"
        who = row.locator(".feed-who")
        if who.is_visible():
            assert box(row.locator(".feed-what"))["right"] <= box(who)["x"]
        assert box(row.locator(".age"))["right"] <= box(row)["right"]


def test_an_event_without_a_country_has_that_of_its_session(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    view(server, "ann", "/home", country="India")
    post(server, {"type": "session_end", "sessionId": "ann"})
    expect_feed(page, "left", "viewed")
    expect(page.locator(".feed-who").first).to_have_text("India")


def test_no_name_turns_the_letters_around_it_round(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    event: dict[str, Any] = {"page": TURNED, "sessionId": TURNED, "country": TURNED}
    metadata = {"device": TURNED, "referrer": TURNED, "element": TURNED}
    post(server, event | {"type": "click", "metadata": metadata})
    view(server, "ann", "/home", country="مصر", metadata={"device": "1st"})
    expect_feed(page, "مصر · 1st", "gnp.exe")
    page.locator(".session-row").last.click()
    expect(page.get_by_role("dialog")).to_contain_text("gnp.exe")
    assert page.evaluate(TURNS) == []
    page.keyboard.press("Escape")
    country, device = page.locator(".feed-who").first.locator("bdi").all()
    assert box(country)["right"] <= box(device)["x"]


def test_a_visit_of_one_page_is_as_long_as_it_is_here(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--session-timeout-s", "8")
    page = open_page(server)
    view(server, "ann")
    expect(page.locator(".session-long")).to_have_text(re.compile("^[2-7] s$"))
    page.locator(".session-row").click()
    expect(facts(page, "Duration")).to_have_text(re.compile("^[3-7] s$"))
    expect(facts(page, "State")).to_have_text("ended by timeout")
    expect(facts(page, "Duration")).to_have_text("\N{EN DASH}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_at_a_bar_of_the_chart_can_be_read(
    server: Running, open_page: OpenPage, theme: str
) -> None:
    view(server, "ann")
    page = open_page(server, color_scheme=theme)
    show_minutes(page)
    expect(page.locator(".chart .bartext", has_text="1")).to_have_count(1)
    words = page.locator(".chart .hovertext", has_text="Visitors: 1")

    def is_shown() -> bool:
        bar = box(page.locator(".chart .bars .point", has_text="1"))
        for x in (1, 2):
            page.mouse.move(bar["x"] + bar["width"] / 2 + x, bar["bottom"] - 3)
        return words.count() == 1

    wait_until(is_shown, "the words at the bar")
    ground, text = words.evaluate(COLOURS)
    assert contrast(ground, text) >= READABLE


def test_numbers_have_one_form_everywhere(start_server: StartServer, open_page: OpenPage) -> None:
    server = start_server("--milestones", "1000", "--max-events-per-s", "100000")
    page = open_page(server)
    visits = [
        {"type": "pageview", "page": "/", "sessionId": f"visitor-{number}"}
        for number in range(1100)
    ]
    for first in range(0, len(visits), 550):
        server.http.post("/api/events/batch", json=visits[first : first + 550]).raise_for_status()
    expect_number(page, "active", f"1{THIN}100")
    expect(page.locator(".toast", has_text="visitors today")).to_contain_text(
        f"1{THIN}000 visitors today"
    )
    expect(page.locator(".sessions .more")).to_have_text(f"and 1{THIN}050 more")
    plot = page.locator(".chart .plot")
    expect(plot).to_have_attribute("aria-label", re.compile(f"1{THIN}100 now"))
    show_minutes(page)
    expect(plot).to_have_attribute("aria-label", re.compile(f"1{THIN}100"))
    expect(page.locator(".chart .bartext").last).to_have_text(f"1{THIN}100")
    assert not re.search(r"\d,\d{3}", page.locator("body").inner_text())
