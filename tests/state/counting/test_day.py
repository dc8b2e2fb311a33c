"""Today, and when it is over."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state import query
from state.counting.day import COUNTRIES_KEPT, Day, next_midnight
from state.filtering.filter import Filter
from state.wire.types import iso
from tests.support import NOON, NOTHING_SENT, Timeline, at, event

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Havana",
    "America/Scoresbysund",
)


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("UTC", "2025-07-20T12:00:00", "2025-07-21T00:00:00"),
        ("Europe/Berlin", "2025-07-20T21:59:59", "2025-07-20T22:00:00"),
        ("Europe/Berlin", "2025-07-20T22:00:00", "2025-07-21T22:00:00"),
        ("Asia/Kolkata", "2025-07-20T12:00:00", "2025-07-20T18:30:00"),
        ("America/New_York", "2025-01-05T12:00:00", "2025-01-06T05:00:00"),
        ("Europe/Berlin", "2025-03-29T23:30:00", "2025-03-30T22:00:00"),  # a day of 23 hours
        ("Europe/Berlin", "2025-10-25T22:30:00", "2025-10-26T23:00:00"),  # a day of 25 hours
        ("Africa/Cairo", "2025-04-24T12:00:00", "2025-04-24T22:00:00"),  # begins at 01:00
        ("America/Havana", "2025-11-02T04:30:00", "2025-11-03T05:00:00"),  # 00:30 comes twice
        ("America/Havana", "2025-11-02T03:30:00", "2025-11-02T04:00:00"),
        ("Pacific/Apia", "2011-12-29T12:00:00", "2011-12-30T10:00:00"),  # no 30th of December
    ],
)
def test_a_day_is_over_at_midnight_of_the_zone(zone: str, now: str, midnight: str):
    assert iso(next_midnight(at(now), ZoneInfo(zone))) == f"{midnight}.000Z"


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001
    st.sampled_from(ZONES),
)
def test_midnight_is_the_first_moment_of_a_later_day(moment: datetime, name: str):
    zone = ZoneInfo(name)
    now = moment.replace(tzinfo=UTC).timestamp()
    midnight = next_midnight(now, zone)
    today = datetime.fromtimestamp(now, zone).date()
    assert midnight > now
    assert datetime.fromtimestamp(midnight, zone).date() == today + timedelta(days=1)
    assert datetime.fromtimestamp(midnight - 1, zone).date() == today


def test_totals_turn_to_zero_at_midnight_and_running_sessions_stay_active():
    #   21:59 ann, bob         22:00 UTC = midnight in Berlin: tick
    #   |----------------------|--------- both active, nothing counted today
    line = Timeline(zone=ZoneInfo("Europe/Berlin"))
    before, midnight = at("2025-07-20T21:59:00"), at("2025-07-20T22:00:00")
    line.event(before, country="India", metadata={"device": "mobile", "referrer": "a.org"})
    line.event(before, session_id="bob")
    line.tick(midnight - 0.001)
    assert query.stats(line.model).total_today == 2

    line.tick(midnight)
    summary = query.summary(line.model, Filter(), midnight, dashboards=0, totals=NOTHING_SENT)
    assert (summary.total_today, summary.total_events, summary.pages_visited) == (0, 0, {})
    assert (summary.countries, summary.devices, summary.referrers) == ({}, {}, {})
    assert summary.total_active == 2
    assert len(summary.recent_events) == 2
    assert query.figures(line.model, Filter(country="India")).total_today == 0


def test_midnight_is_told_by_stats_update():
    line = Timeline()
    midnight = at("2025-07-21")
    line.event(midnight - 1)
    assert line.analytics.due(midnight - 0.001) is False
    assert line.analytics.due(midnight) is True
    line.tick(midnight)
    [update] = line.said("stats_update")
    assert update["stats"] == {
        "totalActive": 1,
        "totalToday": 0,
        "pagesVisited": {},
        "visitorsLastMinute": 1,
    }


def test_a_session_over_midnight_is_a_visitor_of_the_new_day_with_its_next_event():
    line = Timeline()
    midnight = at("2025-07-21")
    line.event(midnight - 1, page="/a")
    line.event(midnight, page="/b")
    stats = query.stats(line.model)
    assert (stats.total_active, stats.total_today, line.model.day.pages.named()) == (
        1,
        1,
        {"/b": 1},
    )
    assert line.model.day.counter("countries").total == 0, "no visit began today"
    assert query.session(line.model, "ann", midnight).journey == ("/a", "/b")


def test_an_event_id_is_known_until_midnight():
    #   23:00 x   23:59:59 x again   00:00 x: another day, another event
    line = Timeline()
    midnight = at("2025-07-21")
    first = event(id="x")
    line.record(midnight - 3600, first)
    again = line.record(midnight - 1, first)
    assert again.duplicates == {0: midnight - 3600}
    new = line.record(midnight, first)
    assert new.duplicates == {}
    assert query.stats(line.model).total_today == 1


def test_a_duplicate_changes_nothing():
    line = Timeline()
    first = event(id="x")
    line.record(NOON, first)
    said = len(line.messages)
    before = query.summary(line.model, Filter(), NOON, dashboards=0, totals=NOTHING_SENT)
    line.record(NOON, first, event(id="x", session_id="bob"))
    assert query.summary(line.model, Filter(), NOON, dashboards=0, totals=NOTHING_SENT) == before
    assert len(line.messages) == said


def test_visitors_of_a_country_are_not_known_beyond_the_countries_that_are_kept():
    day = Day(NOON, UTC, names=100)
    for number in range(COUNTRIES_KEPT + 1):
        day.add_visitor(f"s{number}", f"country {number}")
    assert day.visitors_from("country 0") == 1
    assert day.visitors_from(f"country {COUNTRIES_KEPT}") is None
    assert day.visitors.count == COUNTRIES_KEPT + 1


def test_a_tick_at_the_full_minute_begins_a_new_one():
    #   00:30 ann      01:00 tick: the first minute is over, though nobody has left the last sixty
    line = Timeline()
    line.event(NOON + 30)
    line.tick(NOON + 60)
    assert line.model.minutes.counts() == [0] * 8 + [1, 0]
    assert query.stats(line.model).visitors_last_minute == 1
