"""The ways of the people here: moves from page to page, and the steps of a funnel."""

from typing import Any

import pytest

from state.factory import build_analytics
from state.filtering.filter import EVERYTHING, Filter
from state.query import OTHER_PAGES, FunnelStep, funnel, page_moves
from state.query import journeys as module
from state.settings.settings import Settings
from tests.support import NOON, Timeline


def finished(steps: Any) -> Any:
    """What a generator returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def site() -> Timeline:
    """Four people within 50 seconds."""
    timeline = Timeline()
    ways = {
        "ann": ((0, "/"), (10, "/pricing"), (20, "/signup")),
        "bob": ((0, "/"), (30, "/pricing")),
        "cid": ((40, "/pricing"),),
        "dan": ((0, "/"),),
    }
    events = sorted((at, who, page) for who, way in ways.items() for at, page in way)
    for at, who, page in events:
        country = "India" if who == "bob" else "USA"
        timeline.event(NOON + at, "pageview", who, page, country=country)
    timeline.tick(NOON + 50)
    return timeline


def test_moves_are_counted_over_all_people_here():
    found = finished(page_moves(site().model, EVERYTHING, 12))
    assert found.moves == {("/", "/pricing"): 2, ("/pricing", "/signup"): 1}
    assert (found.people, found.is_whole) == (4, True)
    indian = finished(page_moves(site().model, Filter(country="India"), 12))
    assert (indian.moves, indian.people) == ({("/", "/pricing"): 1}, 1)


def test_pages_beyond_the_most_frequent_are_one():
    timeline = Timeline()
    for number in range(30):
        timeline.event(NOON, "pageview", f"v{number}", "/")
        timeline.event(NOON + 1, "pageview", f"v{number}", f"/{number % 15}")
    found = finished(page_moves(timeline.model, EVERYTHING, 5))
    assert {page for move in found.moves for page in move} == {"/", "/0", "/1", "/10", OTHER_PAGES}
    assert sum(found.moves.values()) == 30
    assert found.moves["/", OTHER_PAGES] == 24


def test_of_too_many_people_the_latest_are_a_sample(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_SESSIONS", 2)
    found = finished(page_moves(site().model, EVERYTHING, 12))
    assert (found.people, found.is_whole) == (2, False)
    assert found.moves == {("/", "/pricing"): 1}


def test_a_funnel_says_who_is_on_a_step_for_how_long_and_who_went_on():
    found = finished(funnel(site().model, EVERYTHING, ("/", "/pricing", "/signup")))
    assert found.steps == [
        FunnelStep("/", 1, 50.0, 3, 2),
        FunnelStep("/pricing", 2, 15.0, 3, 1),
        FunnelStep("/signup", 1, 30.0, 1, None),
    ]


def test_a_step_is_seen_by_whoever_is_on_it_also_without_a_view():
    timeline = Timeline()
    timeline.event(NOON, "pageview", "ann", "/")
    timeline.event(NOON + 5, "click", "ann", "/pricing")
    timeline.event(NOON + 9, "click", "ann", None)
    timeline.tick(NOON + 15)
    first, second = finished(funnel(timeline.model, EVERYTHING, ("/", "/pricing"))).steps
    assert (first.here, first.went_on) == (0, 1)
    assert (second.here, second.seen, second.median_s) == (1, 1, 10.0)


def test_a_goal_is_a_step_that_people_stand_on_until_they_view_another_page():
    #   ann: / 10: signup          bob: /, 5: /order/7, 20: /      cid: signup before /
    timeline = Timeline(goals=("signup", "/order/*"))
    timeline.event(NOON, "custom", "cid", None, name="signup")
    for who in ("ann", "bob", "cid"):
        timeline.event(NOON + 1, "pageview", who, "/")
    timeline.event(NOON + 5, "pageview", "bob", "/order/7")
    timeline.event(NOON + 10, "custom", "ann", None, name="signup")
    timeline.event(NOON + 15, "custom", "ann", None, name="another")
    timeline.event(NOON + 20, "pageview", "bob", "/")
    timeline.tick(NOON + 50)
    steps = ("/", "goal:signup", "goal:/order/*")
    found = finished(funnel(timeline.model, EVERYTHING, steps))
    assert found.steps == [
        FunnelStep("/", 2, 40.0, 3, 1),
        FunnelStep("goal:signup", 1, 40.0, 2, 0),
        FunnelStep("goal:/order/*", 0, None, 1, None),
    ]
    assert found.is_whole


def test_goals_of_steps_that_are_no_longer_kept_make_it_a_sample():
    timeline = Timeline(goals=("signup",))
    for number in range(601):
        timeline.event(NOON + number, "click", "ann", "/")
    found = finished(funnel(timeline.model, EVERYTHING, ("/", "goal:signup")))
    assert not found.is_whole
    assert finished(funnel(timeline.model, EVERYTHING, ("/", "/x"))).is_whole


def test_nobody_is_on_any_step_of_an_empty_site():
    found = finished(funnel(Timeline().model, EVERYTHING, ("/", "/x")))
    assert found.steps[0] == FunnelStep("/", 0, None, 0, 0)


def test_who_has_left_within_the_hour_counts_as_having_gone_on_or_not():
    #   0: ann / /pricing, left | 10: bob /, left | 20: bob is back on /pricing | 3590: tick, cid /
    timeline = Timeline(ended_kept_s=3_600.0)
    for page in ("/", "/pricing"):
        timeline.event(NOON, "pageview", "ann", page, country="India")
    timeline.event(NOON, "session_end", "ann", None)
    timeline.event(NOON + 10, "pageview", "bob", "/")
    timeline.event(NOON + 10, "session_end", "bob", None)
    timeline.event(NOON + 20, "pageview", "bob", "/pricing")
    timeline.event(NOON + 3_590, "pageview", "cid", "/")

    def found(filter_: Filter = EVERYTHING) -> list[tuple[int, int, int | None]]:
        steps = finished(funnel(timeline.model, filter_, ("/", "/pricing"))).steps
        return [(step.here, step.seen, step.went_on) for step in steps]

    assert found() == [(1, 2, 1), (0, 2, None)]  # of bob the latest visit
    assert finished(funnel(timeline.model, EVERYTHING, ("/", "/pricing"))).in_hour == 3
    assert found(Filter(country="India")) == [(0, 1, 1), (0, 1, None)]
    assert found(Filter(on="/")) == [(1, 1, 0), (0, 0, None)]
    timeline.tick(NOON + 3_600)  # the hour of ann is over
    assert found() == [(1, 1, 0), (0, 1, None)]


def test_people_of_the_hour_that_are_forgotten_make_it_a_sample(monkeypatch: pytest.MonkeyPatch):
    timeline = Timeline(ended_kept_s=3_600.0, max_sessions=2)
    for number in range(4):
        timeline.event(NOON, "pageview", f"v{number}", "/")
        timeline.event(NOON, "session_end", f"v{number}", None)
    found = finished(funnel(timeline.model, EVERYTHING, ("/", "/x")))
    assert (found.in_hour, found.is_whole) == (2, False)
    monkeypatch.setattr(module, "MOST_SESSIONS", 1)
    found = finished(funnel(timeline.model, EVERYTHING, ("/", "/x")))
    assert (found.in_hour, found.is_whole) == (1, False)


def test_with_a_funnel_ended_sessions_are_kept_for_an_hour_and_found_for_half_of_it():
    for funnel_, kept_s in ((("/", "/x"), 3_600.0), ((), 1_800.0)):
        assert build_analytics(Settings(funnel=funnel_)).model.options.ended_kept_s == kept_s
    timeline = Timeline(ended_kept_s=3_600.0)
    timeline.event(NOON, "pageview", "ann", "/")
    timeline.event(NOON, "session_end", "ann", None)
    timeline.tick(NOON + 1_799)
    assert timeline.model.sessions.find("ann", NOON + 1_799) is not None
    assert timeline.model.sessions.find("ann", NOON + 1_800) is None
    timeline.tick(NOON + 3_599)
    assert len(timeline.model.sessions.ended.in_order()) == 1
    timeline.tick(NOON + 3_600)
    assert not timeline.model.sessions.ended.in_order()
