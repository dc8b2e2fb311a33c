"""What is written to the sockets of open pages, read by browsers that check every base."""

import json
import random
from itertools import count
from typing import Any

from state.alerts import standard_rules
from state.filtering.filter import EVERYTHING, Filter
from state.hub.hub import Hub
from tests.support import NOON, Timeline
from ui.delivery.part import Part
from ui.delivery.view_stream import MOST_UNSENT, ViewStream
from ui.panels.header import alerts, filters, status
from ui.panels.lists import feed, sessions, top_list
from ui.panels.numbers import active_window, chart, sentence, stat_tile
from ui.panels.tools import sound
from ui.viewmodel.view import FEED_ROWS, View, view

PAGES, COUNTRIES = top_list.part("pages"), top_list.part("countries")
LISTS = (PAGES, COUNTRIES, top_list.part("sources"), top_list.part("devices"))
PARTS = (
    *(filters.PART, status.PART, sound.PART, alerts.PART, stat_tile.ACTIVE, chart.PART),
    *(
        active_window.PART,
        sentence.PART,
        stat_tile.VISITORS,
        stat_tile.RATE,
        feed.PART,
        sessions.PART,
        *LISTS,
    ),
)
INDIA = Filter(country="India")


class Socket:
    """A connection that remembers what was written."""

    def __init__(self) -> None:
        self.unsent = 0
        self.written: list[str] = []

    def write(self, frame: str) -> None:
        self.written.append(frame)


class Browser:
    """A page with a socket, which may be lost and opened again. ``shown`` is what its panels show,
    by name, as their scripts would have it."""

    def __init__(self, parts: tuple[Part, ...] = PARTS) -> None:
        self.socket: Socket | None = Socket()
        self.shown: dict[str, Any] = {}
        self.methods: list[str] = []
        self.number: int | None = None
        self._parts = {part.name for part in parts}
        self.stream = ViewStream(lambda: self.socket, parts, str)

    def read(self) -> list[dict[str, Any]]:
        """Read and show all that was written."""
        assert self.socket is not None
        events = [frame.removeprefix("42") for frame in self.socket.written]
        self.socket.written.clear()
        messages = []
        for name, message in map(json.loads, events):
            assert name == "visitors.view"
            assert message["base"] in (None, self.number)
            self.number = message["number"]
            self.methods = [f"{panel}.{method}" for panel, method, _ in message["calls"]]
            for call in message["calls"]:
                self._call(*call)
            messages.append(message)
        return messages

    def _call(self, panel: str, method: str, content: Any) -> None:
        assert panel in self._parts
        if method == "push":
            [shown, new] = self.shown[panel]["rows"], content
            rows = [*new["values"], *shown["values"]][:FEED_ROWS]
            self.shown[panel] = {"rows": {"keys": new["keys"], "values": rows}}
        elif method == "change":
            self.shown[panel] = _changed(self.shown[panel], content)
        elif method != "beat":
            self.shown[panel] = _without_scope(content)


def _changed(chart: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """What the chart has after a change, as its script works it out."""
    if (since := content.pop("since", None)) is not None:
        staying = [point for point in chart["points"] if point[0] >= since]
        content["points"] = [*staying, *content["points"]]
    return chart | content


def _without_scope(content: Any) -> Any:
    if not isinstance(content, dict):
        return content
    return {key: value for key, value in content.items() if key != "scope"}


class Site:
    """A website whose visits are counted."""

    def __init__(self) -> None:
        self.timeline = Timeline(
            *standard_rules(spike_threshold=25, cooldown_s=60, milestones=(10,))
        )
        self.hub = Hub(self.timeline.analytics, epoch="e")
        self.at = NOON
        self._numbers = count(1)

    def visit(self, *session_ids: str, **fields: Any) -> View:
        for session_id in session_ids:
            self.timeline.event(self.at, "pageview", session_id, **fields)
        return self.view()

    def view(self, wanted: Filter = EVERYTHING) -> View:
        return view(self.timeline.model, self.hub, wanted, number=next(self._numbers))


def content(of: View, *, parts: tuple[Part, ...] = PARTS) -> dict[str, Any]:
    """What every panel should show; of the feed, the rows."""
    shown = {part.name: json.loads(of.json(part.content)) for part in parts}
    shown["feed"].pop("nothing_yet")
    return shown


def expect_shown(browser: Browser, of: View) -> None:
    shown = dict(browser.shown)
    shown["feed"] = {"rows": shown["feed"]["rows"]}
    assert shown == content(of)


def test_pages_that_show_the_same_are_written_the_same_object():
    site, browsers = Site(), [Browser() for _ in range(3)]
    for each in (site.visit("ann"), site.visit("bob")):
        for browser in browsers:
            browser.stream.show(each)
    first, *others = (browser.socket.written for browser in browsers if browser.socket)
    assert len(first) == 2
    for written in others:
        assert [a is b for a, b in zip(first, written, strict=True)] == [True, True]


def test_a_page_with_the_view_before_gets_what_has_changed_and_another_one_the_whole():
    site, there, comes = Site(), Browser(), Browser()
    there.stream.show(site.visit("ann", country="India"))
    there.read()
    latest = site.visit("ann", country="India")
    for browser in (there, comes):
        browser.stream.show(latest)
    [change], [whole] = there.read(), comes.read()
    assert (change["base"], whole["base"]) == (latest.number - 1, None)
    assert there.methods == [
        *("status.show", "events / min.show", "feed.push"),
        *("sessions.update", "list pages.update"),
    ]
    assert len(comes.methods) == len(PARTS)
    for browser in (there, comes):
        expect_shown(browser, latest)


def test_pages_that_came_in_between_are_on_the_same_view_afterwards():
    site, browsers = Site(), [Browser() for _ in range(4)]
    for browser in browsers:  # each comes at another view
        browser.stream.show(site.visit("ann", "bob"))
    latest = site.visit("cid")
    for browser in browsers:
        browser.stream.show(latest)
        assert [message["base"] is None for message in browser.read()] == [True, False]
        expect_shown(browser, latest)


def test_a_page_with_other_panels_shares_no_frame_and_is_right():
    site, some = Site(), Browser((stat_tile.ACTIVE, feed.PART))
    every = Browser()
    for each in (site.visit("ann"), site.visit("bob")):
        some.stream.show(each)
        every.stream.show(each)
    some.read()
    assert set(some.shown) == {"active", "feed"}
    assert some.shown["active"]["value"] == "2"
    every.read()
    expect_shown(every, each)


def test_a_slow_reader_gets_nothing_until_it_has_read_and_then_the_whole():
    site, browser = Site(), Browser()
    assert browser.socket is not None
    browser.stream.show(site.visit("ann"))
    browser.read()
    browser.socket.unsent = MOST_UNSENT + 1
    assert not browser.stream.show(site.visit("bob"))
    assert not browser.stream.beat(accepts_events=True)
    assert browser.read() == []
    browser.socket.unsent = MOST_UNSENT
    assert not browser.stream.beat(accepts_events=True), "a beat would say that all is well"
    latest = site.visit("cid")
    assert browser.stream.show(latest)
    [message] = browser.read()
    assert message["base"] is None
    expect_shown(browser, latest)


def test_another_connection_gets_the_whole_also_when_nothing_has_changed():
    site, browser = Site(), Browser()
    latest = site.visit("ann")
    browser.stream.show(latest)
    browser.read()
    browser.socket = None
    assert not browser.stream.show(latest)
    for _ in range(2):  # the second one takes the place of a connection that nobody saw ending
        browser.socket = Socket()
        assert browser.stream.show(latest)
        [message] = browser.read()
        assert message["base"] is None


def test_another_filter_gets_the_whole_and_makes_no_sound():
    site, browser = Site(), Browser()
    site.visit("ann", country="India")
    browser.stream.show(site.view(INDIA))
    browser.stream.show(site.visit("bob"))
    assert [message["base"] for message in browser.read()] == [None, None]
    assert "sound.know" in browser.methods


def test_nothing_is_sent_for_a_view_that_looks_the_same():
    site, browser = Site(), Browser()
    browser.stream.show(site.visit("ann"))
    browser.read()
    for _ in range(2):
        assert browser.stream.show(site.view())
    assert browser.read() == []
    latest = site.visit("bob")
    browser.stream.show(latest)
    assert len(browser.read()) == 1
    expect_shown(browser, latest)


def test_a_beat_names_the_view_that_the_page_shows():
    site, browser = Site(), Browser()
    browser.stream.show(site.visit("ann"))
    browser.read()
    assert browser.stream.beat(accepts_events=False)
    [beat] = browser.read()
    assert beat["base"] == beat["number"]
    assert beat["calls"] == [["status", "beat", False]]


def test_no_beat_before_the_page_has_a_view():
    browser = Browser()
    assert not browser.stream.beat(accepts_events=True)
    browser.stream.show(Site().view())
    browser.stream.forget()
    assert not browser.stream.beat(accepts_events=True)


def test_a_reset_empties_the_feed_also_when_an_event_follows_at_once():
    site, browser = Site(), Browser()
    browser.stream.show(site.visit("ann", "bob"))
    site.timeline.reset(site.at)
    latest = site.visit("cid")
    browser.stream.show(latest)
    browser.read()
    assert {"feed.show", "sessions.show", "list pages.show"} <= set(browser.methods)
    assert len(browser.shown["feed"]["rows"]["values"]) == 1
    expect_shown(browser, latest)


def test_whatever_pages_miss_they_are_right_after_the_next_view():
    """Several pages are slow, lose their connection, hide and change their filter at random."""
    chance = random.Random(7)
    site, browsers = Site(), [Browser() for _ in range(5)]
    wanted = dict.fromkeys(browsers, EVERYTHING)
    for _ in range(400):
        site.at += chance.choice([0, 0, 1, 40])
        for _ in range(chance.choice([0, 1, 3, 70])):
            site.visit(f"v{chance.randrange(60)}", country=chance.choice(["India", "USA"]))
        if chance.random() < 0.03:
            site.timeline.reset(site.at)
        views = {each: site.view(each) for each in (EVERYTHING, INDIA)}
        for browser in browsers:
            disturb(browser, chance)
            if chance.random() < 0.1:
                wanted[browser] = chance.choice([EVERYTHING, INDIA])
            is_shown = browser.stream.show(views[wanted[browser]])
            if browser.socket is not None:
                browser.read()
            if is_shown:
                expect_shown(browser, views[wanted[browser]])


def disturb(browser: Browser, chance: random.Random) -> None:
    match chance.randrange(12):
        case 0:
            browser.socket = None
        case 1:
            browser.socket = Socket()
        case 2 if browser.socket is not None:
            browser.socket.unsent = MOST_UNSENT + 1
        case 3 if browser.socket is not None:
            browser.socket.unsent = 0
        case 4:
            browser.stream.forget()


def test_of_the_chart_only_what_has_changed_is_sent_and_of_half_an_hour_what_came() -> None:
    site, browser = Site(), Browser()
    browser.stream.show(site.visit("ann"))
    browser.read()
    for minute in range(1, 40):
        site.at = NOON + 60 * minute
        before = site.visit("bob")
        browser.stream.show(before)
        browser.read()
    site.at += 10
    after = site.visit("bob")
    sent = json.loads((chart.PART.change(before, after) or "")[len('["chart","change",') : -1])
    assert set(sent) == {"points", "since"}
    assert len(sent["points"]) == 1
    assert len(after.here.points) == 181
    browser.stream.show(after)
    browser.read()
    expect_shown(browser, after)
    assert chart.PART.change(after, after) is None
