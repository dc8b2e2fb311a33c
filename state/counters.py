"""Counting: a bounded top list, a sliding minute, ten minutes of the clock, one day."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

Place = tuple[str, str | None]
"""Where an event happened: its country and its page."""

PLACES_KEPT = 100_000
"""Pairs of session and place that a minute remembers."""

NAME_CHARACTERS_KEPT = 16_000_000
OTHER = "(other)"
TOP = 50
MINUTES = 10


class TopCounter:
    """Counts by name. The ``top`` largest are named, all others summed under "(other)".

    The top list is kept while counting, never sorted out of all names: a name enters when it
    overtakes the smallest in the list. At most ``names`` distinct ones are remembered, of 16
    million characters together; what comes beyond is counted as "(other)" only, so the sum always
    is the number counted."""

    def __init__(self, *, names: int, top: int = TOP) -> None:
        self.total = 0
        self._names = names
        self._characters = NAME_CHARACTERS_KEPT
        self._top = top
        self._counts: dict[str, int] = {}
        self._best: dict[str, int] = {}
        self._floor = 0

    def add(self, name: str, times: int = 1) -> None:
        self.total += times
        if name == OTHER or not self._knows(name):
            return
        count = self._counts[name] = self._counts.get(name, 0) + times
        if name in self._best or len(self._best) < self._top:
            self._best[name] = count
        elif count > self._floor:
            self._overtake(name, count)

    def named(self) -> dict[str, int]:
        """At most ``top`` names and "(other)", in no order; the sum is ``total``."""
        named = self._best.copy()
        rest = self.total - sum(named.values())
        if rest:
            named[OTHER] = rest
        return named

    def _knows(self, name: str) -> bool:
        """True for a name that is remembered, and for a new one if there is room for it."""
        if name in self._counts:
            return True
        if len(self._counts) >= self._names or self._characters < len(name):
            return False
        self._characters -= len(name)
        return True

    def _overtake(self, name: str, count: int) -> None:
        """``_floor`` is never above the smallest count listed, so looking for the smallest is
        needed only when a name has grown past it."""
        smallest = min(self._best, key=self._best.__getitem__)
        self._floor = self._best[smallest]
        if count > self._floor:
            del self._best[smallest]
            self._best[name] = count


class SlidingDistinct(Generic[K]):
    """Distinct keys seen in the last ``window_s`` seconds."""

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self._seen: OrderedDict[K, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[K]:
        return iter(self._seen)

    def add(self, key: K, at: float) -> None:
        self._seen[key] = at
        self._seen.move_to_end(key)

    def advance(self, now: float) -> None:
        while self._seen:
            key, at = next(iter(self._seen.items()))
            if now < at + self.window_s:
                return
            del self._seen[key]

    def due_at(self) -> float | None:
        first = next(iter(self._seen.values()), None)
        return None if first is None else first + self.window_s


class Passing(NamedTuple):
    """An event as the last minute remembers it."""

    at: float
    session_id: str
    place: Place


class LastMinute:
    """The events of the last ``window_s`` seconds, for what has to be counted under a filter.

    At most ``most`` are remembered. While some of the window are missing, its counts are None."""

    def __init__(self, window_s: float, most: int) -> None:
        self.window_s = window_s
        self._events: deque[Passing] = deque(maxlen=most)
        self._complete_at = 0.0

    def add(self, passing: Passing) -> None:
        if len(self._events) == self._events.maxlen:
            self._complete_at = self._events[0].at + self.window_s
        self._events.append(passing)

    def advance(self, now: float) -> None:
        while self._events and now >= self._events[0].at + self.window_s:
            self._events.popleft()

    def events(self, now: float, matches: Callable[[Place], bool] | None = None) -> int | None:
        if now < self._complete_at:
            return None
        if matches is None:
            return len(self._events)
        return sum(matches(passing.place) for passing in self._events)

    def visitors(self, now: float, matches: Callable[[Place], bool]) -> int | None:
        """Distinct sessions with a matching event. Costs a walk over the minute."""
        if now < self._complete_at:
            return None
        return len({each.session_id for each in self._events if matches(each.place)})

    def due_at(self) -> float | None:
        return self._events[0].at + self.window_s if self._events else None


class Minute:
    """The sessions with an event in one minute of the clock, and which of them were where. At most
    ``most`` of the latter are remembered; with more, what is asked under a filter isn't known."""

    def __init__(self, index: int, most: int) -> None:
        self.index = index
        self.sessions: set[str] = set()
        self._most = most
        self._places: set[tuple[str, Place]] = set()
        self._is_complete = True

    def add(self, session_id: str, place: Place) -> None:
        self.sessions.add(session_id)
        if len(self._places) < self._most:
            self._places.add((session_id, place))
        elif (session_id, place) not in self._places:
            self._is_complete = False

    def matching(self, matches: Callable[[Place], bool]) -> int | None:
        """Distinct sessions with a matching event. Costs a walk over the minute."""
        if not self._is_complete:
            return None
        return len({session_id for session_id, place in self._places if matches(place)})


class MinuteRing:
    """Distinct sessions per minute of the clock (UTC): the running one and the nine before."""

    def __init__(self, most_places: int = PLACES_KEPT) -> None:
        self._most_places = most_places
        self._now = 0
        self._minutes: deque[Minute] = deque(maxlen=MINUTES)

    def add(self, session_id: str, place: Place, at: float) -> None:
        self.advance(at)
        if not self._minutes or self._minutes[-1].index != self._now:
            self._minutes.append(Minute(self._now, self._most_places))
        self._minutes[-1].add(session_id, place)

    def advance(self, now: float) -> None:
        self._now = max(self._now, int(now // 60))
        while self._minutes and self._minutes[0].index <= self._now - MINUTES:
            self._minutes.popleft()

    def counts(self, matches: Callable[[Place], bool] | None = None) -> list[int | None]:
        """Ten numbers, oldest first; the last one is the running minute. None: not known."""
        numbers: list[int | None] = [0] * MINUTES
        for minute in self._minutes:
            count = minute.matching(matches) if matches else len(minute.sessions)
            numbers[minute.index - self._now - 1] = count
        return numbers

    def due_at(self) -> float | None:
        """When the minutes next move on, if there is anything in them."""
        return (self._now + 1) * 60.0 if self._minutes else None


class KnownIds:
    """Event ids and when they were first received: at least the newest ``most`` / 2 of them.

    Two generations: dropping the oldest one by one from a dict costs a scan over the dropped."""

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[str, float] = {}
        self._old: dict[str, float] = {}

    def find(self, event_id: str) -> float | None:
        at = self._young.get(event_id)
        return self._old.get(event_id) if at is None else at

    def add(self, event_id: str, at: float) -> None:
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[event_id] = at

    def clear(self) -> None:
        self._young, self._old = {}, {}
