"""Here now: the number, the half hour that led there, the window, and how unusual it is."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.panels.past import write_past
from tests.e2e.screen import chip, expect_number, post, show_minutes, view
from tests.e2e.test_looks import check_with_axe, place
from tests.e2e.test_texts import COLOURS
from tests.support import Running, StartServer, wait_until
from tests.ui.panels.test_theme import READABLE, contrast

DRAWN = (
    "window.Plotly && (window.plot = document.querySelector('.js-plotly-plot'))?.data?.length > 1"
)
TRACE = """uid => {
    const {x, y} = plot.data.find(trace => trace.uid === uid);
    return x.map((each, place) => [each, y[place]]);
}"""
COUNT_DRAWINGS = """() => {
    const {react} = Plotly;
    window.drawings = 0;
    Plotly.react = (...all) => (window.drawings += 1, react(...all));
}"""
USUALLY_30 = {150: 30, 75: 34, 40: 30, 10: 30}
HACKER_NEWS = {"page": "/blog/x", "metadata": {"referrer": "https://news.ycombinator.com/"}}


def trace(page: Page, uid: str) -> list[Any]:
    """The points of a trace of the chart, once it is drawn."""
    page.wait_for_function(DRAWN)
    return page.evaluate(TRACE, uid)


def start(start_server: StartServer, folder: Path, people: dict[int, int], **more: Any) -> Running:
    """A server with a past."""
    return start_server("--journal", write_past(folder / "past.db", people, **more))


def hover_the_chart(page: Page, words: str, at: float = 0.5) -> Any:
    """Rest the pointer on a place of the chart until these words stand there."""
    found = page.locator(".chart .hovertext", has_text=words)

    def is_shown() -> bool:
        box = place(page.locator(".chart .plot .nsewdrag"))
        for x in (0, 1):
            page.mouse.move(box["x"] + box["width"] * at + x, box["y"] + box["height"] / 2)
        return found.count() == 1

    wait_until(is_shown, "the words at the line")
    return found


def sentence(page: Page) -> Any:
    return page.locator(".sentence")


def test_the_chart_ends_with_the_big_number(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start(start_server, tmp_path, {40: 8, 20: 3, 2: 5}))
    expect_number(page, "active", "5")
    expect(page.locator(".chart-title")).to_have_text("People here, 30 min")
    here = trace(page, "here")
    assert {people for _, people in here} == {8, 3, 5}
    assert here[-1][1] == 5
    assert here[-1][0] - here[0][0] == pytest.approx(1800, abs=20)
    assert trace(page, "end") == [here[-1]]
    label = re.compile("^People here over 30 minutes: 5 now, between 3 and 8$")
    expect(page.locator(".chart .plot")).to_have_attribute("aria-label", label)
    ticks = page.locator(".chart .xtick text").all_text_contents()
    assert len(ticks) >= 5
    assert all(re.fullmatch(r"\d\d:\d[05]", each) for each in ticks)


def test_what_is_unknown_is_a_gap(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start(start_server, tmp_path, {5: 3}))
    people = [each for _, each in trace(page, "here")]
    assert people[0] is None
    assert people[-1] == 3


def test_the_line_goes_on_in_place(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    trace(page, "here")
    page.evaluate("plot.isTheSame = true")
    view(server, "ann")
    view(server, "bob")
    page.wait_for_function("plot.data.find(trace => trace.uid === 'end').y[0] === 2")
    assert page.evaluate("document.querySelector('.js-plotly-plot').isTheSame")


def test_the_words_at_the_line_say_time_people_and_the_usual(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start(start_server, tmp_path, USUALLY_30))
    band = trace(page, "usual")
    assert {round(people) for _, people in band if people is not None} <= {30, 34}
    words = hover_the_chart(page, "30 people · usual 30\N{EN DASH}34")
    assert re.match(r"\d\d:\d\d:\d0 · ", words.text_content())
    ground, text = words.evaluate(COLOURS)
    assert contrast(ground, text) >= READABLE


def test_alerts_are_marks_whose_words_say_the_message(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start(start_server, tmp_path, USUALLY_30 | {15: 90}))
    [at, people] = trace(page, "marks")[0]
    assert people in (30, 90)
    first, last = page.evaluate("plot.layout.xaxis.range")
    hover_the_chart(page, "above usual", at=(at - first) / (last - first))


def test_the_usual_is_for_everyone(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    server = start(start_server, tmp_path, USUALLY_30)
    view(server, "ann", country="India")
    page = open_page(server, "/?country=India")
    expect_number(page, "active", "1")
    wait_until(lambda: trace(page, "here"), "the chart")
    assert trace(page, "usual") == []
    assert trace(page, "here")[-1][1] == 1


def test_the_kind_of_the_chart_is_kept_and_the_other_one_costs_nothing(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann")
    page = open_page(server)
    trace(page, "here")
    show_minutes(page)
    expect(page.locator(".chart .bars .point")).to_have_count(10)
    page.reload()
    expect(page.locator(".chart .bartext", has_text="1")).to_have_count(1)
    expect(page.locator(".chart-title")).to_have_text("Visitors per minute, 10 min")
    page.evaluate(COUNT_DRAWINGS)
    post(server, {"type": "session_end", "sessionId": "ann"})
    expect_number(page, "active", "0")
    assert page.evaluate("drawings") == 0
    view(server, "bob")
    view(server, "cid")
    page.wait_for_function("drawings > 0")
    page.locator(".chart").get_by_role("button", name="30 min").click()
    expect(page.locator(".chart .tracehere .js-line")).to_have_count(1)


def test_on_a_phone_the_chart_is_a_sparkline(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    server = start(start_server, tmp_path, {40: 8, 20: 3, 2: 5})
    page = open_page(server, viewport={"width": 390, "height": 844})
    assert trace(page, "here")[-1][1] == 5
    expect(page.locator(".chart .switch")).to_be_hidden()
    assert place(page.locator(".hero"))["height"] <= 160


def test_the_window_changes_everything_together(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    journal = write_past(tmp_path / "past.db", {20: 5, 8: 2}, says_goodbye=False)
    page = open_page(start_server("--journal", journal))
    expect_number(page, "active", "2")
    opener = page.locator(".window-button")
    expect(opener).to_have_text("5 min")
    opener.press("Enter")
    slider = page.get_by_role("slider")
    expect(slider).to_be_focused()
    for _ in range(7):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "12 min")
    check_with_axe(page)
    expect_number(page, "active", "5")
    expect_number(page, "visitors", "5")
    expect(page.locator(".list-pages .bar-count")).to_have_text("5")
    expect(page.locator(".list-pages").get_by_role("button", name="Today")).to_be_visible()
    expect(page.locator(".session-row")).to_have_count(5)
    page.wait_for_function("document.querySelector('.js-plotly-plot').data[1].y.at(-1) === 5")
    wait_until(lambda: page.url.endswith("?minutes=12"), "the window in the address")
    page.get_by_role("button", name="5 min, as usual").click()
    expect_number(page, "active", "2")
    expect(opener).to_have_text("5 min")
    assert "minutes" not in page.url
    page.keyboard.press("Escape")
    expect(slider).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_window_in_the_address_is_set(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, "/?minutes=17")
    expect(page.locator(".window-button")).to_have_text("17 min")
    page.locator(".window-button").click()
    expect(page.get_by_role("slider")).to_have_value("17")


def test_the_sentence_names_the_difference_and_its_cause(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start(start_server, tmp_path, USUALLY_30 | {3: 90}, **HACKER_NEWS))
    expect(sentence(page)).to_have_text(re.compile(r"^\+56 above usual.*100\s% from.*→.*/blog/x"))
    basis = sentence(page).locator(".sentence-difference")
    expect(basis).to_have_attribute("title", "Usual: the last three hours")
    check_with_axe(page)
    sentence(page).get_by_role("button", name="/blog/x").click()
    expect(chip(page, "on")).to_contain_text("/blog/x")
    expect_number(page, "active", "60")


def test_fewer_people_than_usual_have_a_sentence(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start(start_server, tmp_path, USUALLY_30 | {3: 10}))
    expect(sentence(page)).to_contain_text("\N{MINUS SIGN}20 below usual")


def test_the_usual_has_a_quiet_sentence_and_the_unknown_none(
    start_server: StartServer, server: Running, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start(start_server, tmp_path, USUALLY_30))
    expect(sentence(page)).to_have_text("as usual (30\N{EN DASH}34)")
    view(server, "ann")
    other = open_page(server)
    expect_number(other, "active", "1")
    expect(sentence(other)).to_have_text("")
