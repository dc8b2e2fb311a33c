"""Counting in time: a sliding minute, and ten minutes of the clock.

``due_at`` tells when time alone next changes something, None where nothing is held. ``idle_until``
is a cheap bound below that: until then ``advance`` may be left out."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from math import inf
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

Place = tuple[str, str | None]
"""Where an event happened: its country and its page."""

NEVER = inf
MINUTE_S = 60.0
MINUTES = 10
PLACES_KEPT = 100_000
"""Pairs of session and place that a minute remembers."""


class SlidingDistinct(Generic[K]):
    """Distinct ``keys`` seen in the last ``window_s`` seconds."""

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self.idle_until = NEVER
        self._seen: OrderedDict[K, float] = OrderedDict()
        self.keys = self._seen.keys()

    def add(self, key: K, at: float) -> None:
        if self.idle_until is NEVER:
            self.idle_until = at + self.window_s
        self._seen[key] = at
        self._seen.move_to_end(key)

    def advance(self, now: float) -> None:
        seen = self._seen
        while seen:
            at = next(iter(seen.values()))
            if now < at + self.window_s:
                self.idle_until = at + self.window_s
                return
            seen.popitem(last=False)
        self.idle_until = NEVER

    def due_at(self) -> float | None:
        first = next(iter(self._seen.values()), None)
        return None if first is None else first + self.window_s


class LastMinute:
    """The events of the last ``window_s`` seconds, for what has to be counted under a filter.

    At most ``most`` are remembered. While some of the window are missing, its counts are None."""

    def __init__(self, window_s: float, most: int) -> None:
        self.window_s = window_s
        self.idle_until = NEVER
        self._most = most
        self._events: deque[tuple[float, str, Place]] = deque(maxlen=most)
        self._complete_at = 0.0

    def add(self, session_id: str, place: Place, at: float) -> None:
        events = self._events
        if len(events) == self._most:
            self._complete_at = events[0][0] + self.window_s
        events.append((at, session_id, place))
        if self.idle_until is NEVER:
            self.idle_until = at + self.window_s

    def advance(self, now: float) -> None:
        events, window_s = self._events, self.window_s
        while events and now >= events[0][0] + window_s:
            events.popleft()
        self.idle_until = events[0][0] + window_s if events else NEVER

    def events(self, now: float, matches: Callable[[Place], bool] | None = None) -> int | None:
        if now < self._complete_at:
            return None
        if matches is None:
            return len(self._events)
        return sum(matches(place) for _, _, place in self._events)

    def visitors(self, now: float, matches: Callable[[Place], bool]) -> int | None:
        """Distinct sessions with a matching event. Costs a walk over the minute."""
        if now < self._complete_at:
            return None
        return len({session_id for _, session_id, place in self._events if matches(place)})

    def due_at(self) -> float | None:
        return self._events[0][0] + self.window_s if self._events else None


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
        self.idle_until = NEVER
        self._most_places = most_places
        self._now = 0
        self._minutes: deque[Minute] = deque(maxlen=MINUTES)

    def add(self, session_id: str, place: Place, at: float) -> None:
        if at >= self.idle_until or not self._minutes:
            self.advance(at)
        if not self._minutes or self._minutes[-1].index != self._now:
            self._minutes.append(Minute(self._now, self._most_places))
            self.idle_until = (self._now + 1) * MINUTE_S
        self._minutes[-1].add(session_id, place)

    def advance(self, now: float) -> None:
        self._now = max(self._now, int(now // MINUTE_S))
        while self._minutes and self._minutes[0].index <= self._now - MINUTES:
            self._minutes.popleft()
        self.idle_until = (self._now + 1) * MINUTE_S if self._minutes else NEVER

    def counts(self, matches: Callable[[Place], bool] | None = None) -> list[int | None]:
        """Ten numbers, oldest first; the last one is the running minute. None: not known."""
        numbers: list[int | None] = [0] * MINUTES
        for minute in self._minutes:
            count = minute.matching(matches) if matches else len(minute.sessions)
            numbers[minute.index - self._now - 1] = count
        return numbers

    def due_at(self) -> float | None:
        """When the minutes next move on, if there is anything in them."""
        return (self._now + 1) * MINUTE_S if self._minutes else None
