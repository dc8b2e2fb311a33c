"""When a visitor has left, and for how long a visit lasted."""

from state import query
from state.analytics import Analytics
from state.checkpoint import dump, restore
from state.event import Event, EventType, Reset, Tick
from state.filtering.filter import Filter
from state.journal.base import Record
from state.wire.messages import Message, SessionActivity
from tests.state.histories import analytics
from tests.support import NOON, NOTHING_SENT
from ui.viewmodel.rows import feed_rows


def send(
    house: Analytics, at: float, kind: str, tab: str | None = None, **more: int
) -> list[Message]:
    """One event of ann at so many seconds after noon. Returns the messages."""
    page = None if kind in ("heartbeat", "leave") else "/"
    event_id = "" if page is None else f"{kind} {at}"
    event = Event(event_id, EventType(kind), "ann", page, tab=tab, **more)
    return house.apply(Record(1, NOON + at, (event,))).messages


def tick(house: Analytics, at: float) -> list[Message]:
    return house.apply(Record(1, NOON + at, (Tick(),))).messages


def told(messages: list[Message]) -> list[SessionActivity]:
    return [each.data for each in messages if isinstance(each.data, SessionActivity)]


def active(house: Analytics) -> int:
    return len(house.model.sessions)


def test_who_closes_the_last_tab_is_gone_after_the_grace():
    """0 pageview · 3 leave · 7.999 still here · 8 gone"""
    house = analytics()
    send(house, 0, "pageview", "one")
    assert told(send(house, 3, "leave", "one")) == []
    tick(house, 7.999)
    assert active(house) == 1
    assert house.due(NOON + 7.999) is False
    assert house.due(NOON + 8) is True
    [left] = told(tick(house, 8))
    assert (left.state, left.end_reason, left.duration) == ("ended", "left", 3)
    assert active(house) == 0


def test_two_tabs_stay_until_both_are_closed():
    house = analytics()
    send(house, 0, "pageview", "one")
    send(house, 1, "heartbeat", "two")
    send(house, 2, "leave", "one")
    tick(house, 20)
    assert active(house) == 1
    send(house, 21, "leave", "two")
    tick(house, 26)
    assert active(house) == 0


def test_a_reload_within_the_grace_is_no_new_visit():
    house = analytics()
    send(house, 0, "pageview", "one")
    send(house, 3, "leave", "one")
    send(house, 4, "pageview", "two")
    tick(house, 60)
    assert active(house) == 1
    assert house.model.day.counter("entries").total == 1


def test_who_comes_back_after_leaving_goes_on_with_the_visit():
    """0 pageview · 1 leave · 6 gone · 40 pageview"""
    house = analytics()
    send(house, 0, "pageview", "one")
    send(house, 1, "leave", "one")
    tick(house, 6)
    assert house.model.day.counter("exits").total == 1
    [again] = told(send(house, 40, "pageview", "two"))
    assert (again.state, again.started_at) == ("active", "2025-07-20T12:00:00.000Z")
    assert house.model.day.counter("exits").total == 0
    assert house.model.day.counter("entries").total == 1
    assert query.session(house.model, "ann", NOON + 40).pageviews == 2


def test_a_heartbeat_begins_no_session_but_continues_one_that_timed_out_lately():
    """0 heartbeat · 1 event · 301 timed out · 600.9 the timeout after that is nearly over"""
    house = analytics()
    send(house, 0, "heartbeat", "one")
    assert active(house) == 0
    send(house, 1, "pageview", "one")
    tick(house, 301)
    assert active(house) == 0
    [again] = told(send(house, 600.9, "heartbeat", "one"))
    assert again.state == "active"
    assert active(house) == 1
    tick(house, 900.9)
    assert told(send(house, 1_200.9, "heartbeat", "one")) == []
    assert active(house) == 0


def test_heartbeats_keep_a_reader_active_for_twenty_minutes():
    house = analytics()
    send(house, 0, "pageview", "one")
    for at in range(30, 1_201, 30):
        send(house, at, "heartbeat", "one")
    [session] = query.sessions(house.model, Filter(), NOON + 1_201).sessions
    assert (session.state, session.events, session.duration) == ("active", 1, 1_200)
    summary = query.summary(house.model, Filter(), NOON + 1_201, dashboards=0, totals=NOTHING_SENT)
    assert (summary.total_events, summary.signals, summary.visitors_last_minute) == (1, 40, 1)
    assert query.events_per_minute(house.model) == 0


def test_a_session_that_never_named_a_tab_ends_by_timeout_alone():
    house = analytics()
    send(house, 0, "pageview")
    send(house, 1, "leave", "one")
    send(house, 2, "leave")
    tick(house, 299.9)
    assert active(house) == 1
    [over] = told(tick(house, 300))
    assert over.end_reason == "timeout"


def test_engagement_adds_up_by_session_and_is_the_mean_of_leaves_by_page():
    house = analytics()
    send(house, 0, "pageview", "one")
    [first] = told(send(house, 20, "heartbeat", "one", engaged_ms=4_000))
    assert first.engaged_seconds == 4
    assert told(send(house, 29.9, "heartbeat", "one", engaged_ms=3_000)) == []
    [second] = told(send(house, 30, "leave", "one", engaged_ms=1_500))
    assert second.engaged_seconds == 8
    send(house, 31, "leave", "one")
    send(house, 32, "pageview", "two")
    send(house, 33, "leave", "two", engaged_ms=1_500)
    summary = query.summary(house.model, Filter(), NOON + 33, dashboards=0, totals=NOTHING_SENT)
    assert summary.engaged_seconds == {"/": 5}


def test_who_has_left_is_in_the_feed_of_the_page_between_the_events():
    house, later = analytics(), analytics()
    send(house, 0, "pageview", "one")
    send(house, 1, "leave", "one")
    tick(house, 7)
    send(house, 400, "pageview")
    rows = feed_rows(house.model, Filter(), 50)
    assert [(row["type"], row["page"], row["at"] - NOON) for row in rows] == [
        ("pageview", "/", 400),
        ("session_end", "/", 6),
        ("pageview", "/", 0),
    ]
    assert [row["n"] for row in rows] == sorted((row["n"] for row in rows), reverse=True)
    assert feed_rows(house.model, Filter(page="/elsewhere"), 50) == []
    assert len(feed_rows(house.model, Filter(), 2)) == 2
    restore(later, list(dump(house)))
    assert feed_rows(later.model, Filter(), 50) == rows
    house.apply(Record(1, NOON + 500, (Reset("test"),)))
    assert feed_rows(house.model, Filter(), 50) == []


def test_an_end_by_time_is_not_in_the_feed():
    house = analytics()
    send(house, 0, "pageview")
    tick(house, 400)
    assert active(house) == 0
    assert [row["type"] for row in feed_rows(house.model, Filter(), 50)] == ["pageview"]
