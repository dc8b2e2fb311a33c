"""One visit of a visitor: what it has seen, in which order, and for how long."""

from sys import intern
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from state.event import Event, EventType
from state.kept import Piece

JOURNEY_SHOWN = 50
STEPS_SHOWN = 200
OLDER_PAGES_KEPT = 1_000
PAGEVIEW = EventType.PAGEVIEW

EndReason = Literal["session_end", "timeout"]
SessionState = Literal["active", "idle", "ended"]


class Step(Struct, frozen=True, gc=False):
    """One event inside a visit; ``at`` is the event's own time. ``before`` is the step before it,
    as far as that is kept: so a new step costs the same whatever their number."""

    type: EventType
    page: str | None
    name: str | None
    element: str | None
    at: float
    before: "Step | None" = None


class Session(Struct, array_like=True, gc=False):
    """A visit. Times are epoch seconds: ``started_at`` and ``latest_at`` by the events' own clock,
    ``last_activity_at`` and ``ended_at`` by ours. ``begun`` and ``touched`` are the places of its
    first and latest event in the whole stream, so they order sessions without ties.
    ``counted_on`` and ``counted_in`` are the number of the day and the country among whose visitors
    it was counted last. ``knows_views`` is False once it forgot pages that it has viewed.

    Tuples of untracked parts and ``gc=False``: the collector has nothing to walk here, whatever the
    number of sessions (a walk over 1M tracked sessions stops the loop for 250 ms)."""

    id: str
    started_at: float
    latest_at: float
    last_activity_at: float
    begun: int = 0
    touched: int = 0
    country: str | None = None
    device: str | None = None
    referrer: str | None = None
    current_page: str | None = None
    journey: tuple[str, ...] = ()
    journey_truncated: bool = False
    pageviews: int = 0
    events: int = 0
    last_step: Step | None = None
    older_views: dict[str, int] | None = None
    knows_views: bool = True
    counted_on: int = 0
    counted_in: str = ""
    ended_at: float | None = None
    end_reason: EndReason | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The latest 200 and up to as many before them, oldest first."""
        steps = []
        step = self.last_step
        while step is not None:
            steps.append(step)
            step = step.before
        return tuple(reversed(steps))

    @property
    def latest_steps(self) -> tuple[Step, ...]:
        """The steps that are shown."""
        return self.steps[-STEPS_SHOWN:]

    @property
    def duration_s(self) -> int:
        """Largest minus smallest own time of the visit, in whole seconds. Times are whole
        milliseconds, so that is where they are compared: 10.3 - 5.3 is 5 and not 4.999…"""
        return round((self.latest_at - self.started_at) * 1000) // 1000

    def state(self, now: float, idle_after_s: float) -> SessionState:
        if self.ended_at is not None:
            return "ended"
        return "idle" if now - self.last_activity_at >= idle_after_s else "active"

    def views(self) -> dict[str, int]:
        """Pageviews of the whole visit per page."""
        views = dict(self.older_views or {})
        step = self.last_step
        while step is not None:
            page = step.page
            if step.type is PAGEVIEW and page is not None:
                views[page] = views.get(page, 0) + 1
            step = step.before
        return views

    def viewed(self, page: str) -> bool:
        if page in self.journey:
            return True
        if not self.journey_truncated:
            return False
        return page in self.views()

    def add(self, event: Event, received_at: float, own_at: float, touched: int) -> str | None:
        """Take one event of this visit in. ``received_at`` is the journal's time. Returns its page.
        Names that many visits share are kept once (``intern``); most events say the same again."""
        if own_at > self.latest_at:
            self.latest_at = own_at
        elif own_at < self.started_at:
            self.started_at = own_at
        self.last_activity_at = received_at
        self.touched = touched
        self.events = events = self.events + 1
        kind, page, country, metadata = event.type, event.page, event.country, event.metadata
        element = self._learn(event, metadata) if metadata else None
        if country and country != self.country:
            self.country = intern(country)
        if page:
            if page == self.current_page:
                page = self.current_page
            else:
                self.current_page = page = intern(page)
        if page is not None and kind is PAGEVIEW:
            self.pageviews += 1
            if not self.journey or self.journey[-1] != page:
                self._go_to(page)
        self.last_step = Step(kind, page, event.name, element, own_at, self.last_step)
        if events % STEPS_SHOWN == 0 and events > STEPS_SHOWN:
            self._fold()
        return page

    def end(self, at: float, reason: EndReason) -> None:
        self.ended_at = at
        self.end_reason = reason

    def strip(self) -> None:
        """Keep what counting needs, and not what was seen: nobody can ask for this visit again."""
        self.journey, self.last_step, self.older_views = (), None, None

    def _learn(self, event: Event, metadata: dict[str, Any]) -> str | None:
        """What the metadata says of the visitor. Returns the element, which is the event's."""
        if metadata.get("device") != self.device:
            self.device = event.device or self.device
        if metadata.get("referrer") != self.referrer:
            self.referrer = event.referrer or self.referrer
        return event.element if "element" in metadata else None

    def _go_to(self, page: str) -> None:
        journey = self.journey
        if len(journey) == JOURNEY_SHOWN:
            journey = journey[1:]
            self.journey_truncated = True
        self.journey = journey + (page,)  # noqa: RUF005  (a third faster than unpacking)

    def _fold(self) -> None:
        """Steps too old to be shown leave their pageviews behind, so that filters stay exact. Many
        at once: those that stay are made anew. What a message is about keeps its own."""
        steps = self.steps
        views = dict(self.older_views or {})
        for step in steps[:-STEPS_SHOWN]:
            page = step.page
            if step.type is not PAGEVIEW or page is None:
                continue
            if page in views or len(views) < OLDER_PAGES_KEPT:
                views[page] = views.get(page, 0) + 1
            else:
                self.knows_views = False
        self.older_views = views
        kept = None
        for step in steps[-STEPS_SHOWN:]:
            kept = Step(step.type, step.page, step.name, step.element, step.at, kept)
        self.last_step = kept


class KeptSessions(Piece):
    """Sessions without their steps, and the steps of each: type, page, name, element, at."""

    sessions: list[Session]
    steps: list[list[tuple[EventType, str | None, str | None, str | None, float]]]

    @classmethod
    def of(cls, sessions: list[Session]) -> "KeptSessions":
        return cls(
            [replace(session, last_step=None) for session in sessions],
            [[(s.type, s.page, s.name, s.element, s.at) for s in each.steps] for each in sessions],
        )

    def back(self) -> list[Session]:
        """The sessions as they were. Names that many of them share are kept once again."""
        for session, steps in zip(self.sessions, self.steps, strict=True):
            for field in _NAMES:
                if (value := getattr(session, field)) is not None:
                    setattr(session, field, intern(value))
            session.journey = tuple([intern(page) for page in session.journey])
            for kind, page, name, element, at in steps:
                shared = page and intern(page), name, element and intern(element)
                session.last_step = Step(kind, *shared, at, session.last_step)
        return self.sessions


_NAMES = ("id", "country", "device", "referrer", "current_page", "counted_in")
