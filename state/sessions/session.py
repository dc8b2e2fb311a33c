"""One session: its pages, their order, and its duration."""

from sys import intern
from typing import Any, Literal

from msgspec import Struct

from state.event import Event, label_of
from state.sessions.browsing import Browsing
from state.sessions.labels import DEVICE, NO_LABELS, SOURCE, Labels, labels_bytes, learn
from state.sessions.place import NOWHERE, Place
from state.sessions.steps import (
    JOURNEY_BYTES,
    JOURNEY_SHOWN,
    PAGEVIEW,
    STEPS_SHOWN,
    Step,
    add_views,
    backwards,
    begin_journey,
    shortened,
    split,
    views_bytes,
)
from state.sizes import (
    SESSION_BYTES,
    SHORT,
    STEP_BYTES,
    long_text_bytes,
    session_bytes,
    small_ints,
    text_bytes,
)

EndReason = Literal["session_end", "timeout", "left"]
SessionState = Literal["active", "idle", "ended"]


class Session(Struct, array_like=True, gc=False):
    """A session. Times are epoch seconds: ``started_at`` and ``latest_at`` by the events' own
    clock, ``last_activity_at`` and ``ended_at`` by ours. ``first_number`` and
    ``latest_number`` are those of its first and latest event or heartbeat among those of all
    sessions; they order sessions without ties. ``browsing`` is None without signals.
    ``last_step`` is None for a session of one plain pageview, as most are: other fields say the
    same. ``place`` is where its latest event happened, and ``counted_on`` the number of the day for
    which its visitor was counted last. ``bytes`` estimates its memory, ``long_bytes`` the part for
    a long id and current page; ``knows_views`` is False once it dropped pages that it has viewed.

    Tuples of untracked parts and ``gc=False``: the garbage collector has nothing to walk, whatever
    the number of sessions (a walk over 1M tracked sessions stops the loop for 250 ms)."""

    id: str
    started_at: float
    latest_at: float
    last_activity_at: float
    first_number: int = 0
    latest_number: int = 0
    country: str | None = None
    labels: Labels = NO_LABELS
    entry_page: str | None = None
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
    place: Place = NOWHERE
    ended_at: float | None = None
    end_reason: EndReason | None = None
    browsing: Browsing | None = None

    @classmethod
    def begin(cls, event: Event, received_at: float, first_number: int) -> "Session":
        """The session that an event begins, without that event."""
        own_at, long_bytes = event.own_at(received_at), long_text_bytes(event.session_id)
        session = cls(event.session_id, own_at, own_at, received_at, first_number)
        session.long_bytes = long_bytes
        session.bytes = SESSION_BYTES + long_bytes
        return session

    @classmethod
    def mark(cls, event: Event, at: float, latest_number: int) -> "Session":
        """What stands for an event without a session in the windows: it has ended already."""
        mark = cls(event.session_id, at, at, at, latest_number=latest_number, ended_at=at)
        mark.long_bytes = long_text_bytes(event.session_id) + long_text_bytes(event.page)
        return mark

    @property
    def latest_step(self) -> Step | None:
        """The latest step; ``before`` leads from it to the others."""
        if self.last_step is None and self.events == 1 and self.journey:
            return Step(PAGEVIEW, self.journey[0], None, None, self.started_at)
        return self.last_step

    @property
    def steps(self) -> tuple[Step, ...]:
        """The latest 200 and up to as many before them, the oldest first."""
        return tuple(reversed(list(backwards(self.latest_step))))

    @property
    def latest_steps(self) -> tuple[Step, ...]:
        """The steps that are shown."""
        return self.steps[-STEPS_SHOWN:]

    @property
    def duration_s(self) -> int:
        """Largest minus smallest own time, in whole seconds. Computed in milliseconds, in which
        times are whole: 10.3 - 5.3 is 5 and not 4.999…"""
        return round((self.latest_at - self.started_at) * 1000) // 1000

    @property
    def device(self) -> str | None:
        return self.labels[DEVICE]

    @property
    def referrer(self) -> str | None:
        return self.labels[SOURCE]

    @property
    def engaged_s(self) -> int:
        """Whole seconds of engagement, by its signals."""
        return self.browsing.engaged_ms // 1000 if self.browsing else 0

    def state(self, now: float, idle_after_s: float) -> SessionState:
        if self.ended_at is not None:
            return "ended"
        return "idle" if now - self.last_activity_at >= idle_after_s else "active"

    def views(self) -> dict[str, int]:
        """Pageviews of the whole session by page."""
        views = dict(self.older_views or {})
        for step in backwards(self.latest_step):
            page = step.page
            if step.type is PAGEVIEW and page is not None:
                views[page] = views.get(page, 0) + 1
        return views

    def viewed(self, page: str) -> bool:
        if page in self.journey:
            return True
        if not self.journey_truncated:
            return False
        return page in self.views()

    def add(self, event: Event, received_at: float, number: int, most_bytes: int) -> str | None:
        """Add one event. ``received_at`` is the journal's time. Returns the event's page. Texts
        that many sessions share are one object (``intern``). Beyond ``most_bytes`` the oldest steps
        are dropped."""
        own_at = event.own_at(received_at)
        before = self.latest_step if self.events == 1 else self.last_step
        self.last_activity_at = received_at
        self.latest_number = number
        if own_at > self.latest_at:  # as ``stretch`` does, without a call
            self.latest_at = own_at
        elif own_at < self.started_at:
            self.started_at = own_at
        self.events = events = self.events + 1
        kind, page, country, metadata = event.type, event.page, event.country, event.metadata
        size, name = STEP_BYTES, event.name
        element = self._learn(event, metadata) if metadata else None
        if element or name:
            size += text_bytes(element or "") + text_bytes(name or "")
        if country and country != self.country:
            self.country = intern(country)
            size += long_text_bytes(country)
        page_bytes = 0
        if page:
            if page == self.current_page:
                page = self.current_page
            else:
                page = self._arrive(page)
                page_bytes = text_bytes(page)
                size += page_bytes
        if page is not None and kind is PAGEVIEW:
            self._view(page, page_bytes)
        if before or name or element or kind is not PAGEVIEW:
            self.last_step = Step(kind, page, name, element, own_at, before)
        size += self.bytes
        self.bytes = small_ints.get(size, size)
        if (events % STEPS_SHOWN == 0 and events > STEPS_SHOWN) or size > most_bytes:
            self._fold(most_bytes)
        return page

    def stretch(self, own_at: float) -> None:
        """Have the session last from its first to its latest time."""
        if own_at > self.latest_at:
            self.latest_at = own_at
        elif own_at < self.started_at:
            self.started_at = own_at

    def end(self, at: float, reason: EndReason) -> None:
        self.ended_at, self.end_reason = at, reason

    def strip(self) -> None:
        """Drop all but what the windows need: this session can't be asked for again."""
        self.journey, self.place, self.labels, self.browsing = (), NOWHERE, NO_LABELS, None
        self.last_step = self.older_views = self.entry_page = self.current_page = None
        self.bytes = session_bytes(self.id)

    def _learn(self, event: Event, metadata: dict[str, Any]) -> str | None:
        """Note the labels of the metadata. Returns the element that the event is about."""
        labels = learn(self.labels, metadata)
        if labels is not self.labels:
            more = labels_bytes(labels) - labels_bytes(self.labels)
            self.labels, self.long_bytes = labels, self.long_bytes + more
            self.bytes += more
        return label_of(metadata["element"]) if "element" in metadata else None

    def _arrive(self, page: str) -> str:
        """Set the current page. Returns its interned object."""
        self.current_page = page = intern(page)
        if self.entry_page is None:
            self.entry_page = page
        if self.long_bytes or len(page) > SHORT or not page.isascii():
            texts = (self.id, page)
            self.long_bytes = sum(map(long_text_bytes, texts), labels_bytes(self.labels))
        return page

    def _view(self, page: str, page_bytes: int) -> None:
        """Count a pageview. Another page than before is appended to the journey, whose oldest pages
        are cut off where it becomes too long."""
        self.pageviews += 1
        journey = self.journey
        if journey and journey[-1] == page:
            return
        size = self.journey_bytes + (page_bytes or text_bytes(page))
        if len(journey) == JOURNEY_SHOWN or size > JOURNEY_BYTES:
            journey, size = shortened(journey, size)
            self.journey_truncated |= len(journey) < len(self.journey)
        self.journey_bytes = small_ints.get(size, size)
        # (a third faster than unpacking)
        self.journey = journey + (page,) if journey else begin_journey(page)  # noqa: RUF005

    def _fold(self, most_bytes: int) -> None:
        """Drop the oldest steps and keep their pageviews as counts, so that filters stay exact.
        Many at once, since the steps that stay are copied: a quarter of ``most_bytes`` at most. A
        message about this session keeps its own list."""
        self.last_step, size, oldest = split(self.latest_step, most_bytes // 4)
        views = dict(self.older_views or {})
        if not add_views(oldest, views, most_bytes * 3 // 8):
            self.knows_views = False
        self.older_views = views
        size += labels_bytes(self.labels) + (self.browsing.bytes if self.browsing else 0)
        self.bytes = session_bytes(self.id) + self.journey_bytes + size + views_bytes(views)
