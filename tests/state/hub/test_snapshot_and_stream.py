"""Snapshot + the messages since = a fresh snapshot, at every moment, for any history."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from state.analytics import Analytics
from state.event import Event
from state.hub.snapshots import snapshot
from state.query import EVENTS_SHOWN
from state.wire.messages import encode
from tests.state.histories import Step, analytics, records_of, starts, steps
from tests.support import NOON, Timeline, event, wire

OF_PAGES = ("currentPage", "journey", "journeyTruncated", "country")
OF_TIME = ("duration", "startedAt", "lastActivityAt")
"""Heartbeats change these, and viewers hear of them with the session's next message."""


class Viewer:
    """A dashboard that trusts its snapshot and the stream, and asks for nothing more."""

    def __init__(self, initial_data: dict[str, Any]) -> None:
        self.seq: int = initial_data["seq"]
        self.stats: dict[str, Any] = initial_data["stats"]
        self.events: list[dict[str, Any]] = initial_data["recentEvents"]
        self.sessions = {each["sessionId"]: each for each in initial_data["sessions"]}

    def hear(self, message: dict[str, Any]) -> None:
        assert message["seq"] == self.seq + 1, "a gap in the stream"
        self.seq += 1
        data = message["data"]
        match message["type"]:
            case "visitor_update":
                self.stats = data["stats"]
                self.events = [data["event"], *self.events][:EVENTS_SHOWN]
            case "session_activity" if data["state"] == "ended":
                del self.sessions[data["sessionId"]]
            case "session_activity":
                self.sessions[data["sessionId"]] = data
            case "stats_update":
                self.stats = data["stats"]
            case "stats_reset":
                self.stats = dict.fromkeys(self.stats, 0) | {"pagesVisited": {}}
                self.events, self.sessions = [], {}
            case other:
                assert other in ("alert", "alert_rules", "alert_acknowledged")

    def sees(self, of_a_session: tuple[str, ...] = OF_PAGES + OF_TIME) -> dict[str, Any]:
        sessions = {
            session_id: {key: session[key] for key in of_a_session}
            for session_id, session in self.sessions.items()
        }
        return vars(self) | {"sessions": sessions}


def fresh(of: Analytics) -> Viewer:
    """A viewer that has just come in."""
    now = of.model.now
    return Viewer(json.loads(encode(snapshot(of.model, now, dashboards=0, epoch="e"))))


@given(starts, steps, st.integers(0, 20), st.sampled_from([1_000, 2]))
def test_snapshot_and_the_messages_since_equal_a_fresh_snapshot(
    start: float, history: list[Step], came_after: int, max_sessions: int
):
    journal = records_of(start, history)
    house = analytics(max_sessions=max_sessions)
    for record in journal[:came_after]:
        house.apply(record)
    viewer = fresh(house)
    has_signals = any(isinstance(e, Event) and e.is_signal for r in journal for e in r.what)
    compared = OF_PAGES if has_signals else OF_PAGES + OF_TIME
    for record in journal[came_after:]:
        for message in house.apply(record).messages:
            viewer.hear(wire(message))
        assert viewer.sees(compared) == fresh(house).sees(compared)


def test_an_expiry_that_comes_to_light_with_a_duplicate_is_told():
    #   0 x         300 x again: nothing to count, but ann's time is over, and so is her minute
    line = Timeline()
    first = event(id="x")
    line.record(NOON, first)
    viewer = fresh(line.analytics)
    for message in line.record(NOON + 300, first).messages:
        viewer.hear(wire(message))
    assert viewer.sees() == fresh(line.analytics).sees()


def test_a_viewer_of_fifty_events_keeps_the_newest_fifty():
    line = Timeline()
    viewer = fresh(line.analytics)
    for number in range(60):
        for message in line.event(NOON + number, page=f"/{number}").messages:
            viewer.hear(wire(message))
    assert viewer.sees() == fresh(line.analytics).sees()
    assert viewer.events[0]["page"] == "/59"
