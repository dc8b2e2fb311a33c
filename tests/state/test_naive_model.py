"""The numbers equal those of a slow and plain count over all events."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state import query
from state.analytics import Analytics
from state.counting.top_counter import OTHER
from state.filtering.filter import Filter
from state.sessions.people import DIMENSIONS
from tests.state.histories import (
    FILTERS,
    ZONE_NAME,
    Step,
    analytics,
    records_of,
    starts,
    steps,
    times,
)
from tests.state.naive import Naive, source_of
from tests.state.test_finding import ranked, walk_names
from tests.support import NOON, NOTHING_SENT


def check(house: Analytics, naive: Naive, wanted: Filter) -> None:
    told = query.summary(house.model, wanted, naive.now, dashboards=0, totals=NOTHING_SENT)
    assert told.total_active == len(naive.active(wanted))
    assert told.total_today == naive.total_today(wanted)
    assert told.total_events == len(naive.today())
    assert told.pages_visited == naive.pages(wanted)
    assert told.countries == naive.begun_today(lambda event: event.country)
    assert told.devices == naive.begun_today(lambda event: event.device)
    assert told.referrers == naive.begun_today(source_of)
    assert (told.channels or {}) == naive.named_today("channel")
    assert (told.browsers or {}) == naive.named_today("browser")
    assert (told.systems or {}) == naive.named_today("os")
    assert (told.campaigns or {}) == naive.named_today("campaign")
    assert told.visitors_last_minute == naive.visitors_last_minute(wanted)
    assert told.visitors_per_minute == naive.visitors_per_minute(wanted)
    assert [event.id for event in told.recent_events] == naive.recent(wanted)
    here = naive.here_by(wanted)
    for each in DIMENSIONS:
        listed = query.here_by(house.model, each.name, wanted)
        assert (listed.counts, listed.names) == (here[each.name], len(here[each.name]))
        which = query.WhichList(each.name, wanted)
        further = walk_names(house.model, which, listed=1, most=2)
        expected = ranked(here[each.name])[1:]
        assert further == [(name, count) for name, count in expected if name != OTHER]


def check_sessions(house: Analytics, naive: Naive, wanted: Filter) -> None:
    page = query.sessions(house.model, wanted, naive.now)
    expected = [visit.shape() for visit in naive.active(wanted)]
    told = [
        {key: getattr(session, key) for key in shape}
        for session, shape in zip(page.sessions, expected, strict=True)
    ]
    assert told == expected
    assert page.count == len(expected)


@given(starts, steps, st.sampled_from(FILTERS))
def test_every_number_equals_a_naive_count(start: float, history: list[Step], wanted: Filter):
    journal = records_of(start, history)
    house = analytics()
    for record in journal:
        house.apply(record)
    naive = Naive(journal, ZoneInfo(ZONE_NAME))
    if journal:
        check(house, naive, wanted)


@given(starts, steps, st.sampled_from(FILTERS), times)
def test_the_same_goes_for_other_settings_of_time(
    start: float, history: list[Step], wanted: Filter, chosen: tuple[float, float]
):
    """Any of the three spans may be the shortest, the longest, or the same as another."""
    timeout_s, spike_window_s = chosen
    journal = records_of(start, history)
    house = analytics(session_timeout_s=timeout_s, spike_window_s=spike_window_s)
    for record in journal:
        house.apply(record)
    naive = Naive(journal, ZoneInfo(ZONE_NAME), timeout_s)
    if journal:
        check(house, naive, wanted)
        check_sessions(house, naive, wanted)
        in_window = naive.visitors_within(spike_window_s, Filter())
        assert house.model.facts().visitors_in_window == in_window


@given(starts, steps, st.sampled_from(FILTERS[:-1]))
def test_active_sessions_equal_a_naive_walk(start: float, history: list[Step], wanted: Filter):
    journal = records_of(start, history)
    house = analytics()
    for record in journal:
        house.apply(record)
    check_sessions(house, Naive(journal, ZoneInfo(ZONE_NAME)), wanted)


@given(starts, steps, st.sampled_from([each for each in FILTERS if not each.within_s]))
def test_the_history_of_a_filter_equals_a_naive_count(
    start: float, history: list[Step], wanted: Filter
):
    """A visit that has replaced the pages of an earlier one of its visitor may hide that one."""
    journal = records_of(start, history)
    house = analytics()
    for record in journal:
        house.apply(record)
    if not journal:
        return
    naive = Naive(journal, ZoneInfo(ZONE_NAME))
    expected, told = naive.history(wanted), query.history(house.model, wanted)
    known = {at: number for at, number in told if number is not None}
    assert known == {at: expected[at] for at in known}
    unfiltered = {m.at for m in house.model.people.moments if m.people is not None}
    lately = {at for at in unfiltered if at > naive.now - 1_500}
    if wanted.on is None and wanted.page is None:
        assert lately <= set(known)


@given(steps, st.sampled_from(FILTERS[1:]))
def test_the_history_of_a_filter_in_use_is_who_matched_at_each_moment(
    history: list[Step], wanted: Filter
):
    journal = records_of(NOON, history)
    house = analytics()
    for record in journal:
        query.history(house.model, wanted)  # the filter stays in use, and a reset begins it anew
        house.apply(record)
    told = [each for each in query.history(house.model, wanted) if each[1] is not None]
    for at, number in told[:: max(1, len(told) // 12)]:
        before = Naive([each for each in journal if each.at < at], ZoneInfo(ZONE_NAME))
        before.now = at
        if at > NOON:
            assert (at, number) == (at, len(before.active(wanted)))


@given(steps)
def test_a_tick_is_due_whenever_time_alone_changes_a_number(history: list[Step]):
    house = analytics()
    journal = records_of(NOON, history)
    for record in journal:
        house.apply(record)
    now = house.model.now
    for later in (0.5, 1, 5.5, 61, 299, 301, 40_000):
        passed = Naive(journal, ZoneInfo(ZONE_NAME))
        before = [numbers(passed, now)]
        passed.now = now + later
        if journal and [numbers(passed, passed.now)] != before:
            assert house.due(now + later)


def numbers(naive: Naive, now: float) -> tuple[object, ...]:
    naive.now = now
    everything = Filter()
    return (
        len(naive.active(everything)),
        naive.total_today(everything),
        naive.pages(everything),
        naive.visitors_last_minute(everything),
        naive.visitors_per_minute(everything),
    )


@pytest.mark.parametrize("seconds", [0, 1, 59])
def test_nothing_is_due_where_nothing_happened(seconds: float):
    house = analytics()
    assert house.due(NOON + seconds) is False
