"""Who is here, who was here of late, and in which order: whatever the settings of time."""

import gc
import random

import pytest

import state.model
from state import query
from state.event import Event, EventType
from state.filtering.filter import Filter
from state.sessions.expiry.activity_queue import STALE_KEPT, Activity, ActivityQueue
from state.sessions.expiry.activity_queues import SWEEP_EVERY, SWEEP_STEPS
from state.sessions.place import NOWHERE
from state.sessions.session import Session
from state.sessions.store import SessionStore
from tests.support import NOON, NOTHING_SENT, Timeline


def in_last_minute(line: Timeline) -> int:
    return query.stats(line.model).visitors_last_minute


def in_spike_window(line: Timeline) -> int:
    return line.model.facts().visitors_in_window


def minutes(line: Timeline) -> int | None:
    return line.model.minutes.counts()[-1]


def test_who_comes_back_within_the_minute_is_one_visitor_of_it():
    #   0 ann   10 ann ends   20 ann, a new visit   60, 70 nobody leaves   80 ann leaves
    line = Timeline()
    line.event(NOON)
    line.event(NOON + 10, "session_end")
    assert (in_last_minute(line), query.stats(line.model).total_active) == (1, 0)
    line.event(NOON + 20)
    assert (in_last_minute(line), minutes(line)) == (1, 1)
    told = []
    for second in (60, 70, 79.999, 80):
        line.tick(NOON + second)
        told.append(in_last_minute(line))
    assert told == [1, 1, 1, 0]
    assert query.stats(line.model).total_active == 1


def test_who_had_to_leave_for_others_is_a_visitor_of_the_minute_all_the_same():
    #   0 ann   1 bob, ann has to go   2 ann, bob has to go   61, 62 they leave the minute
    line = Timeline(max_sessions=1)
    for second, name in enumerate(("ann", "bob", "ann")):
        line.event(NOON + second, session_id=name)
    assert (query.stats(line.model).total_active, in_last_minute(line), minutes(line)) == (1, 2, 2)
    told = []
    for second in (60, 61, 62):
        line.tick(NOON + second)
        told.append(in_last_minute(line))
    assert told == [2, 1, 0]


def test_who_is_no_longer_kept_is_a_visitor_of_the_minute_and_takes_little_room():
    #   room for one that has ended: 0 ann   1 bob   2 ann again
    line = Timeline(max_sessions=1)
    for second, name in enumerate(("ann", "bob")):
        line.event(NOON + second, session_id=name)
        line.event(NOON + second, "session_end", session_id=name)
    assert query.session(line.model, "ann", NOON + 1) is None
    [bare] = [s for s in gone(line) if s.id == "ann"]
    assert (bare.journey, bare.steps, bare.older_views) == ((), (), None)
    line.event(NOON + 2, session_id="ann")
    assert (in_last_minute(line), minutes(line)) == (2, 2)


def gone(line: Timeline) -> list[Session]:
    """Whose latest event is in the minute, and who isn't there any more."""
    sessions = [entry.session for entry in line.model.sessions.last_minute.newest]
    return list({s.id: s for s in sessions if s.ended_at is not None}.values())


def test_ends_without_a_visit_are_one_visitor_until_a_minute_after_the_last():
    #   0 end   30 end   60 still there   90 left; nothing of it can be asked for
    line = Timeline()
    line.event(NOON, "session_end")
    line.event(NOON + 30, "session_end")
    assert (in_last_minute(line), minutes(line), line.model.day.events) == (1, 1, 2)
    assert query.session(line.model, "ann", NOON + 30) is None
    told = []
    for second in (60, 89.999, 90):
        line.tick(NOON + second)
        told.append(in_last_minute(line))
    assert told == [1, 1, 0]


def test_an_end_without_a_visit_leaves_the_visit_before_as_it_was():
    line = Timeline()
    line.event(NOON)
    line.event(NOON + 1, "session_end")
    before = query.session(line.model, "ann", NOON + 2)
    line.event(NOON + 2, "session_end")
    assert query.session(line.model, "ann", NOON + 2) == before
    line.event(NOON + 3)
    assert (in_last_minute(line), query.stats(line.model).total_active) == (1, 1)


def test_a_timeout_may_be_shorter_than_the_minute():
    #   0 ann   30 her visit is over   40 she is back   70 over again   100 she leaves the minute
    line = Timeline(session_timeout_s=30)
    line.event(NOON)
    told = []
    for second, come in ((29.9, 0), (30, 0), (40, 1), (60, 0), (70, 0), (99.9, 0), (100, 0)):
        if come:
            line.event(NOON + second)
        else:
            line.tick(NOON + second)
        told.append((query.stats(line.model).total_active, in_last_minute(line)))
    assert told == [(1, 1), (0, 1), (1, 1), (1, 1), (0, 1), (0, 1), (0, 0)]


@pytest.mark.parametrize("window_s", [10, 59, 61, 100, 299, 301, 3_600])
@pytest.mark.parametrize("timeout_s", [5, 60, 300])
def test_the_spike_window_has_its_own_length(window_s: float, timeout_s: float):
    #   0 ann, bob   4 bob ends   -> ann leaves at the window's length, bob four seconds later
    line = Timeline(spike_window_s=window_s, session_timeout_s=timeout_s)
    line.event(NOON)
    line.event(NOON, session_id="bob")
    line.event(NOON + 4, "session_end", session_id="bob")
    told = []
    for at in (window_s - 0.001, window_s, window_s + 3.999, window_s + 4):
        line.tick(NOON + at)
        told.append(in_spike_window(line))
    assert told == [2, 1, 1, 0]


def test_all_that_is_due_at_once_leaves_in_the_order_of_its_latest_activity():
    #   0 ann, bob, cem   10 ann   20 bob ends   1000 all is over
    line = Timeline(spike_window_s=500)
    for name in ("ann", "bob", "cem"):
        line.event(NOON, session_id=name)
    line.event(NOON + 10, session_id="ann")
    line.event(NOON + 20, "session_end", session_id="bob")
    line.tick(NOON + 1_000)
    ended = [a["sessionId"] for a in line.said("session_activity") if a["state"] == "ended"]
    assert ended == ["bob", "cem", "ann"]
    assert (in_last_minute(line), in_spike_window(line), len(line.model.sessions)) == (0, 0, 0)


def test_visitors_of_the_minute_are_exact_where_not_all_its_events_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(state.model, "LAST_EVENTS_KEPT", 2)
    line = Timeline()
    for second, name in enumerate(("ann", "bob", "cem", "ann")):
        line.event(NOON + second, session_id=name)
    wanted = Filter(country="Unknown")
    assert in_last_minute(line) == 3
    told = query.summary(line.model, wanted, NOON + 3, dashboards=0, totals=NOTHING_SENT)
    assert told.visitors_last_minute is None
    line.tick(NOON + 61)
    assert in_last_minute(line) == 2
    told = query.summary(line.model, wanted, NOON + 61, dashboards=0, totals=NOTHING_SENT)
    assert told.visitors_last_minute == 2


@pytest.mark.parametrize(("spike_s", "timeout_s"), [(60, 300), (1, 300), (100, 300), (60, 20)])
def test_stale_entries_are_swept_out_and_the_order_stays(spike_s: float, timeout_s: float):
    """Many events of few: without sweeping a line would hold each of them, and a page that asks
    for the newest 100 sessions would walk over all."""
    dice, line = random.Random(3), Timeline(spike_window_s=spike_s, session_timeout_s=timeout_s)
    order: dict[str, None] = {}
    for number in range(12_000):
        name = f"s{min(49, int(dice.expovariate(0.1)))}"
        order.pop(name, None)
        order[name] = None
        line.event(NOON + number * 0.001, session_id=name)
    active = [s.id for s in line.model.sessions.newest_first()]
    assert active == list(reversed(order))
    bound = 2 * 50 + STALE_KEPT + 2 * SWEEP_EVERY
    assert all(len(each) <= bound for each in line.model.sessions.queues.all)


def test_a_step_of_sweeping_goes_through_a_bounded_number_of_entries():
    line = ActivityQueue(60, keeps_ended=True)
    session = Session("ann", 0, 0, 0, latest_number=10_000)
    for number in range(10_001):
        latest_number = session.latest_number if number == 10_000 else number
        line.add(Activity(float(number), latest_number, session, NOWHERE))
    line.sweep(1, SWEEP_STEPS)
    assert len(line) == 10_001 - SWEEP_STEPS
    for _ in range(100):
        line.sweep(1, SWEEP_STEPS)
    assert len(line) <= 2 + STALE_KEPT
    assert list(line.active()) == [session]


def test_each_one_that_has_ended_is_passed_once_in_looking_for_the_surplus():
    """Two thousand visits that ended within the minute stand before the only one that may go."""
    line = Timeline(max_sessions=2)
    for number in range(2_000):
        line.event(NOON + number / 1_000, session_id=f"s{number}")
        line.event(NOON + number / 1_000, "session_end", session_id=f"s{number}")
    for name in ("ann", "bob", "cem", "dan"):
        line.event(NOON + 3, session_id=name)
    assert [s.id for s in line.model.sessions.newest_first()] == ["dan", "cem"]
    assert len(line.model.sessions.last_minute.newest) == 3
    assert in_last_minute(line) == 2_004
    line.tick(NOON + 61)
    assert in_last_minute(line) == 4 + 999


def test_the_collector_has_nothing_to_walk_in_lines():
    line = Timeline()
    line.event(NOON, page="/other")
    line.event(NOON)
    [_, entry] = line.model.sessions.last_minute.newest
    [minute] = line.model.minutes._minutes
    assert not any(gc.is_tracked(place) for place in minute.places)
    assert not gc.is_tracked(entry)
    assert not gc.is_tracked(entry.session)
    assert not gc.is_tracked(entry.session.last_step)


def test_visits_hold_nobody_twice():
    visits = SessionStore(timeout_s=300, most=10)
    session = Session("ann", 0, 0, 0, latest_number=1)
    assert visits.add(session) == float("-inf")
    visits.enter_windows(0.0, float("-inf"))
    visits.queues.extend([Activity(0.0, 1, session, NOWHERE)], len(visits.running))
    visits.end(session, 0.0, "session_end", 0.0)
    mark = Session("ann", 1, 1, 1, latest_number=2, ended_at=1)
    assert visits.add(mark) == 0
    visits.enter_windows(1.0, 0.0)
    visits.queues.extend([Activity(1.0, 2, mark, NOWHERE)], len(visits.running))
    assert (visits.last_minute.inside, len(visits), visits.find("ann", 1)) == (1, 0, session)
    assert visits.advance(60.5) == []
    assert visits.last_minute.inside == 1
    assert visits.advance(61) == []
    assert (visits.last_minute.inside, visits.due_at()) == (0, float("inf"))


def test_messages_keep_what_a_session_had_seen_when_they_were_made():
    """A filter is asked about it later, when those come back who missed the message."""
    line = Timeline()
    line.event(NOON, page="/first")
    for number in range(450):
        applied = line.event(NOON + 1, page=f"/{number}")
    [about] = [m.about for m in applied.messages if isinstance(m.about, Session)]
    assert isinstance(about, Session)
    assert about.viewed("/first")
    for number in range(450, 900):
        line.record(NOON + 2, Event(f"x{number}", EventType.PAGEVIEW, "ann", f"/{number}"))
    assert not about.viewed("/451")


def test_who_ends_again_and_again_is_kept_once_and_forgotten_in_order():
    """ann ends 5,000 times, then bob once; half an hour later both are forgotten."""
    visits = SessionStore(timeout_s=300.0, most=100)
    for number in range(5_000):
        session = Session("ann", NOON, NOON, NOON, latest_number=number)
        visits.add(session)
        visits.end(session, NOON, "session_end", NOON)
    last = session
    bob = Session("bob", NOON, NOON, NOON, latest_number=5_000)
    visits.add(bob)
    visits.end(bob, NOON + 1, "session_end", NOON + 1)
    assert visits.find("ann", NOON + 1) is last
    assert visits.find("bob", NOON + 1) is bob
    assert len(visits.ended._in_order) <= STALE_KEPT + 4
    visits.advance(NOON + 1_800)
    assert visits.ended.in_order() == [bob]
    visits.advance(NOON + 1_801)
    assert visits.ended.in_order() == []
