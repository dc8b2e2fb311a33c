"""The content of each message and REST answer, and the one JSON encoder."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import msgspec
from msgspec import UNSET, Struct, UnsetType

from state.counting.recent import Received
from state.event import UNKNOWN
from state.sessions.session import EndReason, Session, SessionState
from state.wire.types import (
    EventShape,
    Figures,
    FilterShape,
    GoalShape,
    SessionShape,
    Shape,
    Stats,
    iso,
)

_json = msgspec.json.Encoder()

BATCH = "batch"
"""The type of the one frame that holds other messages and has no data."""


class Content(Protocol):
    """The data of a message: a ``Shape`` that names its type on the wire."""

    message_type: ClassVar[str]


class Message(Struct, gc=False):
    """One message to viewers. ``seq`` numbers those that the journal brings forth; the others have
    None. ``about`` is what a filter is compared with; None passes every filter."""

    data: Content
    seq: int | None = None
    about: Received | Session | None = None


def encode(value: Any) -> bytes:
    """The JSON of a message or an answer."""
    if isinstance(value, Message):
        body = {"type": value.data.message_type, "data": value.data}
        return _json.encode(body if value.seq is None else {**body, "seq": value.seq})
    return _json.encode(value)


def batch(frames: Sequence[bytes]) -> bytes:
    """Encoded messages as one frame of type ``batch``."""
    return b'{"type":"%b","messages":[%b]}' % (BATCH.encode(), b",".join(frames))


def initial_data(body: bytes, end: "SnapshotEnd") -> bytes:
    """The frame of a snapshot, of its encoded body and its end."""
    start = b'{"type":"%b","data":' % Snapshot.message_type.encode()
    return b"".join((start, body[:-1], b",", _json.encode(end)[1:], b"}"))


class SessionActivity(Shape):
    message_type: ClassVar[str] = "session_activity"

    session_id: str
    current_page: str | None
    journey: tuple[str, ...]
    duration: int
    country: str
    state: SessionState
    started_at: str
    last_activity_at: str
    journey_truncated: bool
    end_reason: EndReason | UnsetType = UNSET
    engaged_seconds: int | UnsetType = UNSET

    @classmethod
    def of(cls, session: Session) -> "SessionActivity":
        engaged_s = session.engaged_s if session.browsing else 0  # (few have a browsing)
        return cls(
            session.id,
            session.current_page,
            session.journey,
            session.duration_s,
            session.country or UNKNOWN,
            "active" if session.ended_at is None else "ended",
            iso(session.started_at),
            iso(session.last_activity_at),
            session.journey_truncated,
            session.end_reason or UNSET,
            engaged_s or UNSET,
        )


class VisitorUpdate(Shape):
    message_type: ClassVar[str] = "visitor_update"

    event: EventShape
    stats: Stats


class StatsUpdate(Shape):
    message_type: ClassVar[str] = "stats_update"

    stats: Stats


class StatsReset(Shape):
    message_type: ClassVar[str] = "stats_reset"

    at: str
    by: str


class SessionPage(Shape):
    count: int | None
    sessions: list[SessionShape]
    next_cursor: str | None


class BotsShape(Shape):
    today: int
    last_minute: int
    names: dict[str, int]


class Summary(Shape):
    total_active: int | None
    total_today: int | None
    total_events: int
    pages_visited: dict[str, int] | None
    countries: dict[str, int]
    devices: dict[str, int]
    referrers: dict[str, int]
    visitors_last_minute: int | None
    visitors_per_minute: list[int | None]
    total_dashboards: int
    recent_events: list[EventShape]
    as_of: str
    received: int
    accepted: int
    duplicates: int
    rejected: dict[str, int]
    channels: dict[str, int] | UnsetType = UNSET
    browsers: dict[str, int] | UnsetType = UNSET
    systems: dict[str, int] | UnsetType = UNSET
    campaigns: dict[str, int] | UnsetType = UNSET
    bots: BotsShape | UnsetType = UNSET
    goals: dict[str, GoalShape] | UnsetType = UNSET
    signals: int | UnsetType = UNSET
    engaged_seconds: dict[str, int] | UnsetType = UNSET


class FilteredStats(Figures):
    sessions: list[SessionShape]
    events: list[EventShape]


class DetailedStats(FilteredStats):
    """The filtered numbers twice: flat, and as the object ``filtered``."""

    message_type: ClassVar[str] = "detailed_stats_response"

    filter: FilterShape
    stats: Stats
    filtered: FilteredStats


class SnapshotBody(Shape):
    """The part that is the same for all viewers."""

    stats: Stats
    sessions: list[SessionShape]
    recent_events: list[EventShape]


class SnapshotEnd(Shape):
    """The fields after the body: the number of dashboards, and where the stream continues."""

    total_dashboards: int
    epoch: str
    seq: int
    recovered: bool | UnsetType = UNSET


class Snapshot(SnapshotBody):
    """The whole content: body and end."""

    message_type: ClassVar[str] = "initial_data"

    total_dashboards: int
    epoch: str
    seq: int
    recovered: bool | UnsetType = UNSET


class UserConnected(Shape):
    message_type: ClassVar[str] = "user_connected"

    total_dashboards: int
    connected_at: str


class UserDisconnected(Shape):
    message_type: ClassVar[str] = "user_disconnected"

    total_dashboards: int


class DashboardAction(Shape):
    message_type: ClassVar[str] = "dashboard_action"

    action: str
    details: dict[str, Any]
    dashboard_id: str
    at: str


class Resumed(Shape):
    message_type: ClassVar[str] = "resumed"

    recovered: bool
    count: int
    total_dashboards: int


class Pong(Shape):
    message_type: ClassVar[str] = "pong"

    at: str


class Problem(Shape):
    """Why a client's message was refused: to its sender only."""

    message_type: ClassVar[str] = "error"

    code: str
    message: str
    for_: str | None = msgspec.field(name="for")
