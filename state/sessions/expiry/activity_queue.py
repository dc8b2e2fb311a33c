"""FIFO queues of activities: what expires first is at the head."""

from collections import deque
from collections.abc import Iterator
from itertools import chain
from math import inf

from msgspec import Struct

from state.sessions.place import NOWHERE, Place
from state.sessions.session import Session

NEVER = inf
MINUTE_S = 60.0
STALE_KEPT = 1_000


class Activity(Struct, frozen=True, eq=False, gc=False):
    """An event or heartbeat as the queues hold it: when it was received, its number among all of
    them, its session, and where it happened. All queues share one object. The garbage collector
    doesn't track it: ten thousands of young tuples stopped the loop for 20 ms."""

    at: float
    number: int
    session: Session
    place: Place
    is_signal: bool = False

    @property
    def is_latest(self) -> bool:
        """True while its session has had no later one."""
        return self.session.latest_number == self.number


def without_place(activity: Activity) -> Activity:
    """The same for the queues alone, which ask for no place: long texts of it would stay until the
    longest of them lets it go."""
    return Activity(activity.at, activity.number, activity.session, NOWHERE, activity.is_signal)


class ActivityQueue:
    """Activities in the order they came, until they are ``window_s`` seconds old. Only the latest
    of a session counts. Earlier ones are stale: an event doesn't search for its predecessor, which
    is dropped at the head or by ``sweep``.

    ``inside`` is the number of session ids with an event in the window; ``due_at`` is when the head
    expires, or earlier."""

    def __init__(self, window_s: float, *, keeps_ended: bool) -> None:
        self.window_s = window_s
        self.inside = 0
        self.due_at = NEVER
        self.newest: deque[Activity] = deque()
        self._keeps_ended = keeps_ended
        self._swept: deque[Activity] = deque()
        self._ended: deque[Activity] = deque()

    def __len__(self) -> int:
        """Activities, stale ones included."""
        return len(self.newest) + len(self._swept) + len(self._ended)

    def active(self) -> Iterator[Session]:
        """Running sessions with their latest activity here, the most recently active one first."""
        for entry in chain(reversed(self.newest), reversed(self._swept)):
            session = entry.session
            if entry.is_latest and session.ended_at is None:
                yield session

    def add(self, entry: Activity) -> None:
        """Append an activity that is younger than all others."""
        if self.due_at == NEVER:
            self.due_at = entry.at + self.window_s
        self.newest.append(entry)

    def pop_expired(self, now: float) -> list[Activity]:
        """Remove the activities that are too old at ``now``; returns those that aren't stale."""
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
                if entry.session.latest_number == entry.number:
                    left.append(entry)
            if entries:
                break
        self.inside -= len(left)
        return left

    def next_due_at(self) -> float:
        """When the first activity that isn't stale expires."""
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
        """Activities that aren't stale, the oldest first."""
        for entry in chain(self._ended, self._swept, self.newest):
            if entry.is_latest:
                yield entry

    def sweep(self, live: int, steps: int) -> None:
        """Drop stale activities while they outnumber the ``live`` ones by a thousand. In steps of
        ``steps``: to go through 200,000 at once takes 20 ms."""
        if len(self.newest) + len(self._swept) <= 2 * live + STALE_KEPT:
            return
        if len(self.newest) <= steps:
            self._swept.extend(self.newest)
            self.newest, self._swept = self._swept, deque()
        pop, keeps_ended = self.newest.popleft, self._keeps_ended
        self._swept += [
            entry
            for entry in [pop() for _ in range(min(steps, len(self.newest)))]
            if (session := entry.session).latest_number == entry.number
            and (keeps_ended or session.ended_at is None)
        ]

    def _counts(self, entry: Activity) -> bool:
        """True for the latest activity of its session, while this queue is for such a session."""
        return entry.is_latest and (self._keeps_ended or entry.session.ended_at is None)
