"""The only thing that changes numbers: one record of the journal after the other."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from msgspec import Struct

from state import messages as wire
from state.alerts import Rule, Watches
from state.event import UNKNOWN, Event, EventType, Reset
from state.journal.base import Record
from state.messages import Message
from state.model import Limits, Model, Received
from state.query import stats
from state.session import EndReason, Session
from state.shapes import EventShape, iso
from state.windows import Place


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

    Plain and synchronous, without a clock: time is ``record.at``, and it never runs backwards.
    While ``is_heard`` is False nobody can ask for the messages: they are numbered, and not made."""

    def __init__(self, limits: Limits, rules: Iterable[Rule]) -> None:
        self.model = Model(limits)
        self.is_heard = True
        self._watches = Watches(rules)
        self._messages: list[Message] = []
        self._idle_until = 0.0

    def apply(self, record: Record) -> Applied:
        """Advance time to the record's, then take in its entries in order."""
        model = self.model
        self._messages = []
        outcomes: list[Outcome] = []
        now = model.now
        if record.at > now:
            model.now = now = record.at
        has_news = now >= self._idle_until and self._advance(now)
        for entry in record.what:
            if isinstance(entry, Event):
                outcome = self._take(entry, now)
                outcomes.append(outcome)
                has_news = has_news and outcome.duplicate
            elif isinstance(entry, Reset):
                self._reset(entry, now)
                has_news = False
        if has_news:
            self._say("stats_update", wire.StatsUpdate(stats(model)))
        model.version += 1
        return Applied(self._messages, outcomes)

    def due(self, now: float) -> bool:
        """True when a tick at ``now`` would change something."""
        due_at = self.model.due_at()
        return due_at is not None and now >= due_at

    def _advance(self, now: float) -> bool:
        """Let time pass: midnight, falling numbers, expiries, and the rules that look at them.
        True if that changed a number that viewers know."""
        model = self.model
        before = self._figures()
        if now >= model.day.ends_at:
            model.begin_day()
            model.event_ids.clear()
        model.advance(now)
        model.visits.forget(now)
        while (session := model.visits.expired(now)) is not None:
            self._end(session, now, "timeout")
        self._idle_until = model.idle_until()
        self._check_rules(now)
        return before != self._figures()

    def _take(self, event: Event, now: float) -> Outcome:
        model = self.model
        known_at = model.event_ids.add(event.id, now)
        if known_at is not None:
            return Outcome(event.id, known_at, duplicate=True)
        session = self._visit(event, now)
        self._count(event, now, session)
        if self.is_heard:
            update = wire.VisitorUpdate(EventShape.of(event, now), stats(model))
            self._say("visitor_update", update, about=event)
        else:
            model.seq += 1
        if session is not None:
            self._tell_of(session)
        self._check_rules(now)
        return Outcome(event.id, now)

    def _visit(self, event: Event, now: float) -> Session | None:
        """Add the event to its visit, which it may begin or end. A ``session_end`` without a
        running visit belongs to none."""
        visits = self.model.visits
        ends = event.type is EventType.SESSION_END
        session = visits.running(event.session_id)
        own_at = now if event.timestamp is None else event.own_at(now)
        if session is None:
            if ends:
                return None
            session = Session(event.session_id, own_at, own_at, now, begun=self.model.seq + 1)
            self.model.day.add_visit(event)
        session.add(event, now, own_at, touched=self.model.seq)
        if ends:
            visits.end(session, now, "session_end")
            return session
        surplus = visits.touch(session)
        if surplus is not None:
            self._end(surplus, now, "timeout")
        return session

    def _count(self, event: Event, now: float, session: Session | None) -> None:
        """A visitor is looked up among those of the day once a visit, and not for each event."""
        model = self.model
        day, session_id, page = model.day, event.session_id, event.page
        country = event.country or UNKNOWN
        place: Place = (country, page)
        day.events += 1
        if session is None:
            day.add_visitor(session_id, country)
        elif session.counted_on != day.number or session.counted_in != country:
            day.add_visitor(session_id, country)
            session.counted_on, session.counted_in = day.number, country
        if page is not None and event.type is EventType.PAGEVIEW:
            day.pages.add(page)
        model.minutes.add(session_id, place, now)
        model.last_minute.add(session_id, now)
        if model.spike_window is not model.last_minute:
            model.spike_window.add(session_id, now)
        model.last_events.add(session_id, place, now)
        model.recent.append(Received(event, now, model.seq + 1))

    def _end(self, session: Session, now: float, reason: EndReason) -> None:
        self.model.visits.end(session, now, reason)
        self._tell_of(session)

    def _check_rules(self, now: float) -> None:
        model = self.model
        if self._watches.are_calm(len(model.spike_window.keys), model.day.visitors.count):
            return
        for alert in self._watches.check(model.facts(), now):
            model.alerts.append(alert)
            self._say("alert", wire.AlertShape.of(alert))
        self._idle_until = min(self._idle_until, self._watches.resting_until(now))

    def _reset(self, reset: Reset, now: float) -> None:
        self.model.clear()
        self._watches.start_again()
        self._say("stats_reset", wire.StatsReset(iso(now), reset.by))

    def _tell_of(self, session: Session) -> None:
        """The session is kept as it is now: later events of the same record may change it."""
        if self.is_heard:
            self._say("session_activity", wire.SessionActivity.of(session), about=copy(session))
        else:
            self.model.seq += 1

    def _say(self, kind: str, data: Any, about: Event | Session | None = None) -> None:
        self.model.seq += 1
        if self.is_heard:
            self._messages.append(Message(kind, data, self.model.seq, about))

    def _figures(self) -> tuple[int, int, int]:
        """The numbers that may change by time alone."""
        model = self.model
        return len(model.visits), model.day.visitors.count, len(model.last_minute.keys)
