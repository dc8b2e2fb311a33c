"""The wire, word for word: which keys a message has, how times are written, who gets a seq."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state import query
from state.alerts import standard_rules
from state.filtering.filter import Filter
from state.hub.snapshots import snapshot
from state.wire import messages
from state.wire.messages import Message, encode
from state.wire.types import EventShape, iso
from tests.support import NOON, NOTHING_SENT, Timeline, at, event, wire

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def keys(names: str) -> set[str]:
    return set(names.split())


STATS = keys("totalActive totalToday pagesVisited visitorsLastMinute")
EVENT = keys("id type name page sessionId timestamp receivedAt country metadata")
ACTIVITY = keys(
    "sessionId currentPage journey duration country state startedAt lastActivityAt journeyTruncated"
)
SESSION = ACTIVITY | keys("device referrer pageviews events")


def plain(value: Any) -> Any:
    return messages.msgspec.json.decode(encode(value))


@pytest.fixture
def line() -> Timeline:
    """One of each message that the journal brings forth."""
    line = Timeline(*standard_rules(spike_threshold=1, cooldown_s=0, milestones=()))
    line.event(NOON, metadata={"device": "mobile", "x": [1, {"y": None}]})
    line.event(NOON + 1, "session_end", page=None)
    line.tick(NOON + 61)
    line.reset(NOON + 62)
    return line


def test_each_message_is_an_object_of_type_data_and_seq(line: Timeline):
    assert {m["type"] for m in line.messages} == keys(
        "visitor_update session_activity alert stats_update stats_reset"
    )
    assert all(set(message) == {"type", "data", "seq"} for message in line.messages)


def test_seq_counts_one_by_one_from_one_through_a_reset(line: Timeline):
    line.event(NOON + 70)
    assert [m["seq"] for m in line.messages] == list(range(1, len(line.messages) + 1))
    assert snapshot(line.model, NOON, dashboards=0, epoch="e").seq == len(line.messages)


def test_messages_that_are_not_of_the_journal_carry_no_seq():
    assert "seq" not in wire(Message(messages.UserDisconnected(1)))


def test_visitor_update_is_the_normalised_event_and_four_numbers(line: Timeline):
    update = line.said("visitor_update")[0]
    assert set(update) == {"event", "stats"}
    assert set(update["event"]) == EVENT
    assert set(update["stats"]) == STATS
    assert update["event"]["metadata"] == {"device": "mobile", "x": [1, {"y": None}]}


def test_no_field_of_an_event_is_ever_null(line: Timeline):
    bare = line.said("visitor_update")[1]["event"]
    assert (bare["page"], bare["name"], bare["country"]) == ("", "", "Unknown")
    assert bare["metadata"] == {}
    assert None not in bare.values()


def test_the_id_of_an_event_is_its_event_id():
    assert EventShape.of(event(id="mine"), NOON).id == "mine"


def test_session_activity_has_the_fields_of_the_contract(line: Timeline):
    active, ended = line.said("session_activity")
    assert (set(active), set(ended)) == (ACTIVITY, ACTIVITY | {"endReason"})
    assert (active["state"], active["journey"], active["duration"]) == ("active", ["/"], 0)


def test_alert_has_level_message_and_details(line: Timeline):
    alert = line.said("alert")[0]
    assert {"level", "message", "details"} <= set(alert)
    assert alert["level"] in ("info", "warning", "milestone")
    assert alert["details"]["visitorsLastMinute"] == 1


def test_stats_update_is_the_four_numbers(line: Timeline):
    [update] = line.said("stats_update")
    assert set(update) == {"stats"}
    assert set(update["stats"]) == STATS


def test_stats_reset_tells_when_and_by_whom(line: Timeline):
    assert line.said("stats_reset") == [{"at": "2025-07-20T12:01:02.000Z", "by": "test"}]


def test_times_are_utc_with_milliseconds_and_z(line: Timeline):
    update, activity = line.said("visitor_update")[0], line.said("session_activity")[0]
    times = [
        update["event"]["timestamp"],
        update["event"]["receivedAt"],
        activity["startedAt"],
        activity["lastActivityAt"],
    ]
    assert all(TIME.fullmatch(time) for time in times)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1752921000.123, "2025-07-19T10:30:00.123Z"),
        (1752921000.9999, "2025-07-19T10:30:01.000Z"),
        (-0.001, "1969-12-31T23:59:59.999Z"),
        (at("0001-01-01"), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_iso_writes_epoch_seconds(seconds: float, text: str):
    assert iso(seconds) == text


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_iso_is_exact_to_the_millisecond(millis: int):
    read = datetime.fromisoformat(iso(millis / 1000))
    since = read - datetime(1970, 1, 1, tzinfo=UTC)
    assert (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000 == millis


def test_snapshot_has_the_fields_of_initial_data(line: Timeline):
    line.event(NOON + 70)
    first = plain(snapshot(line.model, NOON, dashboards=2, epoch="e"))
    assert set(first) == keys("stats sessions recentEvents totalDashboards epoch seq")
    assert (first["totalDashboards"], first["epoch"]) == (2, "e")
    assert (set(first["stats"]), set(first["sessions"][0])) == (STATS, SESSION)
    assert set(first["recentEvents"][0]) == EVENT
    again = plain(snapshot(line.model, NOON, dashboards=2, epoch="e", recovered=False))
    assert again["recovered"] is False


def test_summary_is_flat_and_has_the_fields_of_the_contract(line: Timeline):
    summary = plain(query.summary(line.model, Filter(), NOON, dashboards=0, totals=NOTHING_SENT))
    assert set(summary) == keys(
        "totalActive totalToday totalEvents pagesVisited countries devices referrers"
        " visitorsLastMinute visitorsPerMinute totalDashboards recentEvents asOf"
        " received accepted duplicates rejected"
    )


def test_a_page_of_sessions_and_one_session_have_the_fields_of_the_contract(line: Timeline):
    line.event(NOON + 70)
    page = plain(query.sessions(line.model, Filter(), NOON))
    assert set(page) == {"count", "sessions", "nextCursor"}
    assert set(page["sessions"][0]) == SESSION
    one = plain(query.session(line.model, "ann", NOON))
    assert set(one) == SESSION | {"steps"}
    assert set(one["steps"][0]) == {"type", "page", "name", "at"}


def test_detailed_stats_have_the_fields_of_the_contract(line: Timeline):
    answer = plain(query.detailed(line.model, Filter(country="India"), NOON))
    assert set(answer) == {"filter", "stats", "filtered", *answer["filtered"]}
    assert all(answer[key] == value for key, value in answer["filtered"].items()), "flat, too"
    assert answer["filter"] == {"country": "India", "page": None}
    assert set(answer["stats"]) == STATS
    assert set(answer["filtered"]) >= keys(
        "totalActive totalToday pagesVisited visitorsPerMinute sessions events"
    )


def test_a_batch_is_one_frame_of_the_messages_as_they_are():
    frames = [encode(Message(messages.UserDisconnected(n))) for n in (1, 2)]
    batch = messages.msgspec.json.decode(messages.batch(frames))
    assert batch == {
        "type": "batch",
        "messages": [{"type": "user_disconnected", "data": {"totalDashboards": n}} for n in (1, 2)],
    }


def test_an_error_says_what_it_is_for():
    problem = wire(Message(messages.Problem("unknown_type", "No.", "dance")))
    assert problem["data"] == {"code": "unknown_type", "message": "No.", "for": "dance"}
