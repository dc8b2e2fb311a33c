"""All numbers in one place: written by ``analytics`` alone, read by ``query``."""

from collections import deque
from datetime import tzinfo
from sys import intern

from msgspec import Struct

from state.alert_rules.rule import AlertRule
from state.alerts import Alert, Facts
from state.changes.newcomers import Newcomers
from state.changes.tops import PeopleTops
from state.counting.bots import BotCounter
from state.counting.day import Day
from state.counting.event_ids import EventIds
from state.counting.recent import RecentEvents
from state.counting.windows import LastMinute, MinuteRing
from state.event import Event, Logout
from state.filtering.active import ActiveFilters
from state.sessions.departures import Departure, Departures
from state.sessions.ended import FOUND_AFTER_END_S
from state.sessions.expiry.activity_queue import MINUTE_S, NEVER
from state.sessions.expiry.leaving import Ending, in_order
from state.sessions.labels import with_visitor
from state.sessions.people import NO_PAGE
from state.sessions.session import EndReason, Session
from state.sessions.store import SessionStore
from state.usual.history import PeopleHistory
from state.watching.watches import Watches

LAST_EVENTS_KEPT = 600_000
LEAVE_GRACE_S = 5.0
MIB = 2**20
ALERTS_KEPT = 50
LOGOUTS_KEPT = 10_000


class CountingOptions(Struct, frozen=True):
    """The settings that the numbers depend on. Durations in seconds, sizes in bytes."""

    zone: tzinfo
    session_timeout_s: float = 300.0
    idle_after_s: float = 60.0
    spike_window_s: float = 60.0
    ended_kept_s: float = FOUND_AFTER_END_S
    leave_grace_s: float = LEAVE_GRACE_S
    goals: tuple[str, ...] = ()
    max_sessions: int = 250_000
    max_names: int = 100_000
    max_event_ids: int = 1_000_000
    sessions_bytes: int = 512 * MIB
    session_bytes: int = 384 * 1024
    recent_bytes: int = 32 * MIB
    windows_bytes: int = 64 * MIB
    names_bytes: int = 64 * MIB
    visitors_bytes: int = 128 * MIB
    event_ids_bytes: int = 288 * MIB
    alert_rules: tuple[AlertRule, ...] = ()

    def as_text(self) -> str:
        """The text that stands for these options in checkpoints and epochs. It has the class's
        first name, and a later option only where it was changed, so that older epochs fit."""
        text = repr(self).replace(type(self).__name__, "Limits", 1)
        for later in (f", leave_grace_s={LEAVE_GRACE_S!r}", ", goals=()"):
            text = text.replace(later, "")
        return text


class Model:
    """The numbers as of ``now``, the time of the latest journal record. ``raised`` are the alerts
    that started or ended since their taker has emptied it."""

    def __init__(self, options: CountingOptions) -> None:
        self.options = options
        self._shortest_s = min(options.session_timeout_s, options.spike_window_s, MINUTE_S)
        self.now = 0.0
        self.seq = 0
        self.activities = 0
        self.version = 0
        self.day_number = 0
        self.event_ids = EventIds(options.max_event_ids, options.event_ids_bytes)
        self.logouts: dict[str, float] = {}
        self.filters = ActiveFilters()
        self.raised: deque[Alert] = deque(maxlen=ALERTS_KEPT)
        self.watches = Watches(options.alert_rules, PeopleHistory(0.0), options.zone)
        self.clear()

    def clear(self) -> None:
        """Start at zero. Time, seq, activities, version, event ids, ended logins and the rules of
        alerts about the usual continue; what was counted before has a seq up to ``cleared_seq``."""
        self.cleared_seq = self.seq
        self.filters.clear()
        self.idle_until = 0.0
        options = self.options
        self.sessions = SessionStore(
            timeout_s=options.session_timeout_s,
            most=options.max_sessions,
            most_bytes=options.sessions_bytes,
            session_bytes=options.session_bytes,
            spike_window_s=options.spike_window_s,
            ended_kept_s=options.ended_kept_s,
            leave_grace_s=options.leave_grace_s,
        )
        self.bots = BotCounter()
        self.begin_day()
        half = options.windows_bytes // 2
        self.minutes = MinuteRing(most_bytes=half)
        self.last_events = LastMinute(MINUTE_S, LAST_EVENTS_KEPT, half)
        self.recent = RecentEvents(options.recent_bytes)
        self.departures = Departures()
        self.alerts: deque[Alert] = deque(maxlen=ALERTS_KEPT)
        self.people = PeopleHistory(self.now)
        self.tops = PeopleTops()
        self.newcomers = Newcomers()
        self.watches = Watches(self.watches.rules, self.people, options.zone)

    def begin_day(self) -> None:
        self.day_number += 1
        self.bots.begin_day()
        options = self.options
        self.day = Day(
            self.now,
            options.zone,
            names=options.max_names,
            number=self.day_number,
            names_bytes=options.names_bytes,
            visitors_bytes=options.visitors_bytes,
            goals=options.goals,
        )

    def count_visitor(self, session: Session, country: str) -> str:
        """Count a session's visitor in the day, once a country. Returns the interned country."""
        day, country = self.day, intern(country)
        is_new = day.add_visitor(session.id, country)
        session.counted_on = day.number
        if session.events == 0 and session.ended_at is None:
            session.labels = with_visitor(session.labels, is_new)
        return country

    def end(self, session: Session, reason: EndReason, at: float) -> None:
        """End a session, which is over since ``at``. Its exit counts on the day of that time. The
        next message is about it."""
        self.sessions.end(session, self.now, reason, at)
        if reason == "left":
            self.departures.add(Departure(self.seq + 1, at, session.place))
        if at >= self.day.begun_at:
            self.day.exits.add(session.current_page or NO_PAGE)

    def begin(self, event: Event, now: float) -> tuple[Session, float]:
        """Begin a session, or continue one that was left lately. Returns it, and when its id was
        last seen, as ``SessionStore.add`` does."""
        ended = self.sessions.find_resumable(event.session_id, now)
        if ended is not None and ended.end_reason == "left":
            return self.resume(ended, now)
        session = Session.begin(event, now, self.activities)
        return session, self.sessions.add(session)

    def resume(self, ended: Session, now: float) -> tuple[Session, float]:
        """Continue an ended session as the same visit."""
        if (ended.ended_at or 0.0) >= self.day.begun_at:
            self.day.exits.remove(ended.current_page or NO_PAGE)
        session, seen_at = self.sessions.resume(ended)
        self.filters.resume(session, now)
        return session, seen_at

    def log_out(self, logout: Logout) -> None:
        """Remember an ended login until it would have expired."""
        now = self.now
        self.logouts = {login: until for login, until in self.logouts.items() if until > now}
        self.logouts[logout.login] = logout.until
        if len(self.logouts) > LOGOUTS_KEPT:
            del self.logouts[next(iter(self.logouts))]

    def facts(self) -> Facts:
        """The numbers that alert rules look at."""
        return Facts(
            visitors_in_window=self.sessions.spike_window.inside,
            visitors_last_minute=self.sessions.last_minute.inside,
            visitors_today=self.day.visitors.count,
        )

    def advance(self, now: float) -> list[Ending]:
        """Expire what is too old at ``now``. Returns the sessions that are over, in order. Before
        ``idle_until`` another call changes nothing and no day ends, whatever is counted meanwhile:
        a new event stays for the shortest window at least."""
        sessions, people = self.sessions, self.people
        if now >= self.tops.next_at:
            self.tops.advance(now, sessions.people)
            latest = self.tops.latest
            self.newcomers.note(latest.at, latest.tops["sources"].counts)
        timeout_s = sessions.timeout_s
        over = [Ending(s, s.last_activity_at + timeout_s, "timeout") for s in sessions.advance(now)]
        if now >= sessions.leaving.due_at:
            over = in_order(over, sessions.leaving.pop_due(now))
        if now >= people.next_at:  # no minute ends before
            self.minutes.advance(now)
            ends = [ending.at for ending in over]
            self.watches.new = people.advance(now, self.activities, len(sessions), ends)
        idle_until = now + self._shortest_s
        for due_at in (
            sessions.idle_until,
            sessions.leaving.due_at,
            people.next_at,
            self.day.ends_at,
        ):
            if due_at < idle_until:
                idle_until = due_at
        self.idle_until = idle_until
        return over

    def due_at(self) -> float | None:
        """When time alone next changes a number; None if it can't."""
        dues = (
            self.sessions.due_at(),
            self.last_events.due_at(self.now),
            self.minutes.due_at(),
            self.day.ends_at if self.bots.today else self.day.due_at(),
            self.people.due_at(len(self.sessions)),
            self.bots.due_at,
        )
        due = min(due for due in dues if due is not None)
        return None if due == NEVER else due
