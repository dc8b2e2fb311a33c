"""Sessions as pieces of a checkpoint."""

from sys import intern

from msgspec.structs import replace

from state.checkpoint_pieces import Piece
from state.event import EventType
from state.sessions.session import Session
from state.sessions.steps import Step


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
        """The sessions as they were. Texts that many of them share are one object again."""
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
