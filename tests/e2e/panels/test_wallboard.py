"""The wallboard: a page for a screen that nobody touches."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.panels.past import write_past
from tests.e2e.screen import expect_number, expect_status, view
from tests.e2e.test_looks import check_with_axe, place
from tests.support import Running, StartServer, wait_until

SIZES = [(1366, 768), (1920, 1080), (3840, 2160)]


def titles(page: Page) -> list[str]:
    return [text.split()[0] for text in page.locator(".wall-list h2").all_inner_texts()]


def rows(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title).locator(".bar")


def visits(server: Running) -> None:
    for number in range(9):
        more: dict[str, Any] = {"metadata": {"device": f"device-{number}"}}
        view(server, f"guest-{number}", f"/page-{number}", country=f"Country {number}", **more)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_everything_has_room_and_nothing_is_to_be_touched(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path, width: int, height: int
) -> None:
    server = start_server("--journal", write_past(tmp_path / "past.db", {150: 30, 3: 90}))
    visits(server)
    page = open_page(server, "/?tv=1", viewport={"width": width, "height": height})
    expect_number(page, "active", "99")
    expect(page.locator(".wall-list")).to_have_count(3)
    assert titles(page) == ["Pages", "Sources", "Countries"]
    expect(rows(page, "Pages")).to_have_count(6)
    expect(page.locator(".sentence")).to_contain_text("above usual")
    expect(page.locator(".wall-clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(page.locator(".status-fresh")).to_contain_text("last event")
    expect(page.locator(".chart .tracehere .js-line")).to_have_count(1)
    for part in (
        ".top-bar",
        ".hero",
        ".sentence",
        ".wall-lists",
        ".wall-list:last-child li:last-child",
    ):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    expect(page.locator(":is(button, input, a):visible")).to_have_count(0)
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    number = page.locator(".hero .figure-value")
    assert number.evaluate(size) == pytest.approx(height * 0.4, rel=0.02)
    assert rows(page, "Pages").first.evaluate(size) == pytest.approx(height * 32 / 1080, rel=0.02)
    assert place(number)["x"] + place(number)["width"] < place(page.locator(".chart"))["x"]


def test_it_is_dark_accessible_and_shows_what_comes(server: Running, open_page: OpenPage) -> None:
    visits(server)
    page = open_page(server, "/?tv=1", color_scheme="light", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 19, 17)"
    expect_number(page, "active", "9")
    check_with_axe(page)
    view(server, "one-more")
    expect_number(page, "active", "10")
    expect(page).to_have_title("10 active · Visitors")
    assert page.evaluate("localStorage.getItem('theme')") in (None, "system")


def test_filters_and_lists_come_from_the_address(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/a", country="India")
    view(server, "bob", "/b", country="USA")
    page = open_page(server, "/?tv=1&panels=countries,nonsense,devices&country=India&rotate=x")
    expect_number(page, "active", "1")
    expect(page.locator(".wall-filter")).to_have_text("Country India")
    assert titles(page) == ["Countries", "Devices", "Pages"]
    expect(rows(page, "Countries").locator(".bar-name")).to_have_text(["India"])


def test_further_lists_take_turns(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", "/a")
    page = open_page(server, "/?tv=1&rotate=5")
    assert titles(page) == ["Pages", "Sources", "Countries"]
    expect(page.locator(".wall-list h2").first).to_contain_text("Entry")
    assert titles(page) == ["Entry", "Devices", "Visitors"]
    expect(page.locator(".wall-list h2").first).to_contain_text("Pages")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_it_drifts_a_pixel_a_minute_unless_motion_is_unwanted(
    server: Running, open_page: OpenPage, motion: str
) -> None:
    page = open_page(server, "/?tv=1", reduced_motion=motion)

    def places() -> str:
        return page.evaluate("document.querySelector('.dashboard').style.translate")

    first = places()
    later = "(s => (visitors.now = () => Date.now() / 1000 + s))"
    page.evaluate(f"{later}(60)")
    if motion == "reduce":
        assert first == places() == ""
        return
    wait_until(lambda: places() != first, "a pixel")
    before, after = (re.findall(r"-?\d+", each) for each in (first, places()))
    moved = [abs(int(a) - int(b)) for a, b in zip([*before, "0"], [*after, "0"], strict=False)]
    assert max(moved) == 1


def test_a_lost_server_is_loud(start_server: StartServer, open_page: OpenPage) -> None:
    server = start_server()
    view(server, "ann")
    page = open_page(server, "/?tv=1", may_break=True)
    expect_number(page, "active", "1")
    server.stop()
    expect_status(page, "disconnected")
    expect(page.locator(".hero .figure-hint")).to_have_text(re.compile("^as of"))
    assert page.evaluate("document.documentElement.classList.contains('lost')")
