"""One visit of a visitor: what it has seen, in which order, and for how long."""

from sys import intern
from typing import Any, Literal

from msgspec import Struct

from state.event import Event, EventType
from state.sizes import SESSION_BYTES, SHORT, STEP_BYTES, VIEW_BYTES, long_text_bytes, text_bytes

JOURNEY_SHOWN = 50
STEPS_SHOWN = 200
OLDER_PAGES_KEPT = 1_000
JOURNEY_BYTES = 16 * 1024
"""Of a journey's texts: it goes out with every event of the session."""

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
    ``last_activity_at`` and ``ended_at`` by ours. ``first_seq`` and ``last_seq`` are the places of
    its first and latest event in the whole stream, so they order sessions without ties.
    ``counted_on`` and ``counted_in`` are the number of the day and the country among whose visitors
    it was counted last. ``bytes`` is about what it takes of memory, ``long_bytes`` what its id and
    current page take if they are long; ``knows_views`` is False once it forgot pages that it has
    viewed.

    Tuples of untracked parts and ``gc=False``: the collector has nothing to walk here, whatever the
    number of sessions (a walk over 1M tracked sessions stops the loop for 250 ms)."""

    id: str
    started_at: float
    latest_at: float
    last_activity_at: float
    first_seq: int = 0
    last_seq: int = 0
    country: str | None = None
    device: str | None = None
    referrer: str | None = None
    current_page: str | None = None
    journey: tuple[str, ...] = ()
    journey_truncated: bool = False
    journey_bytes: int = 0
    pageviews: int = 0
    events: int = 0
    last_step: Step | None = None
    older_views: dict[str, int] | None = None
    bytes: int = SESSION_BYTES
    long_bytes: int = 0
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

    def add(
        self, event: Event, received_at: float, own_at: float, last_seq: int, most_bytes: int
    ) -> str | None:
        """Take one event of this visit in. ``received_at`` is the journal's time. Returns its page.
        Names that many visits share are kept once (``intern``); most events say the same again. A
        visit beyond ``most_bytes`` forgets its oldest steps."""
        if own_at > self.latest_at:
            self.latest_at = own_at
        elif own_at < self.started_at:
            self.started_at = own_at
        self.last_activity_at = received_at
        self.last_seq = last_seq
        self.events = events = self.events + 1
        kind, page, country, metadata = event.type, event.page, event.country, event.metadata
        size, name = STEP_BYTES, event.name
        element = self._learn(event, metadata) if metadata else None
        if element or name:
            size += text_bytes(element or "") + text_bytes(name or "")
        if country and country != self.country:
            self.country = intern(country)
            size += long_text_bytes(country)
        if page:
            if page == self.current_page:
                page = self.current_page
            else:
                page = self._arrive(page)
                size += text_bytes(page)
        if page is not None and kind is PAGEVIEW:
            self.pageviews += 1
            journey = self.journey
            if not journey or journey[-1] != page:
                self._go_to(page, journey)
        self.last_step = Step(kind, page, name, element, own_at, self.last_step)
        self.bytes = size = self.bytes + size
        if (events % STEPS_SHOWN == 0 and events > STEPS_SHOWN) or size > most_bytes:
            self._fold(most_bytes)
        return page

    def end(self, at: float, reason: EndReason) -> None:
        self.ended_at = at
        self.end_reason = reason

    def strip(self) -> None:
        """Keep what counting needs, and not what was seen: this visit can't be asked for again."""
        self.journey, self.last_step, self.older_views = (), None, None
        self.device = self.referrer = self.current_page = None
        self.bytes = session_bytes(self.id)

    def _learn(self, event: Event, metadata: dict[str, Any]) -> str | None:
        """What the metadata says of the visitor. Returns the element, which is the event's."""
        if metadata.get("device") != self.device and (device := event.device):
            self.device = device
            self.bytes += long_text_bytes(device)
        if metadata.get("referrer") != self.referrer and (referrer := event.referrer):
            self.referrer = referrer
            self.bytes += long_text_bytes(referrer)
        return event.element if "element" in metadata else None

    def _arrive(self, page: str) -> str:
        """Have it as the current page. Returns the one object that stands for it everywhere."""
        self.current_page = page = intern(page)
        if self.long_bytes or len(page) > SHORT or not page.isascii():
            self.long_bytes = long_text_bytes(self.id) + long_text_bytes(page)
        return page

    def _go_to(self, page: str, journey: tuple[str, ...]) -> None:
        """The journey goes on; its oldest pages are cut off where it becomes too long."""
        size = self.journey_bytes + text_bytes(page)
        while len(journey) == JOURNEY_SHOWN or (size > JOURNEY_BYTES and journey):
            size -= text_bytes(journey[0])
            journey = journey[1:]
            self.journey_truncated = True
        self.journey_bytes = size
        self.journey = journey + (page,)  # noqa: RUF005  (a third faster than unpacking)

    def _fold(self, most_bytes: int) -> None:
        """Steps too old to be shown leave their pageviews behind, so that filters stay exact. Many
        at once: those that stay, at most 200 and a quarter of ``most_bytes``, are made anew. What a
        message is about keeps its own."""
        kept: list[Step] = []
        step, size = self.last_step, 0
        while step is not None and len(kept) < STEPS_SHOWN:
            larger = size + STEP_BYTES + _texts_bytes(step)
            if larger > most_bytes // 4 and kept:
                break
            size = larger
            kept.append(step)
            step = step.before
        self._leave_views(step, most_bytes * 3 // 8)
        before = None
        for each in reversed(kept):
            before = Step(each.type, each.page, each.name, each.element, each.at, before)
        self.last_step = before
        views = self.older_views or {}
        self.bytes = (
            session_bytes(self.id) + self.journey_bytes + size + sum(map(_view_bytes, views))
        )

    def _leave_views(self, step: Step | None, most_bytes: int) -> None:
        """Count the pageviews of a step and those before it, for as many pages as there is room."""
        views = dict(self.older_views or {})
        room = most_bytes - sum(map(_view_bytes, views))
        while step is not None:
            page = step.page
            if step.type is PAGEVIEW and page is not None:
                if page not in views:
                    room -= _view_bytes(page)
                if page in views or (room >= 0 and len(views) < OLDER_PAGES_KEPT):
                    views[page] = views.get(page, 0) + 1
                else:
                    self.knows_views = False
            step = step.before
        self.older_views = views


def session_bytes(session_id: str) -> int:
    """What a visit takes before its first step."""
    return SESSION_BYTES + long_text_bytes(session_id)


def _view_bytes(page: str) -> int:
    return VIEW_BYTES + text_bytes(page)


def _texts_bytes(step: Step) -> int:
    """The page is counted where it differs from that of the step before."""
    before = step.before
    size = 0 if step.name is None else text_bytes(step.name)
    if step.element is not None:
        size += text_bytes(step.element)
    if step.page is not None and (before is None or before.page != step.page):
        size += text_bytes(step.page)
    return size
