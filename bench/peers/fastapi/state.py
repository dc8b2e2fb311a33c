"""The state in memory: sessions, the counts of today, the last minute."""

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any, NamedTuple
from uuid import uuid4

from bench.peers.fastapi.event import Event, EventType

SESSION_TIMEOUT_S = 300.0
LAST_MINUTE_S = 60.0
FUTURE_S = 300.0
MAX_EVENT_IDS = 1_000_000
JOURNEY_SHOWN = 50
SHOWN = 50
UNKNOWN = "Unknown"

Message = dict[str, Any]


class Accepted(NamedTuple):
    """The response to an event, and the messages for the dashboards."""

    id: str
    received_at: str
    messages: list[Message]
    duplicate: bool = False


@dataclass(slots=True)
class Session:
    id: str
    started_at: float
    latest_at: float
    last_activity_at: float
    country: str = UNKNOWN
    current_page: str | None = None
    journey: deque[str] = field(default_factory=lambda: deque(maxlen=JOURNEY_SHOWN))
    truncated: bool = False
    end_reason: str | None = None

    def view(self, page: str) -> None:
        if not self.journey or self.journey[-1] != page:
            self.truncated = self.truncated or len(self.journey) == JOURNEY_SHOWN
            self.journey.append(page)

    def as_message(self) -> Message:
        message: Message = {
            "sessionId": self.id,
            "currentPage": self.current_page,
            "journey": list(self.journey),
            "duration": int(self.latest_at - self.started_at),
            "country": self.country,
            "state": "ended" if self.end_reason else "active",
            "startedAt": iso(self.started_at),
            "lastActivityAt": iso(self.last_activity_at),
            "journeyTruncated": self.truncated,
        }
        return message | {"endReason": self.end_reason} if self.end_reason else message


class State:
    def __init__(self) -> None:
        self.sessions: OrderedDict[str, Session] = OrderedDict()
        self.event_ids: OrderedDict[str, float] = OrderedDict()
        self.last_minute: OrderedDict[str, float] = OrderedDict()
        self.recent: deque[Message] = deque(maxlen=SHOWN)
        self.seq = self.received = self.accepted = self.duplicates = 0
        self.rejected: Counter[str] = Counter()
        self._begin_day(time())

    def reject(self, code: str) -> None:
        self.received += 1
        self.rejected[code] += 1

    def accept(self, event: Event) -> Accepted:
        """Count an event. A duplicate makes no messages of its own."""
        now = time()
        messages = self.advance(now)
        self.received += 1
        event_id = event.event_id or uuid4().hex
        known_at = self.event_ids.get(event_id)
        if known_at is not None:
            self.duplicates += 1
            return Accepted(event_id, iso(known_at), messages, duplicate=True)
        self.accepted += 1
        self._remember(event_id, now)
        at = event.timestamp.timestamp() if event.timestamp else now
        at = now if at > now + FUTURE_S else at
        session = self._apply(event, at, now)
        self._count(event, now)
        shown = self._event_message(event, event_id, at, now)
        self.recent.appendleft(shown)
        messages.append(self._message("visitor_update", {"event": shown, "stats": self.stats()}))
        if session is not None:
            messages.append(self._message("session_activity", session.as_message()))
        return Accepted(event_id, shown["receivedAt"], messages)

    def advance(self, now: float | None = None) -> list[Message]:
        """Let time pass. Returns the messages about sessions that have timed out."""
        now = time() if now is None else now
        messages = []
        if now >= self.day_ends:
            self._begin_day(now)
        while self.last_minute and next(iter(self.last_minute.values())) <= now - LAST_MINUTE_S:
            self.last_minute.popitem(last=False)
        while self.sessions:
            first = next(iter(self.sessions.values()))
            if first.last_activity_at > now - SESSION_TIMEOUT_S:
                break
            del self.sessions[first.id]
            first.end_reason = "timeout"
            messages.append(self._message("session_activity", first.as_message()))
        return messages

    def stats(self) -> Message:
        return {
            "totalActive": len(self.sessions),
            "totalToday": len(self.visitors),
            "pagesVisited": top_counts(self.pages),
            "visitorsLastMinute": len(self.last_minute),
        }

    def summary(self, dashboards: int) -> Message:
        return self.stats() | {
            "totalEvents": self.events,
            "countries": top_counts(self.countries),
            "devices": top_counts(self.devices),
            "referrers": top_counts(self.referrers),
            "totalDashboards": dashboards,
            "recentEvents": list(self.recent),
            "received": self.received,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
        }

    def initial_data(self, dashboards: int) -> Message:
        newest = list(reversed(self.sessions.values()))[:100]
        data = {
            "stats": self.stats(),
            "sessions": [each.as_message() for each in newest],
            "recentEvents": list(self.recent),
            "totalDashboards": dashboards,
            "seq": self.seq,
        }
        return {"type": "initial_data", "data": data}

    def _begin_day(self, now: float) -> None:
        midnight = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0)
        self.day_ends = (midnight + timedelta(days=1)).timestamp()
        self.visitors: set[str] = set()
        self.events = 0
        self.pages: Counter[str] = Counter()
        self.countries: Counter[str] = Counter()
        self.devices: Counter[str] = Counter()
        self.referrers: Counter[str] = Counter()
        self.event_ids.clear()

    def _remember(self, event_id: str, now: float) -> None:
        self.event_ids[event_id] = now
        if len(self.event_ids) > MAX_EVENT_IDS:
            self.event_ids.popitem(last=False)

    def _apply(self, event: Event, at: float, now: float) -> Session | None:
        ends = event.type is EventType.SESSION_END
        session = self.sessions.get(event.session_id)
        if session is None:
            if ends:
                return None
            session = self.sessions[event.session_id] = Session(event.session_id, at, at, now)
            self._count_session(event)
        session.country = event.country or session.country
        session.started_at = min(session.started_at, at)
        session.latest_at = max(session.latest_at, at)
        session.last_activity_at = now
        session.current_page = event.page or session.current_page
        if event.type is EventType.PAGEVIEW and event.page:
            session.view(event.page)
        if ends:
            del self.sessions[session.id]
            session.end_reason = "session_end"
        else:
            self.sessions.move_to_end(session.id)
        return session

    def _count_session(self, event: Event) -> None:
        metadata = event.metadata or {}
        self.countries[event.country or UNKNOWN] += 1
        self.devices[metadata.get("device") or UNKNOWN] += 1
        self.referrers[metadata.get("referrer") or UNKNOWN] += 1

    def _count(self, event: Event, now: float) -> None:
        self.events += 1
        self.visitors.add(event.session_id)
        if event.type is EventType.PAGEVIEW and event.page:
            self.pages[event.page] += 1
        self.last_minute[event.session_id] = now
        self.last_minute.move_to_end(event.session_id)

    def _event_message(self, event: Event, event_id: str, at: float, now: float) -> Message:
        return {
            "id": event_id,
            "type": event.type,
            "name": event.name or "",
            "page": event.page or "",
            "sessionId": event.session_id,
            "timestamp": iso(at),
            "receivedAt": iso(now),
            "country": event.country or UNKNOWN,
            "metadata": event.metadata or {},
        }

    def _message(self, kind: str, data: Message) -> Message:
        self.seq += 1
        return {"type": kind, "data": data, "seq": self.seq}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def top_counts(counts: Counter[str]) -> dict[str, int]:
    """Return the largest 50 counts by name, and the sum of the others."""
    if len(counts) <= SHOWN:
        return dict(counts)
    shown = dict(counts.most_common(SHOWN))
    return shown | {"(other)": counts.total() - sum(shown.values())}
