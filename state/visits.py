"""The sessions that are running and the ones that have just ended."""

from collections import OrderedDict
from collections.abc import Iterator

from state.session import EndReason, Session
from state.windows import NEVER

KEPT_AFTER_END_S = 1_800.0
ENDED_KEPT = 100_000


class Visits:
    """Sessions by id, bounded in number and time; of ended ones the last 100,000 are kept.

    The timeout is one and the same for all, so the order of the last activity is the order of
    expiry: both tables are kept in it, what is due stands in front, and nothing is ever scanned."""

    def __init__(self, *, timeout_s: float, most: int) -> None:
        self.timeout_s = timeout_s
        self.most = most
        self.idle_until = NEVER
        self._active: OrderedDict[str, Session] = OrderedDict()
        self._ended: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        """Sessions that are active now."""
        return len(self._active)

    def newest_first(self) -> Iterator[Session]:
        """Active sessions, the most recently active one first."""
        return reversed(self._active.values())

    def running(self, session_id: str) -> Session | None:
        return self._active.get(session_id)

    def find(self, session_id: str, now: float) -> Session | None:
        """The running visit of that id, else its last one if that has ended within 30 minutes."""
        found = self._active.get(session_id) or self._ended.get(session_id)
        if found and found.ended_at is not None and now >= found.ended_at + KEPT_AFTER_END_S:
            return None
        return found

    def touch(self, session: Session) -> Session | None:
        """Put the session where its latest activity belongs: last in the line of expiry. Returns
        the one that has to leave for it because there are more than the limit allows, or None."""
        active = self._active
        active[session.id] = session
        active.move_to_end(session.id)
        if self.idle_until is NEVER:
            self.idle_until = session.last_activity_at + self.timeout_s
        return next(iter(active.values())) if len(active) > self.most else None

    def end(self, session: Session, at: float, reason: EndReason) -> None:
        session.end(at, reason)
        del self._active[session.id]
        self._ended[session.id] = session
        self._ended.move_to_end(session.id)
        if len(self._ended) > min(self.most, ENDED_KEPT):
            self._ended.popitem(last=False)

    def expired(self, now: float) -> Session | None:
        """The next session whose time is over at ``now``, or None. ``idle_until`` is when to
        ask again: never too late, and too early where the session that was next has stirred."""
        first = next(iter(self._active.values()), None)
        due = first.last_activity_at + self.timeout_s if first else NEVER
        if first and now >= due:
            return first
        self.idle_until = due
        return None

    def forget(self, now: float) -> None:
        """Drop ended sessions that nobody may ask for any more."""
        while self._ended:
            oldest = next(iter(self._ended.values()))
            if oldest.ended_at is None or now < oldest.ended_at + KEPT_AFTER_END_S:
                return
            self._ended.popitem(last=False)

    def due_at(self) -> float | None:
        """When the next session expires, if none of them stirs."""
        first = next(iter(self._active.values()), None)
        return first.last_activity_at + self.timeout_s if first else None
