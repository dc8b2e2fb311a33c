"""Everything that is known, in one place: written by analytics alone, read by query."""

from collections import deque
from datetime import tzinfo

from msgspec import Struct

from state.alerts import Alert, Facts
from state.counters import KnownIds
from state.day import Day
from state.event import Event
from state.visits import Visits
from state.windows import MINUTE_S, LastMinute, MinuteRing, SlidingDistinct

LAST_EVENTS_KEPT = 600_000
RECENT_KEPT = 5_000
ALERTS_KEPT = 50


class Limits(Struct, frozen=True):
    """The settings that the numbers depend on."""

    zone: tzinfo
    session_timeout_s: float = 300.0
    idle_after_s: float = 60.0
    spike_window_s: float = 60.0
    max_sessions: int = 250_000
    max_names: int = 100_000
    max_event_ids: int = 1_000_000


class Received(Struct, frozen=True, gc=False):
    """An accepted event, when it was received, and the seq of the message that told it."""

    event: Event
    at: float
    seq: int


class Model:
    """The numbers as of ``now``, the time of the latest journal record."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.now = 0.0
        self.seq = 0
        self.version = 0
        self.day_number = 0
        self.event_ids = KnownIds(limits.max_event_ids)
        self.clear()

    def clear(self) -> None:
        """Start at zero. Time, seq, version and the known event ids go on; ``cleared_seq`` tells
        what was counted before from what comes now."""
        self.cleared_seq = self.seq
        limits = self.limits
        self.visits = Visits(timeout_s=limits.session_timeout_s, most=limits.max_sessions)
        self.begin_day()
        self.minutes = MinuteRing()
        self.last_minute: SlidingDistinct[str] = SlidingDistinct(MINUTE_S)
        self.spike_window = self.last_minute
        if limits.spike_window_s != MINUTE_S:
            self.spike_window = SlidingDistinct(limits.spike_window_s)
        self.last_events = LastMinute(MINUTE_S, LAST_EVENTS_KEPT)
        self.windows = (self.minutes, self.last_minute, self.spike_window, self.last_events)
        self.recent: deque[Received] = deque(maxlen=RECENT_KEPT)
        self.alerts: deque[Alert] = deque(maxlen=ALERTS_KEPT)

    def begin_day(self) -> None:
        self.day_number += 1
        names = self.limits.max_names
        self.day = Day(self.now, self.limits.zone, names=names, number=self.day_number)

    def facts(self) -> Facts:
        return Facts(
            len(self.spike_window.keys), len(self.last_minute.keys), self.day.visitors.count
        )

    def advance(self, now: float) -> None:
        """Let go of what is too old by now, sessions aside."""
        for window in self.windows:
            if now >= window.idle_until:
                window.advance(now)

    def idle_until(self) -> float:
        """Until then neither ``advance`` nor the end of a session or day can change anything,
        whatever is counted meanwhile: what comes in now stays for the shortest window at least."""
        limits = self.limits
        return min(
            self.visits.idle_until,
            self.last_minute.idle_until,
            self.spike_window.idle_until,
            self.last_events.idle_until,
            (self.now // MINUTE_S + 1) * MINUTE_S,
            self.now + min(limits.session_timeout_s, limits.spike_window_s, MINUTE_S),
            self.day.ends_at,
        )

    def due_at(self) -> float | None:
        """When the passing of time alone changes something, or None if nothing can."""
        dues = (
            self.visits.due_at(),
            self.last_minute.due_at(),
            self.spike_window.due_at(),
            self.last_events.due_at(),
            self.minutes.due_at(),
            self.day.due_at(),
        )
        return min((due for due in dues if due is not None), default=None)
