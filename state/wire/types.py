"""The parts of messages and answers, and the form of names and times on the wire.

With messages.py the only place that knows camelCase."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import floor
from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType

from state.event import UNKNOWN, Event
from state.sessions.labels import RETURNING
from state.sessions.session import Session, SessionState
from state.sessions.steps import Step

MILLIS = tuple(f".{millis:03d}Z" for millis in range(1000))


@lru_cache(maxsize=4096)
def iso(at: float) -> str:
    """Epoch seconds as ``2025-07-20T10:30:00.000Z``, rounded to milliseconds."""
    second, millis = divmod(floor(at * 1000 + 0.5), 1000)
    return _second(second) + MILLIS[millis]


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


class Shape(Struct, rename="camel", gc=False):
    """Base class of all that is sent: fields in snake_case here, in camelCase on the wire. There
    are no reference cycles, so the garbage collector needn't track it."""


class BotsToday(Shape):
    """Hits of bots today."""

    today: int


class GoalShape(Shape):
    """Completions of a goal today, and the visitors who did so."""

    completions: int
    visitors: int | None


class Stats(Shape):
    """The numbers in every ``visitor_update``. Without bots or goals nothing is said of
    them."""

    total_active: int
    total_today: int | None
    pages_visited: Raw
    visitors_last_minute: int
    bots: BotsToday | UnsetType = UNSET
    goals: dict[str, GoalShape] | UnsetType = UNSET


class EventShape(Shape):
    """An event as viewers get it: no field is missing, none is null."""

    id: str
    type: str
    name: str
    page: str
    session_id: str
    timestamp: str
    received_at: str
    country: str
    metadata: dict[str, Any]
    clock_skewed: bool | UnsetType = UNSET
    goal: str | UnsetType = UNSET

    @classmethod
    def of(cls, event: Event, received_at: float, goal: str | None = None) -> "EventShape":
        """``goal`` is the one that the event completes."""
        return cls(
            event.id,
            event.type._value_,  # ``value`` is a slow property
            event.name or "",
            event.page or "",
            event.session_id,
            iso(event.own_at(received_at)),
            iso(received_at),
            event.country or UNKNOWN,
            event.metadata or {},
            event.is_skewed(received_at) or UNSET,
            goal or UNSET,
        )


class StepShape(Shape):
    type: str
    page: str | None
    name: str | None
    at: str

    @classmethod
    def of(cls, step: Step) -> "StepShape":
        return cls(step.type.value, step.page, step.name, iso(step.at))


class SessionShape(Shape):
    session_id: str
    country: str
    device: str | None
    referrer: str | None
    state: SessionState
    started_at: str
    last_activity_at: str
    current_page: str | None
    journey: tuple[str, ...]
    journey_truncated: bool
    pageviews: int
    events: int
    duration: int
    steps: tuple[StepShape, ...] | UnsetType = UNSET
    engaged_seconds: int | UnsetType = UNSET

    @classmethod
    def of(
        cls, session: Session, now: float, idle_after_s: float, *, steps: bool = False
    ) -> "SessionShape":
        return cls(
            session.id,
            session.country or UNKNOWN,
            session.device,
            session.referrer,
            session.state(now, idle_after_s),
            iso(session.started_at),
            iso(session.last_activity_at),
            session.current_page,
            session.journey,
            session.journey_truncated,
            session.pageviews,
            session.events,
            session.duration_s,
            tuple(map(StepShape.of, session.latest_steps)) if steps else UNSET,
            session.engaged_s or UNSET,
        )


class Figures(Shape):
    """The numbers under a filter; an unknown one is None."""

    total_active: int | None
    total_today: int | None
    pages_visited: dict[str, int] | None
    visitors_last_minute: int | None
    visitors_per_minute: list[int | None]


class FilterShape(Shape):
    """The filter of an answer. Country and page are always there, other fields if they are set."""

    country: str | None
    page: str | None
    on: str | UnsetType = UNSET
    source: str | UnsetType = UNSET
    device: str | UnsetType = UNSET
    channel: str | UnsetType = UNSET
    browser: str | UnsetType = UNSET
    system: str | UnsetType = UNSET
    campaign: str | UnsetType = UNSET
    returning: bool | UnsetType = UNSET

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "FilterShape":
        """The shape of ``Filter.values``."""
        returning = values.get("returning")
        return cls(
            values.get("country"),
            values.get("page"),
            values.get("on", UNSET),
            values.get("source", UNSET),
            values.get("device", UNSET),
            values.get("channel", UNSET),
            values.get("browser", UNSET),
            values.get("system", UNSET),
            values.get("campaign", UNSET),
            UNSET if returning is None else returning == RETURNING,
        )
