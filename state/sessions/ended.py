"""Sessions that have ended, for as long as a viewer may ask for them."""

from collections import deque
from collections.abc import Iterable

from state.sessions.expiry.activity_queue import NEVER, STALE_KEPT
from state.sessions.session import Session

FOUND_AFTER_END_S = 1_800.0
ENDED_KEPT = 100_000


class EndedSessions:
    """The last session of each id that has ended, for ``kept_s`` seconds, at most ``most`` of them
    and at most 100,000. A viewer finds them for 30 minutes. Methods that forget sessions return the
    bytes that these took; what is left of a forgotten session is what the counting windows need.
    Earlier sessions of an id are kept without their pages; all that ended after ``forgotten_until``
    are there, all after ``stripped_until`` with their pages."""

    def __init__(self, most: int, kept_s: float = FOUND_AFTER_END_S) -> None:
        self.forget_at = NEVER
        self.forgotten_until = self.stripped_until = 0.0
        self._most = min(most, ENDED_KEPT)
        self._kept_s = kept_s
        self._by_id: dict[str, Session] = {}
        self._in_order: deque[Session] = deque()

    @property
    def bytes(self) -> int:
        return sum(session.bytes for session in self._by_id.values())

    def find(self, session_id: str, now: float) -> Session | None:
        """The last session of that id, if it ended within 30 minutes."""
        found = self._by_id.get(session_id)
        if found is None or now >= (found.ended_at or 0.0) + FOUND_AFTER_END_S:
            return None
        return found

    def add(self, session: Session, at: float) -> int:
        """Keep a session that ended at ``at``, in place of an earlier one of the same id."""
        freed = 0
        if self.forget_at == NEVER:
            self.forget_at = at + self._kept_s
        if (before := self._by_id.pop(session.id, None)) is not None:
            freed += _strip(before)
            self.stripped_until = before.ended_at or 0.0
        self._by_id[session.id] = session
        self._in_order.append(session)
        if len(self._in_order) > 2 * len(self._by_id) + STALE_KEPT:
            replaced = [s for s in self._in_order if self._by_id.get(s.id) is not s]
            self.forgotten_until = max(self.forgotten_until, replaced[-1].ended_at or 0.0)
            self._in_order = deque(self.in_order())
        if len(self._by_id) > self._most:
            freed += self.drop_first()
        return freed

    def give_up(self, session: Session) -> int:
        """Keep the last session of its id as an earlier one only, since it goes on. Returns the
        bytes that it took."""
        del self._by_id[session.id]
        self.stripped_until = max(self.stripped_until, session.ended_at or 0.0)
        return _strip(session)

    def drop_expired(self, now: float) -> int:
        """Forget the sessions whose time is over."""
        freed, self.forget_at = 0, NEVER
        while self._in_order:
            forget_at = (self._in_order[0].ended_at or 0.0) + self._kept_s
            if now < forget_at:
                self.forget_at = forget_at
                break
            freed += self._drop(self._in_order.popleft())
        return freed

    def drop_first(self) -> int:
        """Forget the session that ended first. Returns 0 where there is none. (An OrderedDict holds
        both tables in one, and stops for 20 ms when it is rebuilt, every 40,000 sessions.)"""
        freed = 0
        while self._in_order and not freed:
            freed = self._drop(self._in_order.popleft())
        return freed

    def _drop(self, first: Session) -> int:
        self.forgotten_until = max(self.forgotten_until, first.ended_at or 0.0)
        if self._by_id.get(first.id) is not first:
            return 0
        del self._by_id[first.id]
        return _strip(first)

    def in_order(self, *, every: bool = False) -> list[Session]:
        """The last session of each id, or ``every`` one; the one that ended first comes first."""
        if every:
            return list(self._in_order)
        return [session for session in self._in_order if self._by_id.get(session.id) is session]

    def load(
        self, sessions: Iterable[Session], *, forgotten_until: float, stripped_until: float
    ) -> None:
        """Continue with sessions in the order in which they ended."""
        self.forgotten_until, self.stripped_until = forgotten_until, stripped_until
        self._in_order.extend(sessions)
        self._by_id = {session.id: session for session in self._in_order}
        if self._in_order:
            self.forget_at = (self._in_order[0].ended_at or 0.0) + self._kept_s


def _strip(session: Session) -> int:
    size = session.bytes
    session.strip()
    return size
