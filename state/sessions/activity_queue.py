"""Sessions in the order of their latest activity, as they grow older."""

from collections import deque
from collections.abc import Iterator
from itertools import chain
from math import inf

from msgspec import Struct

from state.sessions.session import Session

NEVER = inf
MINUTE_S = 60.0
STALE_KEPT = 1_000


class Activity(Struct, frozen=True, eq=False, gc=False):
    """An event as lines hold it: when it was received, its place in the stream, its session, and
    where it happened. Shared by all that keep it. The collector doesn't know entries: as tuples
    they were young by the ten thousand, and stopped the loop for 20 ms."""

    at: float
    last_seq: int
    session: Session
    country: str
    page: str | None


class ActivityQueue:
    """Entries in the order they came, until they are ``window_s`` old. Only those matter that are
    still the latest of their session: an event needs not look for the one before, which is stale
    from then on, and is dropped when it comes to the front or is swept out. An entry and its
    session hold the very same ``last_seq``: to compare by ``is`` spares two reads of cold memory.

    ``inside`` counts the session ids with an event younger than that; ``due_at`` is when
    the next entry leaves, or earlier."""

    def __init__(self, window_s: float, *, keeps_ended: bool) -> None:
        self.window_s = window_s
        self.inside = 0
        self.due_at = NEVER
        self.newest: deque[Activity] = deque()
        self._keeps_ended = keeps_ended
        self._swept: deque[Activity] = deque()
        self._ended: deque[Activity] = deque()

    def __len__(self) -> int:
        """Entries, stale ones included."""
        return len(self.newest) + len(self._swept) + len(self._ended)

    def active(self) -> Iterator[Session]:
        """Sessions that run and whose latest event is here, the most recently active one first."""
        for entry in chain(reversed(self.newest), reversed(self._swept)):
            session = entry.session
            if session.last_seq is entry.last_seq and session.ended_at is None:
                yield session

    def add(self, entry: Activity) -> None:
        """An entry that is younger than all that are here."""
        if self.due_at is NEVER:
            self.due_at = entry.at + self.window_s
        self.newest.append(entry)

    def leave(self, now: float) -> list[Activity]:
        """Take out what is too old at ``now``, stale entries aside."""
        left: list[Activity] = []
        window_s, self.due_at = self.window_s, NEVER
        for entries in (self._ended, self._swept, self.newest):
            while entries:
                entry = entries[0]
                due_at = entry.at + window_s
                if now < due_at:
                    self.due_at = due_at
                    break
                entries.popleft()
                if entry.session.last_seq is entry.last_seq:
                    left.append(entry)
            if entries:
                break
        self.inside -= len(left)
        return left

    def next_due_at(self) -> float:
        """When the next entry that isn't stale leaves."""
        while entries := self._ended or self._swept or self.newest:
            entry = entries[0]
            session = entry.session
            if session.last_seq is entry.last_seq and (
                self._keeps_ended or session.ended_at is None
            ):
                return entry.at + self.window_s
            entries.popleft()
        return NEVER

    def least_recent(self) -> Session | None:
        """The running session that has been quiet longest. Ended ones before it step aside, so
        that each is passed once, however many of them there are."""
        for entries in (self._swept, self.newest):
            while entries:
                entry = entries[0]
                session = entry.session
                if session.last_seq is entry.last_seq:
                    if session.ended_at is None:
                        return session
                    if self._keeps_ended:
                        self._ended.append(entry)
                entries.popleft()
        return None

    def live(self) -> Iterator[Activity]:
        """Entries that aren't stale, the oldest first."""
        for entry in chain(self._ended, self._swept, self.newest):
            if entry.session.last_seq is entry.last_seq:
                yield entry

    def sweep(self, live: int, steps: int) -> None:
        """Go on dropping stale entries, if there are more of them than of the ``live`` ones and a
        thousand. In steps: to go through 200,000 entries at once would take 20 ms."""
        if len(self.newest) + len(self._swept) <= 2 * live + STALE_KEPT:
            return
        if len(self.newest) <= steps:
            self._swept.extend(self.newest)
            self.newest, self._swept = self._swept, deque()
        newest, swept = self.newest, self._swept
        for _ in range(min(steps, len(newest))):
            entry = newest.popleft()
            session = entry.session
            if session.last_seq is entry.last_seq and (
                self._keeps_ended or session.ended_at is None
            ):
                swept.append(entry)
