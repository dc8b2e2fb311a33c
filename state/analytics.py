"""The only thing that changes numbers: one record of the journal after the other."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from msgspec import Struct

from state import messages as wire
from state.alerts import Rule, Watch
from state.counters import Passing, Place
from state.day import Day
from state.event import UNKNOWN, Event, EventType, Reset
from state.journal.base import Record
from state.messages import Message
from state.model import Limits, Model, Received
from state.query import stats
from state.session import EndReason, Session
from state.shapes import EventShape, iso

TELLS_ALL = ("visitor_update", "stats_reset")
"""Messages after which a viewer knows the numbers."""


class Outcome(Struct, frozen=True):
    """What became of an event: counted at ``received_at``, or known since then already."""

    event_id: str
    received_at: float
    duplicate: bool = False


class Applied(Struct):
    """What a record brought forth: messages for viewers, and an outcome for each of its events."""

    messages: list[Message]
    outcomes: list[Outcome]


class Analytics:
    """State as a pure function of the journal: the same records give the same state and messages.

    Plain and synchronous, without a clock: time is ``record.at``, and it never runs backwards."""

    def __init__(self, limits: Limits, rules: Iterable[Rule]) -> None:
        self.model = Model(limits)
        self._watches = [Watch(rule) for rule in rules]
        self._messages: list[Message] = []

    def apply(self, record: Record) -> Applied:
        """Advance time to the record's, then take in its entries in order."""
        self._messages = []
        outcomes: list[Outcome] = []
        before = self._figures()
        self._advance(record.at)
        for entry in record.what:
            if isinstance(entry, Event):
                outcomes.append(self._take(entry))
            elif isinstance(entry, Reset):
                self._reset(entry)
        if self._figures() != before and not any(each.type in TELLS_ALL for each in self._messages):
            self._say("stats_update", wire.StatsUpdate(stats(self.model)))
        self.model.version += 1
        return Applied(self._messages, outcomes)

    def due(self, now: float) -> bool:
        """True when a tick at ``now`` would change something."""
        due_at = self.model.due_at()
        return due_at is not None and now >= due_at

    def _advance(self, at: float) -> None:
        """Let time pass: midnight, falling numbers, expiries, and the rules that look at them."""
        model = self.model
        model.now = now = max(model.now, at)
        if now >= model.day.ends_at:
            self._begin_day(now)
        model.minutes.advance(now)
        model.last_minute.advance(now)
        model.last_events.advance(now)
        model.spike_window.advance(now)
        model.visits.forget(now)
        while (session := model.visits.expired(now)) is not None:
            self._end(session, now, "timeout")
        self._check_rules(now)

    def _begin_day(self, now: float) -> None:
        model = self.model
        model.day = Day(now, model.limits.zone, names=model.limits.max_names)
        model.event_ids.clear()

    def _take(self, event: Event) -> Outcome:
        model = self.model
        now = model.now
        known_at = model.event_ids.find(event.id)
        if known_at is not None:
            return Outcome(event.id, known_at, duplicate=True)
        model.event_ids.add(event.id, now)
        session = self._visit(event, now)
        self._count(event, now)
        update = wire.VisitorUpdate(EventShape.of(event, now), stats(model))
        self._say("visitor_update", update, about=event)
        if session is not None:
            self._say("session_activity", wire.SessionActivity.of(session), about=session)
        self._check_rules(now)
        return Outcome(event.id, now)

    def _visit(self, event: Event, now: float) -> Session | None:
        """Add the event to its visit, which it may begin or end. A ``session_end`` without a
        running visit belongs to none."""
        visits = self.model.visits
        ends = event.type is EventType.SESSION_END
        session = visits.running(event.session_id)
        if session is None:
            if ends:
                return None
            own_at = event.own_at(now)
            session = Session(event.session_id, own_at, own_at, now, begun=self.model.seq + 1)
            self.model.day.add_visit(event)
        session.add(event, now, touched=self.model.seq)
        if ends:
            visits.end(session, now, "session_end")
            return session
        visits.touch(session)
        while (surplus := visits.surplus()) is not None:
            self._end(surplus, now, "timeout")
        return session

    def _count(self, event: Event, now: float) -> None:
        model = self.model
        place: Place = (event.country or UNKNOWN, event.page)
        model.day.add_event(event)
        if event.type is EventType.PAGEVIEW and event.page is not None:
            model.day.add_pageview(event.page)
        model.minutes.add(event.session_id, place, now)
        model.last_minute.add(event.session_id, now)
        model.last_events.add(Passing(now, event.session_id, place))
        model.spike_window.add(event.session_id, now)
        model.recent.append(Received(event, now, model.seq + 1))

    def _end(self, session: Session, now: float, reason: EndReason) -> None:
        self.model.visits.end(session, now, reason)
        self._say("session_activity", wire.SessionActivity.of(session), about=session)

    def _check_rules(self, now: float) -> None:
        facts = self.model.facts()
        for watch in self._watches:
            if (alert := watch.check(facts, now)) is not None:
                self.model.alerts.append(alert)
                self._say("alert", wire.AlertShape.of(alert))

    def _reset(self, reset: Reset) -> None:
        self.model.clear()
        for watch in self._watches:
            watch.start_again()
        self._say("stats_reset", wire.StatsReset(iso(self.model.now), reset.by))

    def _say(self, kind: str, data: Any, about: Event | Session | None = None) -> None:
        """A session is kept as it is now, since later events of the same record may change it."""
        self.model.seq += 1
        about = copy(about) if isinstance(about, Session) else about
        self._messages.append(Message(kind, data, self.model.seq, about))

    def _figures(self) -> tuple[int, int, int]:
        """The numbers that may change by time alone."""
        model = self.model
        return len(model.visits), len(model.day.visitors), len(model.last_minute)
