"""Counts under a filter: begun in the middle of a life and in steps, they equal those of a walk."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state import query
from state.event import Event, EventType
from state.filtering import counts as filtered
from state.filtering import windows as filtered_windows
from state.filtering.active import IN_USE_S, MOST_FILTERS, UNASKED_S, ActiveFilters
from state.filtering.counts import FilteredCounts
from state.filtering.filter import Filter
from state.model import Model
from state.sessions.people import DIMENSIONS
from state.sessions.steps import OLDER_PAGES_KEPT
from tests.state.histories import FILTERS, Step, analytics, records_of, starts, steps
from tests.support import NOON, Timeline

ANY = FILTERS[1:]
INDIA = Filter(country="India")


@pytest.fixture(autouse=True)
def _one_thing_a_step(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filtered, "SESSIONS_A_STEP", 1)
    monkeypatch.setattr(filtered, "PLACES_A_STEP", 1)
    monkeypatch.setattr(filtered, "SORTED_A_STEP", 2)
    monkeypatch.setattr(filtered_windows, "AT_ONCE", 1)


def by_a_walk(model: Model, wanted: Filter) -> FilteredCounts:
    return ActiveFilters().count_now(wanted, model, model.now)


def told(model: Model, counts: FilteredCounts) -> dict[str, Any]:
    return {
        "active": counts.total_active,
        "pages": counts.pages,
        "people": {each.name: counts.people.counter(each.name).counts for each in DIMENSIONS},
        "sessions": [session.id for session in counts.sessions()],
        "visitors": counts.visitors_last_minute(model.now),
        "events": counts.events_last_minute(model.now),
        "minutes": counts.visitors_per_minute(model.minutes),
    }


@given(
    starts,
    steps,
    st.sampled_from(ANY),
    st.lists(st.integers(0, 4), min_size=40, max_size=40),
    st.integers(0, 39),
)
def test_counts_begun_amid_events_equal_a_walk(
    start: float, history: list[Step], wanted: Filter, paces: list[int], asked_at: int
):
    """``paces`` are the steps that are taken between one record and the next."""
    house = analytics()
    model = house.model
    for number, record in enumerate(records_of(start, history)):
        if number >= asked_at:
            model.filters.request(wanted, model, model.now)
        house.apply(record)
        for _ in range(paces[number]):
            model.filters.step()
    counts = model.filters.count_now(wanted, model, model.now)
    assert told(model, counts) == told(model, by_a_walk(model, wanted))


@pytest.mark.parametrize("seed", range(8))
def test_the_same_goes_for_many_sessions_with_long_journeys(seed: int):
    dice = random.Random(seed)
    house = analytics(max_sessions=40)
    model = house.model
    history: list[Step] = []
    for number in range(3_000):
        kind = dice.choice([*["pageview"] * 12, "click", "session_end"])
        page = f"/{dice.randrange(80)}"
        country = dice.choice(["India", "USA", None, None, None])
        event = Event(
            str(number), EventType(kind), f"s-{dice.randrange(60)}", page, country=country
        )
        history.append((dice.choice([0, 0, 0.1, 1, 5]), [event]))
    wanted = [Filter("India"), Filter(page="/7"), Filter("USA", "/7"), Filter("Unknown", "/8")]
    for number, record in enumerate(records_of(NOON, history)):
        if number > 1_000:
            for each in wanted:
                model.filters.request(each, model, model.now)
        house.apply(record)
        model.filters.step()
        if number % 300 == 0 or number == len(history) - 1:
            for each in wanted:
                counts = model.filters.count_now(each, model, model.now)
                walked = told(model, by_a_walk(model, each))
                assert told(model, counts) == walked
                assert walked["sessions"] == [
                    s.id for s in model.sessions.newest_first() if each.matches(s)
                ]


def test_counts_are_not_complete_before_all_steps_are_taken():
    line = Timeline()
    line.event(NOON, session_id="ann", country="India")
    counts = line.model.filters.request(INDIA, line.model, NOON)
    assert counts is not None and not counts.is_complete
    while line.model.filters.step():
        pass
    assert counts.is_complete
    assert counts.total_active == 1


def test_a_reset_begins_the_counts_anew():
    line = Timeline()
    line.event(NOON, session_id="ann", country="India")
    assert query.figures(line.model, INDIA).total_active == 1
    line.reset(NOON + 1)
    assert query.figures(line.model, INDIA).total_active == 0
    line.event(NOON + 2, session_id="bob", country="India")
    assert query.figures(line.model, INDIA).total_active == 1


def test_what_is_not_asked_for_a_minute_is_dropped():
    line = Timeline()
    line.model.filters.request(INDIA, line.model, NOON)
    line.model.filters.drop_unasked(NOON + UNASKED_S)
    assert len(line.model.filters) == 1
    line.model.filters.drop_unasked(NOON + UNASKED_S + 0.1)
    assert len(line.model.filters) == 0


def test_one_filter_more_takes_the_place_of_the_one_asked_longest_ago():
    filters, model = ActiveFilters(), Timeline().model
    first, *_ = [filters.request(Filter(page=f"/{n}"), model, NOON) for n in range(MOST_FILTERS)]
    assert filters.request(Filter(page="/0"), model, NOON) is first
    later = NOON + IN_USE_S
    assert filters.request(Filter(page="/one-more"), model, later) is not None
    assert len(filters) == MOST_FILTERS
    assert filters.request(Filter(page="/0"), model, later) is first


def test_no_filter_takes_the_place_of_one_that_is_in_use():
    filters, model = ActiveFilters(), Timeline().model
    for number in range(MOST_FILTERS):
        filters.request(Filter(page=f"/{number}"), model, NOON)
    assert filters.request(Filter(page="/one-more"), model, NOON + 0.9) is None
    assert filters.count_now(Filter(page="/one-more"), model, NOON + 0.9).is_complete


def wander(line: Timeline, pages: int, first: int = 0) -> None:
    for number in range(first, first + pages):
        line.event(NOON, session_id="bot", page=f"/{number}", country="India")


def test_whether_a_session_matches_that_forgot_pages_is_not_known():
    """It has seen more pages than it remembers; what it surely has seen is known all the same."""
    line = Timeline()
    line.event(NOON, session_id="ann", page="/elsewhere", country="India")
    wander(line, OLDER_PAGES_KEPT + 600)
    gone, kept = Filter(page=f"/{OLDER_PAGES_KEPT + 50}"), Filter(page="/1")
    assert query.figures(line.model, gone).total_active is None
    assert query.figures(line.model, kept).total_active == 1
    assert query.figures(line.model, kept).pages_visited is None
    assert query.figures(line.model, INDIA).total_active == 2
    assert query.figures(line.model, INDIA).pages_visited is None
    line.event(NOON + 1, "session_end", session_id="bot")
    assert query.figures(line.model, gone).total_active == 0


def test_pages_are_known_again_once_the_session_that_forgot_some_is_gone():
    line = Timeline()
    line.event(NOON, session_id="ann", page="/a", country="India")
    wander(line, OLDER_PAGES_KEPT + 600)
    assert query.figures(line.model, INDIA).pages_visited is None
    line.event(NOON + 1, "session_end", session_id="bot")
    line.event(NOON + UNASKED_S + 2, session_id="ann", page="/a")
    assert query.figures(line.model, INDIA).pages_visited == {"/a": 2}


def test_a_page_seen_while_the_counts_are_made_is_seen():
    line = Timeline()
    wander(line, OLDER_PAGES_KEPT + 600)
    line.event(NOON, session_id="ann", page="/x", country="India")
    counts = line.model.filters.request(Filter(page="/x"), line.model, NOON)
    line.event(NOON + 1, session_id="bot", page="/x", country="India")
    while line.model.filters.step():
        pass
    assert counts is not None and counts.total_active == 2
