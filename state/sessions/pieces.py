"""Sessions as pieces of a checkpoint."""

from sys import intern
from typing import Any

from msgspec import Struct

from state.checkpoint_pieces import Piece
from state.event import EventType
from state.sessions.browsing import Browsing
from state.sessions.labels import Labels, shared
from state.sessions.place import Place
from state.sessions.session import EndReason, Session
from state.sessions.steps import Step


class KeptSession(Struct, array_like=True, gc=False):
    """The fields of a session as they are in files. ``last_step`` is always None there."""

    id: str
    started_at: float
    latest_at: float
    last_activity_at: float
    first_number: int
    latest_number: int
    country: str | None
    labels: Labels
    entry_page: str | None
    current_page: str | None
    journey: tuple[str, ...]
    journey_truncated: bool
    journey_bytes: int
    pageviews: int
    events: int
    last_step: None
    older_views: dict[str, int] | None
    bytes: int
    long_bytes: int
    knows_views: bool
    counted_on: int
    counted_in: str
    ended_at: float | None
    end_reason: EndReason | None
    browsing: Browsing | None


class KeptSessions(Piece):
    """Sessions without their steps, and the steps of each: type, page, name, element, at."""

    sessions: list[KeptSession]
    steps: list[list[tuple[EventType, str | None, str | None, str | None, float]]]

    @classmethod
    def of(cls, sessions: list[Session]) -> "KeptSessions":
        return cls(
            [_kept(session) for session in sessions],
            [[(s.type, s.page, s.name, s.element, s.at) for s in each.steps] for each in sessions],
        )

    def back(self) -> list[Session]:
        """The sessions as they were. Texts that many of them share are one object again."""
        sessions = []
        for kept, steps in zip(self.sessions, self.steps, strict=True):
            session = _session(kept)
            last = None
            for kind, page, name, element, at in steps:
                shared = page and intern(page), name, element and intern(element)
                last = Step(kind, *shared, at, last)
            if last != session.latest_step:
                session.last_step = last
            page = last.page if last else None
            session.place = Place(session.id, intern(kept.counted_in), page, session.labels)
            sessions.append(session)
        return sessions


_SAME = [name for name in KeptSession.__struct_fields__ if name not in ("counted_in", "last_step")]
_NAMES = ("id", "country", "entry_page", "current_page")


def _kept(session: Session) -> KeptSession:
    same = {name: getattr(session, name) for name in _SAME}
    return KeptSession(**same, counted_in=session.place.country, last_step=None)


def _session(kept: KeptSession) -> Session:
    same: dict[str, Any] = {name: getattr(kept, name) for name in _SAME}
    for name in _NAMES:
        if same[name] is not None:
            same[name] = intern(same[name])
    if kept.latest_number == kept.first_number:
        same["latest_number"] = kept.first_number  # one object
    same["labels"] = shared(kept.labels)
    same["journey"] = tuple([intern(page) for page in kept.journey])
    return Session(**same)
