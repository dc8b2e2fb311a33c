"""Sessions whose visitors have closed all tabs, until they are over."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from state.checkpoint_pieces import KeptLeaving, in_pieces
from state.sessions.expiry.activity_queue import NEVER
from state.sessions.session import EndReason, Session


class Ending(NamedTuple):
    """A session that is over since ``at``."""

    session: Session
    at: float
    reason: EndReason


class LeavingQueue:
    """FIFO of sessions without an open tab; one is over ``grace_s`` seconds after its latest sign.
    An entry is stale once its session was seen again or has ended."""

    def __init__(self, grace_s: float) -> None:
        self.grace_s = grace_s
        self._entries: deque[tuple[float, Session]] = deque()

    def __len__(self) -> int:
        """Entries, stale ones included."""
        return len(self._entries)

    @property
    def due_at(self) -> float:
        """When the first entry is due, stale or not."""
        return self._entries[0][0] + self.grace_s if self._entries else NEVER

    def add(self, session: Session, at: float) -> None:
        """Append a session whose latest sign was at ``at``, the latest of all."""
        self._entries.append((at, session))

    def pop_due(self, now: float) -> list[Ending]:
        """Remove what is due at ``now``. Returns the sessions that are over, in order."""
        over: list[Ending] = []
        while self._entries and now >= self._entries[0][0] + self.grace_s:
            at, session = self._entries.popleft()
            if _is_leaving(session, at):
                over.append(Ending(session, at + self.grace_s, "left"))
        return over

    def next_due_at(self) -> float:
        """When the first session is over."""
        first = next((at for at, session in self._entries if _is_leaving(session, at)), None)
        return NEVER if first is None else first + self.grace_s

    def prune(self) -> None:
        """Drop the stale entries at the head."""
        while self._entries and not _is_leaving(self._entries[0][1], self._entries[0][0]):
            self._entries.popleft()

    def dump(self, number_of: Callable[[Session], int]) -> Iterator[KeptLeaving]:
        """Entries that aren't stale; sessions by their number in the checkpoint."""
        live = ((at, session) for at, session in self._entries if _is_leaving(session, at))
        for some in in_pieces(live):
            yield KeptLeaving([(at, number_of(session)) for at, session in some])

    def load(self, kept: KeptLeaving, sessions: list[Session]) -> None:
        self._entries.extend((at, sessions[number]) for at, number in kept.entries)


def in_order(timed_out: Iterable[Ending], left: list[Ending]) -> list[Ending]:
    """The endings of both, a session once, by the earlier reason, in the order of their times."""
    endings = {id(each.session): each for each in timed_out}
    for each in left:
        other = endings.get(id(each.session))
        if other is None or each.at < other.at:
            endings[id(each.session)] = each
    return sorted(endings.values(), key=lambda each: each.at)


def _is_leaving(session: Session, at: float) -> bool:
    browsing = session.browsing
    return browsing is not None and browsing.leaving_at == at and session.ended_at is None
