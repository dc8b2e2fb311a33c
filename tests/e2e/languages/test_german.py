"""The whole page in German: no English word, German numbers and times, room on every width."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.languages.german import english_on
from tests.e2e.panels.launches import launch, usual_server
from tests.e2e.screen import expect_number, post, view
from tests.e2e.test_looks import check_with_axe
from tests.support import Running, StartServer

GERMAN = {"locale": "de-DE", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
STEPS = ("--funnel", "/,/pricing,/signup")
STICKS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def traffic(server: Running) -> None:
    """People with one page and several, in countries and outside of them."""
    for who, country, *pages in (
        ("ann", "Germany", "/", "/pricing", "/signup"),
        ("bob", "USA", "/", "/pricing"),
        ("cid", "in", "/"),
        ("dan", "Atlantis", "/"),
        ("eve", "T" * 60, "/"),
        ("fay", "\u0645\u0635\u0631", "/"),
    ):
        for page in pages:
            view(server, who, page, country=country, metadata={"referrer": "hn", "device": "tv"})
    metadata = {"element": "buy"}
    post(server, {"type": "click", "page": "/", "sessionId": "ann", "metadata": metadata})
    post(server, {"type": "custom", "name": "signup", "sessionId": "bob"})
    post(server, {"type": "session_end", "sessionId": "dan"})


def states(page: Page) -> Iterator[str]:
    """Everything that can be opened on a page, one after the other."""
    yield "page"
    for tab in ("feed", "map", "flow", "funnel"):
        button = page.locator(f".tabs .tab-{tab}")
        if button.count():
            button.click()
            expect(page.locator(f".{'feed' if tab == 'feed' else f'plot-{tab}'}")).to_be_visible()
            yield tab
    for command, shown in (
        ("keys", "dialog[open]"),
        ("palette", "dialog[open]"),
        ("filter", "dialog[open]"),
        ("alert rules", "dialog[open]"),
        ("search people", ".sessions .list-search"),
    ):
        page.evaluate("command => visitors.run(command)", command)
        expect(page.locator(shown).first).to_be_visible()
        yield command
        page.keyboard.press("Escape")
    for popover in ("menu", "alerts-list", "window-slider"):
        page.evaluate("id => document.getElementById(id).showPopover()", popover)
        yield popover
        page.keyboard.press("Escape")
    page.locator(".session-row", has_text="ann").click()
    expect(page.locator("dialog.journey")).to_be_visible()
    yield "journey"
    page.keyboard.press("Escape")
    expect(page.locator("dialog.journey")).to_be_hidden()


def test_no_text_is_english_on_a_german_page(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server(*STEPS, "--milestones", "3")
    page = open_page(server, **GERMAN)
    expect(page.locator(".onboarding")).to_be_visible()
    assert english_on(page) == []
    traffic(server)
    expect_number(page, "aktiv", "5")
    for state in states(page):
        assert english_on(page) == [], state
    page.locator(".list-countries button.bar", has_text="Deutschland").click()
    expect(page.locator(".filter-chip")).to_contain_text("Land Deutschland")
    assert english_on(page) == []


def test_an_english_page_is_all_english_to_that_test(server: Running, open_page: OpenPage) -> None:
    traffic(server)
    page = open_page(server, locale="en-GB")
    expect_number(page, "active", "5")
    assert {"People", "here now", "Search people", "Countries", "Go to the next list"} - set(
        english_on(page)
    ) == set()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440, 1920])
def test_axe_finds_nothing_on_a_german_page(
    start_server: StartServer, open_page: OpenPage, theme: str, width: int
) -> None:
    server = start_server(*STEPS)
    traffic(server)
    page = open_page(server, **GERMAN, color_scheme=theme, viewport={"width": width, "height": 900})
    expect_number(page, "aktiv", "5")
    for state in states(page) if width != 390 else ("page",):
        check_with_axe(page)
        assert not page.evaluate(STICKS_OUT), state


def test_an_alert_and_the_sentence_are_german(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    server = usual_server(start_server, tmp_path)
    page = open_page(server, **GERMAN)
    launch(server)
    toast = page.locator(".toast", has_text="Über dem Üblichen")
    expect(toast).to_contain_text("100 % von news.ycombinator.com → /blog/x")
    expect(page.locator(".sentence")).to_contain_text(re.compile(r"\+\d+ über dem Üblichen"))
    assert english_on(page) == []
    alerts = server.http.get("/api/analytics/alerts").json()
    assert alerts["active"][0]["message"].startswith("Above usual: ")
    assert alerts["active"][0]["cause"] == "100 % from news.ycombinator.com → /blog/x"


def test_numbers_and_times_are_german(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, **GERMAN)
    view(server, "ann", "/", country="Germany")
    expect_number(page, "aktiv", "1")
    assert page.evaluate("visitors.count(1234567)") == "1\u202f234\u202f567"
    assert page.evaluate("visitors.count(1.5)") == "1,5"
    assert page.evaluate("visitors.duration(252)") == "4 min 12 s"
    assert page.evaluate("visitors.exact(0)") == "1.1.1970, 1:00:00"
    assert page.evaluate("visitors.ago(visitors.now() - 7300)") == "vor 2 h"
    expect(page.locator(".list-countries .bar-name")).to_have_text("Deutschland")
    assert page.title() == "1 aktiv · Visitors"


def test_people_and_filters_are_found_by_the_german_name_of_a_country(
    server: Running, open_page: OpenPage
) -> None:
    traffic(server)
    page = open_page(server, **GERMAN)
    expect_number(page, "aktiv", "5")
    page.keyboard.press("/")
    page.locator(".sessions .list-search").fill("indien")
    expect(page.locator(".session-who .path")).to_have_text(["cid"])
    page.evaluate("visitors.run('filter')")
    page.fill("#filter-text", "vereinigte")
    expect(page.locator("#filter-options")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("option").first).to_contain_text("Vereinigte Staaten")
    page.keyboard.press("Enter")
    expect_number(page, "aktiv", "1")
    assert "country=USA" in page.url


def test_an_english_and_a_german_page_are_sent_the_same_frames(
    server: Running, open_page: OpenPage
) -> None:
    pages = [open_page(server, locale=locale) for locale in ("en-GB", "de-DE")]
    for page in pages:
        page.evaluate(
            "() => { window.views = []; socket.on('visitors.view', (view) => views.push(view)); }"
        )
    view(server, "ann", "/", country="Germany")
    for page in pages:
        expect(page.locator(".session-row")).to_have_count(1)
    shown = [
        {json.dumps(each, sort_keys=True) for each in page.evaluate("views") if each["calls"][1:]}
        for page in pages
    ]
    assert shown[0] == shown[1] != set()
