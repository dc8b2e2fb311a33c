"""When a visit begins and ends, and how long it was."""

import pytest

from state import query
from state.event import MAX_SKEW_S
from state.filtering.filter import EVERYTHING
from tests.support import NOON, NOTHING_SENT, Timeline, at, event


def durations(line: Timeline) -> list[int]:
    return [activity["duration"] for activity in line.said("session_activity")]


def test_session_ends_five_minutes_after_its_last_event():
    #   0 ann            299.999 tick        300 tick
    #   |----- active ---------|--------------X ended
    line = Timeline()
    line.event(NOON)
    line.tick(NOON + 299.999)
    assert query.stats(line.model).total_active == 1

    line.tick(NOON + 300)
    assert query.stats(line.model).total_active == 0
    end = line.said("session_activity")[-1]
    assert (end["state"], end["endReason"]) == ("ended", "timeout")


def test_each_event_starts_the_five_minutes_anew():
    #   0 ann      200 ann      499.9 tick    500 tick
    #   |----------|------------|-------------X
    line = Timeline()
    line.event(NOON)
    line.event(NOON + 200, "click")
    line.tick(NOON + 499.9)
    assert query.stats(line.model).total_active == 1
    line.tick(NOON + 500)
    assert query.stats(line.model).total_active == 0


def test_timeout_is_a_setting():
    line = Timeline(session_timeout_s=7)
    line.event(NOON)
    line.tick(NOON + 6.9)
    assert query.stats(line.model).total_active == 1
    line.tick(NOON + 7)
    assert query.stats(line.model).total_active == 0


def test_sessions_time_out_one_by_one_in_the_order_of_their_last_event():
    #   0 ann   10 bob   20 ann               310 tick      320 tick
    #   |-------|--------|--------------------X bob---------X ann
    line = Timeline()
    line.event(NOON, session_id="ann")
    line.event(NOON + 10, session_id="bob")
    line.event(NOON + 20, session_id="ann")
    line.tick(NOON + 310)
    assert query.session(line.model, "bob", NOON + 310).state == "ended"
    assert query.stats(line.model).total_active == 1
    line.tick(NOON + 320)
    assert query.stats(line.model).total_active == 0


def test_an_event_ends_the_sessions_whose_time_is_over_before_it_counts():
    #   0 ann                                300 ann again: a new visit, by the tick or without it
    line = Timeline()
    line.event(NOON, page="/old")
    line.event(NOON + 300, page="/new")
    ended, begun = line.said("session_activity")[1:]
    assert (ended["state"], ended["journey"]) == ("ended", ["/old"])
    assert (begun["state"], begun["journey"], begun["duration"]) == ("active", ["/new"], 0)


def test_session_end_ends_the_session_at_once():
    line = Timeline()
    line.event(NOON, page="/home")
    line.event(NOON + 5, "session_end", page="/bye")
    stats = line.said("visitor_update")[-1]["stats"]
    end = line.said("session_activity")[-1]
    assert stats["totalActive"] == 0
    assert (end["state"], end["endReason"]) == ("ended", "session_end")
    assert (end["currentPage"], end["journey"], end["duration"]) == ("/bye", ["/home"], 5)


def test_coming_back_after_the_end_is_a_new_visit_of_the_same_visitor():
    #   0 ann    5 ann leaves    9 ann comes back
    line = Timeline()
    line.event(NOON, page="/one", country="India")
    line.event(NOON + 5, "session_end")
    line.event(NOON + 9, page="/two", country="India")
    summary = query.summary(line.model, EVERYTHING, NOON + 9, dashboards=0, totals=NOTHING_SENT)
    assert (summary.total_active, summary.total_today) == (1, 1)
    assert summary.countries == {"India": 2}
    [session] = query.sessions(line.model, EVERYTHING, NOON + 9).sessions
    assert (session.journey, session.events, session.pageviews) == (("/two",), 1, 1)


def test_session_end_without_a_visit_counts_a_visitor_and_leaves_nobody_active():
    line = Timeline()
    line.event(NOON, "session_end", country="India")
    summary = query.summary(line.model, EVERYTHING, NOON, dashboards=0, totals=NOTHING_SENT)
    assert (summary.total_events, summary.total_today, summary.total_active) == (1, 1, 0)
    assert (summary.countries, summary.pages_visited) == ({}, {})
    assert summary.visitors_last_minute == 1
    assert [message["type"] for message in line.messages] == ["visitor_update"]
    assert query.session(line.model, "ann", NOON) is None


def test_the_five_samples_of_the_specification_last_30_then_45_then_300_seconds():
    #   received within one second in 2026, dated 10:30:00, 10:30:30, 10:30:45, 10:31:00, 10:35:00
    day, received = "2025-07-20T", at("2026-01-01T09:00:00")
    line = Timeline()
    samples = [
        event(page="/home", session_id="visitor-001", timestamp=at(f"{day}10:30:00")),
        event(page="/products", session_id="visitor-001", timestamp=at(f"{day}10:30:30")),
        event("click", page="/products", session_id="visitor-001", timestamp=at(f"{day}10:30:45")),
        event(page="/about", session_id="visitor-002", timestamp=at(f"{day}10:31:00")),
        event(
            "session_end",
            page="/products",
            session_id="visitor-001",
            timestamp=at(f"{day}10:35:00"),
        ),
    ]
    for index, sample in enumerate(samples):
        line.record(received + index / 10, sample)
    assert durations(line) == [0, 30, 45, 0, 300]
    end = line.said("session_activity")[-1]
    assert (end["journey"], end["state"]) == (["/home", "/products"], "ended")
    assert end["startedAt"] == "2025-07-20T10:30:00.000Z"
    assert end["lastActivityAt"] == "2026-01-01T09:00:00.400Z"
    assert line.said("visitor_update")[-1]["stats"]["totalActive"] == 1


def test_own_timestamps_may_come_in_any_order():
    #   own times: 60, 0, 100, 30   received: 0, 1, 2, 3
    line = Timeline()
    for received, own in enumerate((60, 0, 100, 30)):
        line.event(NOON + received, timestamp=NOON - 1000 + own)
    assert durations(line) == [0, 60, 100, 100]
    assert query.session(line.model, "ann", NOON).started_at == "2025-07-20T11:43:20.000Z"


@pytest.mark.parametrize(("seconds", "duration"), [(0.999, 0), (1.0, 1), (5.999, 5), (5.0, 5)])
def test_duration_is_floored_to_whole_seconds(seconds: float, duration: int):
    line = Timeline()
    for own in (5.3, 5.3 + seconds):
        line.event(NOON, timestamp=round(NOON + own - 100, 3))
    assert durations(line)[-1] == duration


def test_a_timestamp_far_in_the_future_is_replaced_and_marked():
    #   own time 5 minutes ahead: believed; a millisecond more: the receive time stands in for it
    line = Timeline()
    line.event(NOON, session_id="ann", timestamp=NOON + MAX_SKEW_S)
    line.event(NOON, session_id="bob", timestamp=NOON + MAX_SKEW_S + 0.001)
    ann, bob = (update["event"] for update in line.said("visitor_update"))
    assert (ann["timestamp"], "clockSkewed" in ann) == ("2025-07-20T12:05:00.000Z", False)
    assert (bob["timestamp"], bob["clockSkewed"]) == ("2025-07-20T12:00:00.000Z", True)
    assert query.session(line.model, "bob", NOON).started_at == "2025-07-20T12:00:00.000Z"


def test_an_event_without_timestamp_happened_when_it_was_received():
    line = Timeline()
    line.event(NOON)
    line.event(NOON + 42.5)
    assert line.said("visitor_update")[1]["event"]["timestamp"] == "2025-07-20T12:00:42.500Z"
    assert durations(line) == [0, 42]


def test_own_times_decide_nothing_about_now():
    #   dated years ago, received at 0: active until 300 by our clock, counted today
    line = Timeline()
    line.event(NOON, timestamp=at("2001-01-01"))
    stats = query.stats(line.model)
    assert (stats.total_active, stats.total_today, stats.visitors_last_minute) == (1, 1, 1)
    line.tick(NOON + 299)
    assert query.stats(line.model).total_active == 1


def test_time_never_runs_backwards():
    #   record 2 says it is earlier than record 1: time stands still, nobody expires late or early
    line = Timeline()
    line.event(NOON)
    line.event(NOON - 1000, session_id="bob")
    assert line.said("visitor_update")[1]["event"]["receivedAt"] == "2025-07-20T12:00:00.000Z"
    line.tick(NOON + 299)
    assert query.stats(line.model).total_active == 2


def test_a_session_is_idle_a_minute_after_its_last_event_and_nothing_is_sent():
    line = Timeline()
    line.event(NOON)
    said = len(line.messages)
    states = [query.session(line.model, "ann", NOON + s).state for s in (59.9, 60, 299)]
    assert states == ["active", "idle", "idle"]
    assert len(line.messages) == said


def test_a_session_keeps_its_last_non_missing_country_device_and_referrer():
    line = Timeline()
    line.event(NOON, country="India", metadata={"device": "mobile", "referrer": "a.org"})
    line.event(NOON + 1)
    line.event(NOON + 2, metadata={"device": "desktop", "referrer": ""})
    session = query.session(line.model, "ann", NOON + 2)
    assert (session.country, session.device, session.referrer) == ("India", "desktop", "a.org")


def test_current_page_is_the_page_of_the_latest_event_that_has_one():
    line = Timeline()
    line.event(NOON, page="/a")
    line.event(NOON + 1, "click", page="/b")
    line.event(NOON + 2, "custom", page=None, name="scroll")
    assert query.session(line.model, "ann", NOON + 2).current_page == "/b"
