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

    @property
    def is_latest(self) -> bool:
        """True while its session has had no later event. An activity and its session hold the very
        same int object, so ``is`` compares without reading two ints from cold memory."""
        return self.session.last_seq is self.last_seq


class ActivityQueue:
    """Entries in the order they came, until they are ``window_s`` old. Only those matter that are
    still the latest of their session: an event needs not look for the one before, which is stale
    from then on, and is dropped when it comes to the front or is swept out.
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
            if entry.is_latest and session.ended_at is None:
                yield session

    def add(self, entry: Activity) -> None:
        """An entry that is younger than all that are here."""
        if self.due_at is NEVER:
            self.due_at = entry.at + self.window_s
        self.newest.append(entry)

    def pop_expired(self, now: float) -> list[Activity]:
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
                if entry.is_latest:
                    left.append(entry)
            if entries:
                break
        self.inside -= len(left)
        return left

    def next_due_at(self) -> float:
        """When the next entry that isn't stale leaves."""
        entries = filter(self._counts, chain(self._ended, self._swept, self.newest))
        first = next(entries, None)
        return NEVER if first is None else first.at + self.window_s

    def prune(self) -> None:
        """Drop the stale entries at the head."""
        while (entries := self._ended or self._swept or self.newest) and not self._counts(
            entries[0]
        ):
            entries.popleft()

    def skip_to_least_recent(self) -> Session | None:
        """Drop the stale entries at the head, and set those of ended sessions aside, so that each
        is passed once. Returns the running session with the oldest activity, None without one."""
        for entries in (self._swept, self.newest):
            while entries:
                entry = entries[0]
                session = entry.session
                if entry.is_latest:
                    if session.ended_at is None:
                        return session
                    if self._keeps_ended:
                        self._ended.append(entry)
                entries.popleft()
        return None

    def live(self) -> Iterator[Activity]:
        """Entries that aren't stale, the oldest first."""
        for entry in chain(self._ended, self._swept, self.newest):
            if entry.is_latest:
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
            if self._counts(entry):
                swept.append(entry)

    def _counts(self, entry: Activity) -> bool:
        """True for the latest activity of its session, while this queue is for such a session."""
        return entry.is_latest and (self._keeps_ended or entry.session.ended_at is None)
