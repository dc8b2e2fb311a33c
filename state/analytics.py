"""The only thing that changes numbers: one record of the journal after the other."""

from collections.abc import Iterable
from sys import intern

from msgspec import Struct
from msgspec.structs import replace

from state.alerts import Rule, Rules
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


class Outcome(Struct, frozen=True, gc=False):
    """What became of an event: counted at ``received_at``, or known since then already."""

    event_id: str
    received_at: float
    duplicate: bool = False


class Applied(Struct, gc=False):
    """What a record brought forth: messages for viewers, and an outcome for each of its events."""

    messages: list[Message]
    outcomes: list[Outcome]


class Analytics:
    """State as a pure function of the journal: the same records give the same state and messages.

    Plain and synchronous, without a clock: time is ``record.at``, and it never runs backwards.
    While ``has_audience`` is False no client can ask for the messages: they are only numbered.
    ``meaning`` stands for limits and rules: under others the same records mean other numbers."""

    def __init__(self, options: CountingOptions, rules: Iterable[Rule]) -> None:
        rules = tuple(rules)
        self.meaning = fingerprint(f"{_as_written(options)} {rules}")
        self.model = Model(options)
        self.rules = Rules(rules)
        self.has_audience = True
        self._messages: list[Message] = []
        self._idle_until = 0.0
        self._slack = 0.0

    def replace_model(self, model: Model, rested: list[tuple[int, float]] | None = None) -> None:
        """Go on with these numbers, at once, and with what the rules have behind them. Whoever
        holds our model finds them there."""
        vars(self.model).update(vars(model))
        self.rules.start_again()
        if rested is not None:
            self.rules.load(rested)
        self._idle_until = self._slack = 0.0

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
        fewer entries. Call it before."""
        self.model.visits.prune()

    def _advance(self, now: float) -> bool:
        """Let time pass: midnight, falling numbers, expiries, and the rules that look at them.
        True if that changed a number that viewers know."""
        model = self.model
        day, visits = model.day, model.visits
        active, today = len(visits.running), day.visitors.count
        in_last_minute = visits.last_minute.inside
        if now >= day.ends_at:
            model.begin_day()
            model.event_ids.clear()
        for session in model.advance(now):
            self._end(session, now, "timeout")
        self._idle_until = model.idle_until
        self._check_rules(now)
        return (
            active != len(visits.running)
            or in_last_minute != visits.last_minute.inside
            or today != model.day.visitors.count
        )

    def _take(self, event: Event, now: float) -> Outcome:
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
            self._tell_of(session)
        self._slack -= 1
        if self._slack <= 0:
            self._check_rules(now)
        return Outcome(event.id, now)

    def _count(self, event: Event, now: float) -> Session | None:
        """Count the event, and add it to its visit, which it may begin or end. A ``session_end``
        without a running visit belongs to none. A visitor is looked up among those of the day once
        a visit, and a place among those of the minute once a stay."""
        model = self.model
        day, visits, last_seq = model.day, model.visits, model.seq
        page, country = event.page, event.country or UNKNOWN
        session = visits.running.get(event.session_id)
        stayed = False
        if session is None:
            session, seen_at = self._begin(event, now)
        else:
            seen_at, step = session.last_activity_at, session.last_step
            stayed = step is not None and step.page == page and session.counted_in == country
        if session.counted_on != day.number or session.counted_in != country:
            country = intern(country)
            day.add_visitor(session.id, country)
            session.counted_on, session.counted_in = day.number, country
        day.events += 1
        if page is not None and event.type is PAGEVIEW:
            day.pages.add(page)
        is_visit = session.ended_at is None
        if is_visit:
            own_at = now if event.timestamp is None else event.own_at(now)
            before = session.bytes
            page = session.add(event, now, own_at, last_seq, model.options.session_bytes)
            visits.bytes += session.bytes - before
            if visits.bytes > visits.most_bytes:
                self._make_room(now)
            if event.type is SESSION_END:
                visits.end(session, now, "session_end")
        entry = Activity(now, session.last_seq, session, session.counted_in, page)
        if not stayed or seen_at < model.minutes.begins_at:
            model.minutes.add(entry, seen_at)
        visits.add_activity(entry, seen_at)
        model.last_events.add(entry)
        if not model.filters.is_empty:
            model.filters.add(entry, is_pageview=event.type is PAGEVIEW)
            if is_visit and session.ended_at is not None:
                model.filters.end(session)
        model.recent.add(Received(event, now, model.seq + 1))
        return session if is_visit else None

    def _make_room(self, now: float) -> None:
        """What has ended is forgotten, then who was quiet longest leaves, until the rest fits."""
        visits = self.model.visits
        visits.forget_for_room()
        while (surplus := visits.skip_to_surplus()) is not None:
            self._end(surplus, now, "timeout")
            visits.forget_for_room()

    def _begin(self, event: Event, now: float) -> tuple[Session, float]:
        """A visit that begins, or a mark that stands for an event that belongs to none and has
        ended already; and when its id was last seen."""
        model, session_id = self.model, event.session_id
        if event.type is SESSION_END:
            mark = Session(session_id, now, now, now, last_seq=model.seq, ended_at=now)
            mark.long_bytes = long_text_bytes(session_id) + long_text_bytes(event.page)
            return mark, model.visits.begin(mark)
        own_at = event.own_at(now)
        session = Session(session_id, own_at, own_at, now, first_seq=model.seq + 1)
        session.long_bytes = long_text_bytes(session_id)
        session.bytes += session.long_bytes
        model.day.add_visit(event)
        seen_at = model.visits.begin(session)
        if model.visits.are_too_many:
            self._make_room(now)
        return session, seen_at

    def _end(self, session: Session, now: float, reason: EndReason) -> None:
        self.model.visits.end(session, now, reason)
        self.model.filters.end(session)
        self._slack = 0.0
        self._tell_of(session)

    def _check_rules(self, now: float) -> None:
        """Raise the alerts that are due. ``_slack`` is the number of events until the next check
        that time alone doesn't make necessary."""
        model = self.model
        facts = model.facts()
        self._slack = self.rules.slack(facts)
        if self._slack > 0:
            return
        for alert in self.rules.check(facts, now):
            model.alerts.append(alert)
            self._emit(wire.AlertShape.of(alert))
        self._slack = self.rules.slack(facts)
        self._idle_until = min(self._idle_until, self.rules.resting_until(now))

    def _reset(self, reset: Reset, now: float) -> None:
        self.model.clear()
        self.rules.start_again()
        self._slack = 0.0
        self._emit(wire.StatsReset(iso(now), reset.by))

    def _tell_of(self, session: Session) -> None:
        """The session is kept as it is now: later events of the same record may change it."""
        if self.has_audience:
            self._emit(wire.SessionActivity.of(session), about=replace(session))
        else:
            self.model.seq += 1

    def _emit(self, data: Content, about: Event | Session | None = None) -> None:
        self.model.seq += 1
        if self.has_audience:
            self._messages.append(Message(data, self.model.seq, about))


def _as_written(options: CountingOptions) -> str:
    """Returns the text that checkpoints and epochs were named by when the class was ``Limits``."""
    return repr(options).replace(type(options).__name__, "Limits", 1)
