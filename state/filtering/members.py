"""The sessions that a filter selects, in the order of their last activity."""

from collections.abc import Iterable, Iterator
from itertools import chain, takewhile

from state.sessions.people import People, Profile, profile
from state.sessions.session import Session

Seen = tuple[Session, float]
"""A member and the time of its latest activity that was counted here."""


class Members:
    """Sessions by id, the most recently active one last, counted by dimension in ``people``.

    Those of the time before the first event counted here are found step by step in any order
    (``enter``), and put in order afterwards (``arrange``); they are older than all that follows."""

    def __init__(self) -> None:
        self.people = People()
        self._held: dict[str, tuple[Session, Profile]] = {}
        self._older: dict[str, Seen] = {}
        self._recent: dict[str, Seen] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._held

    def __iter__(self) -> Iterator[Session]:
        """The most recently active one first."""
        newest_first = chain(reversed(self._recent.values()), reversed(self._older.values()))
        return (session for session, _ in newest_first)

    def find(self, session_id: str) -> Session | None:
        held = self._held.get(session_id)
        return None if held is None else held[0]

    def enter(self, session: Session) -> None:
        who = profile(session)
        self._held[session.id] = session, who
        self.people.enter(who)

    def touch(self, session: Session) -> None:
        """Make a member the most recently active one, and count what it is now."""
        before, now = self._held[session.id][1], profile(session)
        if now != before:
            self._held[session.id] = session, now
            self.people.change(before, now)
        self._older.pop(session.id, None)
        self._recent.pop(session.id, None)
        self._recent[session.id] = session, session.last_activity_at

    def arrange(self, found: Iterable[Session]) -> None:
        """Put the next members of the time before in order, unless they were active since."""
        for session in found:
            if session.id in self._held and session.id not in self._recent:
                self._older[session.id] = session, session.last_activity_at

    def leave(self, session_id: str) -> None:
        _, who = self._held.pop(session_id)
        self._older.pop(session_id, None)
        self._recent.pop(session_id, None)
        self.people.leave(who)

    def inactive_since(self, at: float) -> list[Seen]:
        """The members without an activity after ``at`` that was counted here, the earliest first.
        (All at once: to take the first ones out of a dict one by one is a walk over the gaps that
        they leave.)"""
        held = (self._older.values(), self._recent.values())
        return [seen for each in held for seen in takewhile(lambda seen: seen[1] <= at, each)]
