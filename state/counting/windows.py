"""Counts in time: the events of the last minute, and ten minutes of the clock. Both remember enough
to count under a filter.

``due_at`` is when time alone next changes a number, None where nothing is held."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import dropwhile, takewhile
from math import inf
from sys import intern

from state.checkpoint_pieces import KeptActivities, KeptClock, KeptMinute, in_pieces
from state.sessions.expiry.activity_queue import MINUTE_S, Activity
from state.sessions.labels import labels_bytes, shared
from state.sessions.place import Place
from state.sessions.session import Session
from state.sizes import LargeItems, long_text_bytes

Matches = Callable[[Place], bool]
"""Returns whether what happened at a place matches a filter."""

MINUTES = 10
PLACES_KEPT = 100_000
"""Distinct triples of session id, country and page that one minute remembers."""


class LastMinute:
    """The events and heartbeats of the last ``window_s`` seconds.

    At most ``most`` are remembered, with long texts of at most ``most_bytes``. While some of the
    window are missing, its counts are None. Expired events are dropped when one is added, and by
    ``drop_expired``; until then counts leave them out."""

    def __init__(self, window_s: float, most: int, most_bytes: float = inf) -> None:
        self.window_s = window_s
        self._most = most
        self._events: deque[Activity] = deque()
        self._added = 0
        self._signals = 0
        self._long = LargeItems(most_bytes)
        self._complete_at = 0.0

    def extend(self, entries: list[Activity], has_long: bool = True, signals: int = 0) -> None:
        """Add events of one moment, and ``signals`` among them; ``has_long`` is False if no text of
        them is long."""
        self._signals += signals
        events, at = self._events, entries[0].at
        if events and at >= events[0].at + self.window_s:
            self.drop_expired(at)
        events += entries
        self._added += len(entries)
        if has_long:
            for number, entry in enumerate(entries, self._added - len(entries)):
                if size := _long_bytes(entry.place):
                    self._long.add(number, size)
            while self._long.are_too_many:
                self._drop_first()
        while len(events) > self._most:
            self._drop_first()

    @property
    def complete_at(self) -> float:
        """The time from which on all events of the window are remembered."""
        return self._complete_at

    def entries(self) -> list[Activity]:
        """The remembered events, the oldest first."""
        return list(self._events)

    def events(self, now: float) -> int | None:
        """Events of the window, or None while some of it are missing."""
        if now < self._complete_at:
            return None
        expired = takewhile(self._expired_at(now), self._events)
        if not self._signals:
            return len(self._events) - sum(1 for _ in expired)
        return len(self._events) - self._signals - sum(not each.is_signal for each in expired)

    def due_at(self, now: float) -> float | None:
        """When the first event that is in the window at ``now`` expires; None without one."""
        first = next(dropwhile(self._expired_at(now), self._events), None)
        return None if first is None else first.at + self.window_s

    def drop_expired(self, now: float) -> None:
        """Drop the events that are out of the window at ``now``."""
        events, window_s = self._events, self.window_s
        while events and now >= events[0].at + window_s:
            self._signals -= events.popleft().is_signal
        if self._long.items:
            self._long.drop_before(self._added - len(events))

    def dump(self) -> Iterator[KeptActivities]:
        for some in in_pieces(self._events):
            rows = [
                (e.at, e.session.id, e.place.country, e.place.page, e.place.labels, e.is_signal)
                for e in some
            ]
            yield KeptActivities(self._complete_at, rows)

    def load(self, kept: KeptActivities, sessions: dict[str, Session]) -> None:
        """``sessions`` by id; missing ones are added. An activity holds a session, and here only
        its id matters."""
        self._complete_at = kept.complete_at
        for at, session_id, country, page, labels, is_signal in kept.activities:
            session = sessions.get(session_id)
            if session is None:
                session = sessions[session_id] = Session(intern(session_id), at, at, at)
            place = Place(session.id, intern(country), page and intern(page), shared(labels))
            self._events.append(Activity(at, session.latest_number, session, place, is_signal))
            if size := _long_bytes(place):
                self._long.add(self._added, size)
            self._added += 1
            self._signals += is_signal

    def _expired_at(self, now: float) -> Callable[[Activity], bool]:
        return lambda entry: now >= entry.at + self.window_s

    def _drop_first(self) -> None:
        """Drop the oldest event although it is in the window."""
        first = self._events.popleft()
        self._signals -= first.is_signal
        self._complete_at = first.at + self.window_s
        self._long.drop_before(self._added - len(self._events))


class Minute:
    """The number of session ids with an event in one minute of the clock, and their places: a set
    while the minute is running, and a list, of an eighth of its size, once it has ended. Unless it
    is complete, its counts under a filter are unknown."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.sessions = 0
        self.bytes = 0
        self.places: set[Place] | list[Place] = []
        self.is_complete = True


class MinuteRing:
    """Distinct sessions for each minute of the clock (UTC): the running one and the nine before. A
    minute remembers ``most_places`` places, with long texts of a tenth of ``most_bytes``."""

    def __init__(self, most_places: int = PLACES_KEPT, most_bytes: float = inf) -> None:
        self.ends_at = 0.0
        self.begins_at = 0.0
        self._most_places = most_places
        self._most_bytes = most_bytes / MINUTES
        self._now = 0
        self._running: Minute | None = None
        self._places: set[Place] = set()
        self._minutes: deque[Minute] = deque(maxlen=MINUTES)

    def extend(self, places: list[Place], at: float, sessions: int, has_long: bool = True) -> None:
        """Add places of one moment; ``sessions`` are the session ids among them that the running
        minute hasn't seen. Places that it knows may be left out. ``has_long`` is False if no text
        of them is long."""
        if at >= self.ends_at:
            self.advance(at)
        minute, known = self._running, self._places
        if minute is None:
            minute = self._running = Minute(self._now)
            minute.places = known
            self._minutes.append(minute)
        minute.sessions += sessions
        has_room = not has_long and len(known) + len(places) <= self._most_places
        if has_room and minute.bytes <= self._most_bytes:
            known.update(places)
        else:
            for place in places:
                self._add(minute, place)

    def advance(self, now: float) -> None:
        if now < self.ends_at:
            return
        self._now = int(now // MINUTE_S)
        self.begins_at = self._now * MINUTE_S
        self.ends_at = (self._now + 1) * MINUTE_S
        if self._running is not None:
            self._running.places = list(self._places)
            self._running, self._places = None, set()
        while self._minutes and self._minutes[0].index <= self._now - MINUTES:
            self._minutes.popleft()

    def _add(self, minute: Minute, place: Place) -> None:
        if place in self._places:
            return
        minute.bytes += _long_bytes(place)
        if len(self._places) < self._most_places and minute.bytes <= self._most_bytes:
            self._places.add(place)
        else:
            minute.is_complete = False

    @property
    def index(self) -> int:
        """The running minute, counted from the epoch."""
        return self._now

    def minutes(self) -> list[Minute]:
        """The minutes that had an event, the oldest first."""
        return list(self._minutes)

    def counts(self) -> list[int | None]:
        """Ten numbers, oldest first; the last one is the running minute."""
        numbers: list[int | None] = [0] * MINUTES
        for minute in self._minutes:
            numbers[minute.index - self._now - 1] = minute.sessions
        return numbers

    def due_at(self) -> float | None:
        """When the running minute ends; None while no minute has an event."""
        return self.ends_at if self._minutes else None

    def dump(self) -> Iterator[KeptClock | KeptMinute]:
        yield KeptClock(self._now, self.begins_at, self.ends_at)
        for minute in self._minutes:
            for some in in_pieces(minute.places):
                places = [(p.session_id, p.country, p.page, p.labels) for p in some]
                yield KeptMinute(minute.index, minute.sessions, minute.is_complete, places)

    def load(self, kept: KeptClock | KeptMinute) -> None:
        if isinstance(kept, KeptClock):
            self._now, self.begins_at, self.ends_at = kept.now, kept.begins_at, kept.ends_at
            return
        if not self._minutes or self._minutes[-1].index != kept.index:
            self._minutes.append(Minute(kept.index))
        minute = self._minutes[-1]
        minute.sessions, minute.is_complete = kept.sessions, kept.is_complete
        places = [
            Place(intern(i), intern(c), page and intern(page), shared(labels))
            for i, c, page, labels in kept.places
        ]
        minute.bytes += sum(map(_long_bytes, places))
        if kept.index == self._now:
            self._running = minute
            self._places.update(places)
            minute.places = self._places
        else:
            minute.places = [*minute.places, *places]


def _long_bytes(place: Place) -> int:
    """Bytes of a place beyond an ordinary one, the same before and after a restart."""
    texts = long_text_bytes(place.session_id) + long_text_bytes(place.page)
    return texts + labels_bytes(place.labels)
