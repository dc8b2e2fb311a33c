"""One visit of a visitor: what it has seen, in which order, and for how long."""

from typing import Literal

from msgspec import Struct

from state.event import Event, EventType

JOURNEY_SHOWN = 50
STEPS_SHOWN = 200
OLDER_PAGES_KEPT = 1_000

EndReason = Literal["session_end", "timeout"]
SessionState = Literal["active", "idle", "ended"]


class Step(Struct, frozen=True, gc=False):
    """One event inside a visit; ``at`` is the event's own time."""

    type: EventType
    page: str | None
    name: str | None
    element: str | None
    at: float


class Session(Struct, gc=False):
    """A visit. Times are epoch seconds: ``started_at`` and ``latest_at`` by the events' own clock,
    ``last_activity_at`` and ``ended_at`` by ours. ``begun`` and ``touched`` are the places of its
    first and latest event in the whole stream, so they order sessions without ties.

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
    steps: tuple[Step, ...] = ()
    older_views: dict[str, int] | None = None
    ended_at: float | None = None
    end_reason: EndReason | None = None

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
        for step in self.steps:
            if step.type is EventType.PAGEVIEW and step.page is not None:
                views[step.page] = views.get(step.page, 0) + 1
        return views

    def viewed(self, page: str) -> bool:
        if page in self.journey:
            return True
        if not self.journey_truncated:
            return False
        return page in self.views()

    def add(self, event: Event, received_at: float, touched: int) -> None:
        """Take one event of this visit in. ``received_at`` is the journal's time."""
        own_at = event.own_at(received_at)
        self.started_at = min(self.started_at, own_at)
        self.latest_at = max(self.latest_at, own_at)
        self.last_activity_at = received_at
        self.touched = touched
        self.events += 1
        self.country = event.country or self.country
        self.device = event.device or self.device
        self.referrer = event.referrer or self.referrer
        self.current_page = event.page or self.current_page
        if event.type is EventType.PAGEVIEW and event.page is not None:
            self._view(event.page)
        self._step(Step(event.type, event.page, event.name, event.element, own_at))

    def end(self, at: float, reason: EndReason) -> None:
        self.ended_at = at
        self.end_reason = reason

    def _view(self, page: str) -> None:
        self.pageviews += 1
        if self.journey and self.journey[-1] == page:
            return
        if len(self.journey) == JOURNEY_SHOWN:
            self.journey = (*self.journey[1:], page)
            self.journey_truncated = True
        else:
            self.journey = (*self.journey, page)

    def _step(self, step: Step) -> None:
        if len(self.steps) == STEPS_SHOWN:
            self._fold(self.steps[0])
            self.steps = (*self.steps[1:], step)
        else:
            self.steps = (*self.steps, step)

    def _fold(self, step: Step) -> None:
        """A step too old to be shown leaves its pageview behind, so that filters stay exact."""
        if step.type is not EventType.PAGEVIEW or step.page is None:
            return
        if self.older_views is None:
            self.older_views = {}
        if step.page in self.older_views or len(self.older_views) < OLDER_PAGES_KEPT:
            self.older_views[step.page] = self.older_views.get(step.page, 0) + 1
