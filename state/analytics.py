"""Applies journal records to the model: the only code that changes the numbers."""

from collections.abc import Iterable

from msgspec.structs import replace

from state.alerting.changes import apply_entry, raise_alert, usual_alerts
from state.alerts import Rule, Rules
from state.applied import Applied
from state.arriving.arrivals import Arrivals
from state.arriving.signals import apply_signal, note_tab
from state.counting.distinct import fingerprint
from state.counting.recent import Received
from state.event import UNKNOWN, Event, EventType, Reset, Tick
from state.journal.base import Record
from state.model import CountingOptions, Model
from state.query import stats
from state.sessions.expiry.activity_queue import Activity
from state.sessions.people import profile
from state.sessions.place import Place
from state.sessions.session import EndReason, Session
from state.wire import messages as wire
from state.wire.messages import Content, Message
from state.wire.types import EventShape, iso

PAGEVIEW, SESSION_END = EventType.PAGEVIEW, EventType.SESSION_END
HEARTBEAT, LEAVE = EventType.HEARTBEAT, EventType.LEAVE


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
        self._arrivals = Arrivals()
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
        model, events = self.model, 0
        self._messages = []
        duplicates: dict[int, float] = {}
        now = model.now
        if record.at > now:
            model.now = now = record.at
        has_news = now >= self._idle_until and self._advance(now)
        for entry in record.what:
            if isinstance(entry, Event):
                known_at = model.event_ids.add(entry.id, now) if entry.id else None
                if known_at is None:
                    has_more = self._apply_event(entry, now)
                    has_news = has_more or (has_news and entry.is_signal)
                else:
                    duplicates[events] = known_at
                events += 1
            elif isinstance(entry, Tick):
                model.last_events.drop_expired(now)
            elif isinstance(entry, Reset):
                self._reset(entry, now)
                has_news = False
            else:
                self._emit_all(apply_entry(model, entry, now))
        self._arrivals.enter(model, now)
        if has_news or now >= model.bots.due_at:
            model.bots.tell(now)
            self._emit(wire.StatsUpdate(stats(model)))
        model.version += 1
        return Applied(self._messages, now, events, duplicates)

    def due(self, now: float) -> bool:
        """True when a tick at ``now`` would change something."""
        due_at = self.model.due_at()
        return due_at is not None and now >= due_at

    def prune(self) -> None:
        """Drop stale queue entries, so that ``due`` looks at fewer. No answer changes."""
        self.model.sessions.prune()

    def _advance(self, now: float) -> bool:
        """Let time pass: midnight, falling counts, expiries, and the rules that depend on them.
        Returns True if a number that viewers know changed."""
        model = self.model
        day, sessions, minute = model.day, model.sessions, model.sessions.last_minute
        before = len(sessions.running), minute.inside, day.visitors.count
        if now >= day.ends_at:
            model.begin_day()
            model.event_ids.clear()
            self._falls = 0.0
        for session, ended_at, reason in model.advance(now):
            self._end(session, reason, now if reason == "timeout" else ended_at)
        self._idle_until = model.idle_until
        self._falls -= sessions.expired
        if self._falls <= 0 or self._rises <= 0:
            self._check_rules(now)
        if model.watches.new:
            self._emit_all(usual_alerts(model))
        return before != (len(sessions.running), minute.inside, model.day.visitors.count)

    def _apply_event(self, event: Event, now: float) -> bool:
        """Count a new event, and make its messages. Returns True if viewers should hear of other
        numbers."""
        model, kind = self.model, event.type
        if kind is HEARTBEAT or kind is LEAVE:
            return self._apply_signal(event, now)
        session, goals = self._count(event, now), model.day.goals
        if goals:
            goals.count(event)
        has_session = session.first_number > 0
        if self.has_audience:
            about = self._arrivals.received[-1]
            shape = EventShape.of(event, now, goals.of(event) if goals else None)
            self._emit(wire.VisitorUpdate(shape, stats(model)), about)
            if has_session:
                self._emit_activity(session)
        else:
            model.seq += 1 + has_session
        self._rises -= 1
        if self._rises <= 0:
            self._check_rules(now)
        return False

    def _apply_signal(self, signal: Event, now: float) -> bool:
        sessions = self.model.sessions
        session, has_news = apply_signal(self.model, self._arrivals, signal, now)
        if session is not None:
            self._emit_activity(session)
        if sessions.are_too_many:
            self._make_room(now)
        self._idle_until = min(self._idle_until, sessions.leaving.due_at)
        self._rises -= 1
        if self._rises <= 0:
            self._check_rules(now)
        return has_news

    def _count(self, event: Event, now: float) -> Session:
        """Count an event: day, session, windows. Returns its session, or the mark in its place."""
        model, page = self.model, event.page
        sessions = model.sessions
        model.activities = number = model.activities + 1
        session = sessions.running.get(event.session_id)
        if session is None:
            session, seen_at = self._begin(event, now, number)
        else:
            seen_at = session.last_activity_at
        place, country = session.place, event.country or UNKNOWN
        has_moved = place.country != country
        if has_moved or session.counted_on != model.day.number:
            country = model.count_visitor(session, country)
        if session.ended_at is None:
            page = sessions.add_event(session, event, now, number)
            if session.events == 1:
                model.day.add_visit(profile(session))
            if event.tab is not None or session.browsing is not None:
                note_tab(model, session, event.tab, now)
            if sessions.bytes > sessions.most_bytes:
                self._make_room(now)
            if event.type is SESSION_END:
                model.end(session, "session_end", now)
        if page is not None and event.type is PAGEVIEW:
            model.day.pages.add(page)
        if has_moved or place.page != page or place.labels is not session.labels:
            has_moved, session.place = True, Place(session.id, country, page, session.labels)
        activity = Activity(now, number, session, session.place)
        self._arrivals.add(model, activity, seen_at, event, has_moved)
        return session

    def _begin(self, event: Event, now: float, number: int) -> tuple[Session, float]:
        """Begin a session. For a ``session_end`` it is a mark that stands for the event in the
        windows, and has ended already. Returns the session, and when its id was last seen."""
        model = self.model
        if event.type is SESSION_END:
            mark = Session.mark(event, now, number)
            return mark, model.sessions.add(mark)
        session, seen_at = model.begin(event, now)
        if model.sessions.are_too_many:
            self._make_room(now)
        return session, seen_at

    def _make_room(self, now: float) -> None:
        """Forget ended sessions, then end those with the oldest activity, until the rest fits."""
        self._arrivals.enter(self.model, now)
        sessions = self.model.sessions
        sessions.forget_for_room()
        while (surplus := sessions.skip_to_surplus()) is not None:
            self._end(surplus, "timeout", now)
            sessions.forget_for_room()

    def _end(self, session: Session, reason: EndReason, at: float) -> None:
        """End a session, which is over since ``at``: when it was left, or now."""
        model = self.model
        model.end(session, reason, at)
        if reason == "timeout":
            at = min(at, session.last_activity_at + model.sessions.timeout_s)
        model.filters.end(session, at)
        self._emit_activity(session)

    def _check_rules(self, now: float) -> None:
        """Raise the alerts that are due. ``_rises`` and ``_falls`` of facts are left until the next
        check."""
        model = self.model
        facts = model.facts()
        self._rises, self._falls = self.rules.slack(facts)
        if self._rises > 0 and self._falls > 0:
            return
        self._emit_all(raise_alert(model, alert) for alert in self.rules.check(facts, now))
        self._rises, self._falls = self.rules.slack(facts)
        self._idle_until = min(self._idle_until, self.rules.resting_until(now))

    def _reset(self, reset: Reset, now: float) -> None:
        self._arrivals = Arrivals()
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

    def _emit_all(self, contents: Iterable[Content]) -> None:
        for content in contents:
            self._emit(content)

    def _emit(self, data: Content, about: Received | Session | None = None) -> None:
        self.model.seq += 1
        if self.has_audience:
            self._messages.append(Message(data, self.model.seq, about))
