"""What the page shows, without a page."""

import pytest

from state.alerts import standard_rules
from state.changes.cause import Cause
from state.filtering.filter import EVERYTHING, Filter
from state.hub.hub import Hub
from tests.support import NOON, Timeline
from tests.ui.said import said
from ui.viewmodel.formats import count, window
from ui.viewmodel.here import Point, appended
from ui.viewmodel.journey import journey
from ui.viewmodel.top_lists import DIMENSIONS, ListRow, dimensions_of, ranking
from ui.viewmodel.unusual import explanations
from ui.viewmodel.view import SESSION_ROWS, View, view


def shown(timeline: Timeline, wanted: Filter = EVERYTHING) -> View:
    return view(timeline.model, Hub(timeline.analytics, epoch="e"), wanted)


def test_pages_that_show_the_same_view_share_its_json() -> None:
    view, made = shown(Timeline()), []

    def content(of: View, *more: int) -> dict[str, object]:
        made.append(of)
        return {"active": of.active, "more": more}

    assert view.json(content) == view.json(content) == '{"active":"0","more":[]}'
    assert view.json(content, 7) == view.json(content, 7) == '{"active":"0","more":[7]}'
    assert made == [view, view]


def test_counts_have_thin_separators_and_the_unknown_is_a_dash() -> None:
    assert count(1234567) == "1\u202f234\u202f567"
    assert count(999) == "999"
    assert count(None) == "\N{EN DASH}"


@pytest.mark.parametrize(("seconds", "text"), [(300, "5 min"), (90, "90 s"), (2.5, "2.5 s")])
def test_the_window_of_active_is_named(seconds: float, text: str) -> None:
    assert said(window(seconds)) == text


def test_a_ranking_is_largest_first_and_what_has_no_name_comes_last() -> None:
    counts = {"/b": 4, "/a": 1, "(other)": 7, "/c": 1}
    shown = ranking(counts, "views, today", "page", changes=[None, -2])
    assert shown.rows == [
        ListRow("/b", 4),
        ListRow("/a", 1, -2),
        ListRow("/c", 1),
        ListRow("(other)", 7),
    ]
    assert ranking({}, "views, today", "page").rows == []


def test_each_dimension_is_shown_by_one_panel() -> None:
    panels = {each.panel for each in DIMENSIONS}
    shown = [each for panel in panels for each in dimensions_of(panel)]
    assert sorted(shown) == sorted(DIMENSIONS)


def test_the_empty_view_says_that_nothing_came_yet() -> None:
    view = shown(Timeline())
    assert view.nothing_yet
    assert (view.active, view.today, view.events_per_minute, view.dashboards) == ("0",) * 4
    assert view.minutes == [0] * 10
    assert view.latest_at is None


def test_the_feed_is_newest_first_and_numbered_for_good() -> None:
    # 0 ann /a   1 bob /b clicks menu
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", "/a", country="India")
    timeline.event(NOON + 1, "click", "bob", "/b", metadata={"element": "menu", "device": "mobile"})
    first, second = shown(timeline).feed
    assert first == {
        "n": first["n"],
        "at": NOON + 1,
        "type": "click",
        "page": "/b",
        "name": "menu",
        "country": "Unknown",
        "device": "mobile",
        "session": "bob",
    }
    assert second["page"] == "/a"
    assert first["n"] > second["n"]
    assert not shown(timeline).nothing_yet


def test_a_filtered_view_shows_the_matching_alone() -> None:
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", "/a", country="India")
    timeline.event(NOON, "pageview", "bob", "/b", country="USA")
    view = shown(timeline, Filter(country="USA"))
    assert (view.active, view.today, view.events_per_minute) == ("1", "1", "1")
    assert [row["id"] for row in view.sessions] == ["bob"]
    assert [row["page"] for row in view.feed] == ["/b"]
    pages, countries = view.lists["pages"]["now"], view.lists["countries"]["now"]
    assert (pages.rows, pages.of) == ([ListRow("/b", 1)], "people who match")
    assert [row.name for row in countries.rows] == ["USA"]
    assert "today" not in view.lists["pages"], "today isn't counted by filter"


def test_the_lists_are_of_now_and_of_today() -> None:
    #   12:00 ann and bob at /a   12:06 ann, from Hacker News, at /b; bob has left
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", "/a")
    timeline.event(NOON, "pageview", "bob", "/a")
    timeline.tick(NOON + 60)
    timeline.event(NOON + 290, "pageview", "ann", "/a", metadata={"referrer": "hn"})
    timeline.event(NOON + 360, "pageview", "ann", "/b")
    lists = shown(timeline).lists
    assert lists["pages"]["now"].rows == [ListRow("/b", 1, 1)]
    assert lists["pages"]["today"].rows == [ListRow("/a", 3), ListRow("/b", 1)]
    assert lists["entries"]["now"].rows == [ListRow("/a", 1, -1)]
    assert lists["exits"]["today"].rows == [ListRow("/a", 1)]
    assert lists["sources"]["now"].rows == [ListRow("hn", 1, 1)]
    assert lists["returning"]["now"].rows == [ListRow("new", 1, -1)]
    fields = {
        name: {period: each.field for period, each in of.items()} for name, of in lists.items()
    }
    assert fields["pages"] == {"now": "on", "today": "page"}
    assert fields["exits"] == {"today": "page"}
    assert fields["returning"] == {"now": "returning"}


def test_sessions_beyond_the_rows_are_counted() -> None:
    timeline = Timeline()
    for number in range(SESSION_ROWS + 3):
        timeline.event(NOON, "pageview", f"visitor-{number}")
    view = shown(timeline)
    assert len(view.sessions) == SESSION_ROWS
    assert view.more_sessions == 3
    assert view.sessions[0]["id"] == f"visitor-{SESSION_ROWS + 2}"


def test_a_new_visit_is_news_and_another_event_is_not() -> None:
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann")
    newest = shown(timeline).newest_visit
    timeline.event(NOON + 1, "pageview", "ann", "/next")
    assert shown(timeline).newest_visit == newest
    timeline.event(NOON + 2, "pageview", "bob")
    assert shown(timeline).newest_visit > newest


def test_alerts_are_newest_first_and_say_why() -> None:
    rules = standard_rules(spike_threshold=2, cooldown_s=0, milestones=(1,))
    timeline = Timeline(*rules)
    timeline.event(NOON, "pageview", "ann")
    timeline.event(NOON + 1, "pageview", "bob")
    spike, milestone = shown(timeline).alerts
    assert said(spike["text"]) == "Visitor spike detected!"
    assert said(spike["why"]) == "2 visitors in the last minute"
    assert said(milestone["text"]) == "1 visitor today"
    assert spike["key"] != milestone["key"]


def test_a_journey_is_a_stop_for_each_page_with_its_stay_and_acts() -> None:
    # own times: 0 /home   30 /products   45 click   100 custom   300 end
    timeline = Timeline()
    for after, kind, page, more in (
        (0, "pageview", "/home", {}),
        (30, "pageview", "/products", {}),
        (45, "click", "/products", {"metadata": {"element": "buy"}}),
        (100, "custom", None, {"name": "signup"}),
    ):
        timeline.event(NOON, kind, "ann", page, timestamp=NOON - 1000 + after, **more)
    session = timeline.model.sessions.find("ann", NOON)
    assert session is not None
    shown = journey(session, 60.0)
    assert [(stop["page"], stop["stay"]) for stop in shown["stops"]] == [
        ("/home", 30),
        ("/products", None),
    ]
    assert [(act["type"], act["label"]) for act in shown["stops"][1]["acts"]] == [
        ("click", "buy"),
        ("custom", "signup"),
    ]
    assert shown["ended"] == ""
    timeline.event(NOON, "session_end", "ann", None, timestamp=NOON - 1000 + 300)
    ended = timeline.model.sessions.find("ann", NOON)
    assert ended is not None
    shown = journey(ended, 60.0)
    assert shown["stops"][1]["stay"] == 270
    assert shown["duration"] == 300
    assert shown["ended"] == "session_end"


def test_a_journey_with_clocks_out_of_order_has_no_negative_stay() -> None:
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", "/a", timestamp=NOON - 10)
    timeline.event(NOON, "pageview", "ann", "/b", timestamp=NOON - 60)
    session = timeline.model.sessions.find("ann", NOON)
    assert session is not None
    assert journey(session, 60.0)["stops"][0]["stay"] == 0


def test_today_is_the_same_in_every_window_of_the_people() -> None:
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", "/a", country="India")
    timeline.tick(NOON + 420)
    timeline.event(NOON + 421, "pageview", "bob", "/b", country="USA")
    wide = shown(timeline, Filter(within_s=600))
    assert (wide.active, wide.today) == ("2", "2")
    assert wide.lists["pages"].keys() == {"now", "today"}
    assert wide.lists["pages"]["now"].of == "people here now"
    of_india = shown(timeline, Filter(country="India", within_s=600))
    assert (of_india.active, of_india.today) == ("1", "1")


def test_the_history_is_that_of_the_number() -> None:
    # 0 ann   20 bob   30 ann leaves
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", country="India")
    timeline.event(NOON + 20, "pageview", "bob")
    timeline.event(NOON + 30, "session_end", "ann")
    timeline.tick(NOON + 40)
    assert shown(timeline).here.points[-4:] == [
        (NOON + 10, 1),
        (NOON + 20, 1),
        (NOON + 30, 2),
        (NOON + 40, 1),
    ]
    india = shown(timeline, Filter(country="India"))
    assert [people for _, people in india.here.points[-4:]] == [1, 1, 1, 0]
    assert india.people == 0


def test_points_at_the_end_are_told_from_other_changes() -> None:
    before: list[Point] = [(10, 1), (20, None), (30, 2)]
    assert appended(before, [(20, None), (30, 2), (40, 3)]) == [(40, 3)]
    assert appended(before, before) == []
    assert appended(before, [(10, 1), (20, 1), (30, 2), (40, 3)]) is None
    assert appended(before, [(40, 3)]) is None
    assert appended([], before) is None


def test_the_sentence_names_the_place_that_people_come_from_and_their_page() -> None:
    source = Cause("sources", "a.com", 50, 0.83)
    page = Cause("pages", "/x", 40, 0.66)
    country = Cause("countries", "Kenya", 30, 0.5)
    percent = "\N{NARROW NO-BREAK SPACE}%"

    def explained(*causes: Cause, is_less: bool = False) -> list[tuple[str, str, str]]:
        made = explanations(causes, is_less=is_less)
        return [(said(each.words), each.field, each.name) for each in made]

    assert explained(source, page, country) == [
        (f"83{percent} from", "source", "a.com"),
        ("→", "on", "/x"),
    ]
    assert explained(country) == [(f"50{percent} from", "country", "Kenya")]
    assert explained(page, is_less=True) == [(f"66{percent} of that on", "on", "/x")]
    assert explained() == []


def test_under_a_filter_the_sentence_names_a_large_change_and_not_the_filter() -> None:
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", "/a", country="India")
    assert shown(timeline, Filter(country="India")).unusual.state == "none"
    timeline.tick(NOON + 60)
    for number in range(8):
        timeline.event(NOON + 120 + number, "pageview", f"v{number}", "/b", country="India")
    change = shown(timeline, Filter(country="India")).unusual
    assert (change.state, said(change.text)) == ("changed", "+8 in 30 min")
    assert [(each.field, each.name) for each in change.because] == [("on", "/b")]
    assert shown(timeline, Filter(country="USA")).unusual.state == "none"
    assert shown(timeline).unusual.state == "none"
