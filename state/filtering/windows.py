"""The last minute and ten minutes of the clock under one filter, updated with every event."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import takewhile

from state.checkpoint_pieces import in_pieces
from state.counting.windows import MINUTES, LastMinute, Matches, MinuteRing
from state.sessions.expiry.activity_queue import MINUTE_S, Activity

AT_ONCE = 2_000


class FilteredLastMinute:
    """Matching events of the last 60 seconds, and the distinct session ids among them. What came
    before the first event counted here is held separately: it is older than all that follows."""

    def __init__(self, matches: Matches) -> None:
        self._matches = matches
        self._complete_at = 0.0
        self._first: Activity | None = None
        self._older: dict[str, float] = {}
        self._recent: dict[str, float] = {}
        self._older_times: deque[float] = deque()
        self._recent_times: deque[float] = deque()

    def __len__(self) -> int:
        """Session ids that are held."""
        return len(self._older) + len(self._recent)

    def add(self, entry: Activity) -> None:
        """Count a matching event, and drop what is too old then."""
        at, session_id = entry.at, entry.session.id
        if self._first is None:
            self._first = entry
        self._older.pop(session_id, None)
        self._recent.pop(session_id, None)
        self._recent[session_id] = at
        if not entry.is_signal:
            self._recent_times.append(at)
        self._drop(at)

    def visitors(self, now: float) -> int | None:
        """Distinct session ids; None while some events of the minute are unknown."""
        if now < self._complete_at:
            return None
        kept = (self._older, self._recent)
        return sum(len(seen) - _too_old(seen.values(), now) for seen in kept)

    def events(self, now: float) -> int | None:
        """Events; None while some of the minute are unknown."""
        if now < self._complete_at:
            return None
        kept = (self._older_times, self._recent_times)
        return sum(len(times) - _too_old(times, now) for times in kept)

    def build(self, events: LastMinute) -> Iterator[None]:
        self._complete_at = events.complete_at
        before = takewhile(self._is_older, events.entries())
        for some in in_pieces(before, AT_ONCE):
            for entry in some:
                if self._matches(entry.place):
                    self._add_older(entry)
            yield

    def _is_older(self, entry: Activity) -> bool:
        """True for what came before the first event that ``add`` counted."""
        first = self._first
        return first is None or (entry is not first and entry.at <= first.at)

    def _add_older(self, entry: Activity) -> None:
        if not entry.is_signal:
            self._older_times.append(entry.at)
        if entry.session.id not in self._recent:
            self._older.pop(entry.session.id, None)
            self._older[entry.session.id] = entry.at

    def _drop(self, now: float) -> None:
        for seen in (self._older, self._recent):
            while seen and now >= next(iter(seen.values())) + MINUTE_S:
                del seen[next(iter(seen))]
        for times in (self._older_times, self._recent_times):
            while times and now >= times[0] + MINUTE_S:
                times.popleft()


class FilteredMinutes:
    """Distinct session ids with a matching event, for each of ten minutes of the clock. Ids are
    held for the running minute, and for those before until ``build`` is through."""

    def __init__(self, matches: Matches) -> None:
        self._matches = matches
        self._is_built = False
        self._ids: dict[int, set[str]] = {}
        self._counts: dict[int, int | None] = {}

    def __len__(self) -> int:
        """Session ids that are held."""
        return sum(map(len, self._ids.values()))

    def add(self, entry: Activity) -> None:
        """Count a matching event."""
        index = int(entry.at // MINUTE_S)
        ids = self._ids.get(index)
        if ids is None:
            ids = self._ids[index] = set()
            if self._is_built:
                self._end_minutes_before(index)
        ids.add(entry.session.id)

    def counts(self, running: int) -> list[int | None]:
        """Ten numbers, the oldest first, the last one of the minute ``running``; None: unknown."""
        return [self._count(index) for index in range(running - MINUTES + 1, running + 1)]

    def build(self, ring: MinuteRing) -> Iterator[None]:
        for minute in ring.minutes():
            for some in in_pieces(list(minute.places), AT_ONCE):
                ids = {p.session_id for p in some if self._matches(p)}
                self._ids.setdefault(minute.index, set()).update(ids)
                yield
            if not minute.is_complete:
                self._counts[minute.index] = None
        self._is_built = True
        self._end_minutes_before(ring.index)

    def _count(self, index: int) -> int | None:
        return self._counts[index] if index in self._counts else len(self._ids.get(index, ()))

    def _end_minutes_before(self, running: int) -> None:
        for index in [index for index in self._ids if index < running]:
            self._counts.setdefault(index, len(self._ids.pop(index)))
        for index in [index for index in self._counts if index <= running - MINUTES]:
            del self._counts[index]


def _too_old(times: Iterable[float], now: float) -> int:
    """How many of ascending times are out of the minute at ``now``."""
    return sum(1 for _ in takewhile(lambda at: now >= at + MINUTE_S, times))
