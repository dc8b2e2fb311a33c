"""Applies journal records to the model: the only code that changes the numbers."""

from collections.abc import Iterable
from sys import intern

from msgspec.structs import replace

from state.alerts import Rule, Rules
from state.applied import Applied, Outcome
from state.counting.distinct import fingerprint
from state.counting.recent import Received
from state.event import UNKNOWN, Event, EventType, Logout, Reset, Tick
from state.journal.base import Record
from state.model import CountingOptions, Model
from state.query import stats
from state.sessions.activity_queue import Activity
from state.sessions.session import EndReason, Session
from state.sizes import long_text_bytes
from state.wire import messages as wire
from state.wire.messages import Content, Message
from state.wire.types import EventShape, iso

PAGEVIEW, SESSION_END = EventType.PAGEVIEW, EventType.SESSION_END


class Analytics:
    """State as a pure function of the journal: the same records give the same model and messages.

    Synchronous and without a clock: time is ``record.at``, and never runs backwards. While
    ``has_audience`` is False messages are numbered but not made. ``meaning`` is the fingerprint of
    options and rules: with others the same records give other numbers."""

    def __init__(self, options: CountingOptions, rules: Iterable[Rule]) -> None:
        rules = tuple(rules)
        self.meaning = fingerprint(f"{options.as_text()} {rules}")
        self.model = Model(options)
        self.rules = Rules(rules)
        self.has_audience = True
        self._messages: list[Message] = []
        self._idle_until = 0.0
        self._rises = self._falls = 0.0

    def replace_model(self, model: Model, rested: list[tuple[int, float]] | None = None) -> None:
        """Continue with the numbers of another model, and with the rule states ``rested``. The
        object ``self.model`` stays the same: others hold it."""
        vars(self.model).update(vars(model))
        self.rules.start_again()
        if rested is not None:
            self.rules.load(rested)
        self._idle_until = self._rises = self._falls = 0.0

    def apply(self, record: Record) -> Applied:
        """Advance time to ``record.at``, then apply the record's entries in order."""
        model = self.model
        self._messages = []
        outcomes: list[Outcome] = []
        now = model.now
        if record.at > now:
            model.now = now = record.at
        has_news = now >= self._idle_until and self._advance(now)
        for entry in record.what:
            if isinstance(entry, Event):
                outcome = self._apply_event(entry, now)
                outcomes.append(outcome)
                has_news = has_news and outcome.duplicate
            elif isinstance(entry, Tick):
                model.last_events.drop_expired(now)
            elif isinstance(entry, Reset):
                self._reset(entry, now)
                has_news = False
            elif isinstance(entry, Logout):
                model.log_out(entry)
        if has_news:
            self._emit(wire.StatsUpdate(stats(model)))
        model.version += 1
        return Applied(self._messages, outcomes)

    def due(self, now: float) -> bool:
        """True when a tick at ``now`` would change something."""
        due_at = self.model.due_at()
        return due_at is not None and now >= due_at

    def prune(self) -> None:
        """Drop queue entries that later activity made stale. No answer changes; ``due`` looks at
        fewer entries afterwards."""
        self.model.sessions.prune()

    def _advance(self, now: float) -> bool:
        """Let time pass: midnight, falling counts, expiries, and the rules that depend on them.
        Returns True if a number that viewers know changed."""
        model = self.model
        day, sessions = model.day, model.sessions
        active, today = len(sessions.running), day.visitors.count
        in_last_minute = sessions.last_minute.inside
        if now >= day.ends_at:
            model.begin_day()
            model.event_ids.clear()
            self._falls = 0.0
        for session in model.advance(now):
            self._end(session, now, "timeout")
        self._idle_until = model.idle_until
        self._falls -= sessions.expired
        if self._falls <= 0 or self._rises <= 0:
            self._check_rules(now)
        return (
            active != len(sessions.running)
            or in_last_minute != sessions.last_minute.inside
            or today != model.day.visitors.count
        )

    def _apply_event(self, event: Event, now: float) -> Outcome:
        model = self.model
        known_at = model.event_ids.add(event.id, now)
        if known_at is not None:
            return Outcome(event.id, known_at, duplicate=True)
        session = self._count(event, now)
        if self.has_audience:
            update = wire.VisitorUpdate(EventShape.of(event, now), stats(model))
            self._emit(update, about=event)
        else:
            model.seq += 1
        if session is not None:
            self._emit_activity(session)
        self._rises -= 1
        if self._rises <= 0:
            self._check_rules(now)
        return Outcome(event.id, now)

    def _count(self, event: Event, now: float) -> Session | None:
        """Count an event: in the day, in its session, in the windows. Returns its session; None for
        a ``session_end`` without one."""
        model = self.model
        country, page = event.country or UNKNOWN, event.page
        session = model.sessions.running.get(event.session_id)
        if session is None:
            session, seen_at = self._begin(event, now)
            is_new_place = True
        else:
            seen_at = session.last_activity_at
            is_new_place = seen_at < model.minutes.begins_at or not session.is_at(page, country)
        self._count_in_day(event, session, country)
        has_session = session.ended_at is None
        if has_session:
            page = self._add_to_session(event, session, now)
        activity = Activity(now, session.last_seq, session, session.counted_in, page)
        if is_new_place:
            model.minutes.add(activity, seen_at)
        model.sessions.add_activity(activity, seen_at)
        model.last_events.add(activity)
        model.recent.add(Received(event, now, model.seq + 1))
        if not model.filters.is_empty:
            model.filters.add(activity, is_pageview=event.type is PAGEVIEW)
            if has_session and session.ended_at is not None:
                model.filters.end(session)
        return session if has_session else None

    def _begin(self, event: Event, now: float) -> tuple[Session, float]:
        """Begin a session. For a ``session_end`` it is a mark that stands for the event in the
        windows, and has ended already. Returns the session, and when its id was last seen."""
        model, session_id = self.model, event.session_id
        if event.type is SESSION_END:
            mark = Session(session_id, now, now, now, last_seq=model.seq, ended_at=now)
            mark.long_bytes = long_text_bytes(session_id) + long_text_bytes(event.page)
            return mark, model.sessions.add(mark)
        own_at = event.own_at(now)
        session = Session(session_id, own_at, own_at, now, first_seq=model.seq + 1)
        session.long_bytes = long_text_bytes(session_id)
        session.bytes += session.long_bytes
        model.day.add_visit(event)
        seen_at = model.sessions.add(session)
        if model.sessions.are_too_many:
            self._make_room(now)
        return session, seen_at

    def _count_in_day(self, event: Event, session: Session, country: str) -> None:
        """Count the event and its page, and the visitor once a session and country."""
        day = self.model.day
        if session.counted_on != day.number or session.counted_in != country:
            country = intern(country)
            day.add_visitor(session.id, country)
            session.counted_on, session.counted_in = day.number, country
        day.events += 1
        if event.page is not None and event.type is PAGEVIEW:
            day.pages.add(event.page)

    def _add_to_session(self, event: Event, session: Session, now: float) -> str | None:
        """Add the event to its session, which a ``session_end`` ends. Returns the event's page."""
        model = self.model
        sessions = model.sessions
        own_at = now if event.timestamp is None else event.own_at(now)
        before = session.bytes
        page = session.add(event, now, own_at, model.seq, model.options.session_bytes)
        sessions.bytes += session.bytes - before
        if sessions.bytes > sessions.most_bytes:
            self._make_room(now)
        if event.type is SESSION_END:
            sessions.end(session, now, "session_end")
        return page

    def _make_room(self, now: float) -> None:
        """Forget ended sessions, then end those with the oldest activity, until the rest fits."""
        sessions = self.model.sessions
        sessions.forget_for_room()
        while (surplus := sessions.skip_to_surplus()) is not None:
            self._end(surplus, now, "timeout")
            sessions.forget_for_room()

    def _end(self, session: Session, now: float, reason: EndReason) -> None:
        self.model.sessions.end(session, now, reason)
        self.model.filters.end(session)
        self._rises = 0.0
        self._emit_activity(session)

    def _check_rules(self, now: float) -> None:
        """Raise the alerts that are due. ``_rises`` and ``_falls`` of facts are left until the next
        check."""
        model = self.model
        facts = model.facts()
        self._rises, self._falls = self.rules.slack(facts)
        if self._rises > 0 and self._falls > 0:
            return
        for alert in self.rules.check(facts, now):
            model.alerts.append(alert)
            self._emit(wire.AlertShape.of(alert))
        self._rises, self._falls = self.rules.slack(facts)
        self._idle_until = min(self._idle_until, self.rules.resting_until(now))

    def _reset(self, reset: Reset, now: float) -> None:
        self.model.clear()
        self.rules.start_again()
        self._rises = self._falls = 0.0
        self._emit(wire.StatsReset(iso(now), reset.by))

    def _emit_activity(self, session: Session) -> None:
        """The message holds a copy: later events of the same record may change the session."""
        if self.has_audience:
            self._emit(wire.SessionActivity.of(session), about=replace(session))
        else:
            self.model.seq += 1

    def _emit(self, data: Content, about: Event | Session | None = None) -> None:
        self.model.seq += 1
        if self.has_audience:
            self._messages.append(Message(data, self.model.seq, about))
