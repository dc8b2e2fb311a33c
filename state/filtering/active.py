"""The filters in use, and the counts of each."""

from math import inf

from state.filtering.counts import CountSource, FilteredCounts
from state.filtering.filter import Filter
from state.sessions.expiry.activity_queue import Activity
from state.sessions.session import Session

MOST_FILTERS = 64
MOST_HELD = 1_000_000
"""Session ids that all filters hold together when one more begins, about 300 bytes each."""

UNASKED_S = 60.0
IN_USE_S = 1.0


class _Active:
    """One filter: its counts, the steps left, when it began, and when it was last asked for."""

    def __init__(self, filter_: Filter, source: CountSource, now: float) -> None:
        self.counts = FilteredCounts(filter_, source)
        self.steps = self.counts.build()
        self.begun_at = now
        self.asked_at = now


class ActiveFilters:
    """Counts for at most 64 filters, least recently asked for first. A filter that wasn't asked for
    within a minute is dropped; where another needs its room, within a second. ``is_empty`` spares
    an event the call of ``add``."""

    def __init__(self) -> None:
        self.is_empty = True
        self._in_use: dict[Filter, _Active] = {}

    def __len__(self) -> int:
        return len(self._in_use)

    @property
    def complete_count(self) -> int:
        """The number of filters whose counts are complete."""
        return sum(each.counts.is_complete for each in self._in_use.values())

    def request(self, filter_: Filter, source: CountSource, now: float) -> FilteredCounts | None:
        """The counts of a filter, which begin with the first request; None while there is no room
        for another one. They are right once complete: ``step`` completes them."""
        return self._request(filter_, source, now, in_use_s=IN_USE_S)

    def count_now(self, filter_: Filter, source: CountSource, now: float) -> FilteredCounts:
        """The same, completed now, which takes as long as a walk over all sessions. There is always
        room."""
        counts = self._request(filter_, source, now, in_use_s=-inf)
        assert counts is not None
        while not counts.is_complete:
            next(self._in_use[filter_].steps, None)
        counts.advance(now)
        return counts

    def step(self) -> bool:
        """Do one step, of about half a millisecond, for the filter that has waited longest. Returns
        False where all are complete."""
        waiting = (each for each in self._in_use.values() if not each.counts.is_complete)
        first = min(waiting, key=lambda each: each.begun_at, default=None)
        if first is None:
            return False
        next(first.steps, None)
        return True

    def add(self, entry: Activity, *, is_pageview: bool) -> None:
        """Count an event, which may have ended its session."""
        for active in self._in_use.values():
            active.counts.add(entry, is_pageview=is_pageview)
        if entry.session.ended_at is not None:
            self.end(entry.session, entry.at)

    def resume(self, session: Session, now: float) -> None:
        """Note that a session that had ended goes on."""
        for active in self._in_use.values():
            active.counts.resume(session, now)

    def end(self, session: Session, at: float) -> None:
        """Note that a session ended, or would have, at ``at``."""
        for active in self._in_use.values():
            active.counts.end(session, at)

    def drop_unasked(self, now: float) -> None:
        for filter_ in [f for f, each in self._in_use.items() if now > each.asked_at + UNASKED_S]:
            del self._in_use[filter_]
        self.is_empty = not self._in_use

    def clear(self) -> None:
        self._in_use.clear()
        self.is_empty = True

    def _request(
        self, filter_: Filter, source: CountSource, now: float, *, in_use_s: float
    ) -> FilteredCounts | None:
        """A filter that is asked for moves to the end."""
        active = self._in_use.get(filter_)
        if active is None or _is_spent(active, now):
            self.drop_unasked(now)
            if not self._make_room(now - in_use_s):
                return None
            active = _Active(filter_, source, now)
        self._in_use.pop(filter_, None)
        active.asked_at = now
        active.counts.advance(now)
        self._in_use[filter_] = active
        self.is_empty = False
        return active.counts

    def _make_room(self, asked_before: float) -> bool:
        """Drop the least recently used filters for one more. Returns whether there is room."""
        held = sum(len(each.counts) for each in self._in_use.values())
        while len(self._in_use) >= MOST_FILTERS or held > MOST_HELD:
            filter_, first = next(iter(self._in_use.items()))
            if first.asked_at > asked_before:
                return False
            del self._in_use[filter_]
            held -= len(first.counts)
        return True


def _is_spent(active: _Active, now: float) -> bool:
    """True if pages were unknown for a minute: counts that begin now may know them."""
    return not active.counts.knows_pages and now > active.begun_at + UNASKED_S
