"""The filters that are asked under, and what is counted for each."""

from state.filter import Filter
from state.filtered import FilteredCounts, Source
from state.lines import Entry
from state.session import Session

MOST_FILTERS = 32
MOST_HELD = 1_000_000
"""Session ids that all filters hold together, at most 260 bytes each."""

UNASKED_S = 60.0


class _Active:
    """One filter: its counts, the steps left, when it was begun, and when it was asked last."""

    def __init__(self, filter_: Filter, source: Source, now: float) -> None:
        self.counts = FilteredCounts(filter_)
        self.steps = self.counts.build(source)
        self.begun_at = now
        self.asked_at = now


class ActiveFilters:
    """Counts for at most 32 filters. One that wasn't asked for a minute is dropped, and so are
    those that were asked longest ago where another needs their room. With none, an event costs one
    look at an empty table."""

    def __init__(self) -> None:
        self._active: dict[Filter, _Active] = {}

    def __len__(self) -> int:
        return len(self._active)

    @property
    def complete_count(self) -> int:
        """How many are complete."""
        return sum(each.counts.is_complete for each in self._active.values())

    def ask(self, filter_: Filter, source: Source, now: float) -> FilteredCounts:
        """The counts of a filter, which begin with the first question. They hold once they are
        complete: ``step`` brings them there. Moves the filter to the end of the line of those that
        are dropped."""
        active = self._active.pop(filter_, None)
        if active is None or _is_spent(active, now):
            self._drop(now)
            active = _Active(filter_, source, now)
        active.asked_at = now
        self._active[filter_] = active
        return active.counts

    def complete(self, filter_: Filter, source: Source, now: float) -> FilteredCounts:
        """The same, complete at once: that takes as long as a walk over all sessions."""
        counts = self.ask(filter_, source, now)
        while not counts.is_complete:
            next(self._active[filter_].steps, None)
        return counts

    def step(self) -> bool:
        """Take one step of about half a millisecond for a filter that isn't complete, the one that
        waits longest. Returns False where there is none."""
        waiting = (each for each in self._active.values() if not each.counts.is_complete)
        first = min(waiting, key=lambda each: each.begun_at, default=None)
        if first is None:
            return False
        next(first.steps, None)
        return True

    def add(self, entry: Entry, *, is_pageview: bool) -> None:
        for active in self._active.values():
            active.counts.add(entry, is_pageview=is_pageview)

    def end(self, session: Session) -> None:
        for active in self._active.values():
            active.counts.end(session)

    def drop_unasked(self, now: float) -> None:
        for filter_ in [f for f, each in self._active.items() if now > each.asked_at + UNASKED_S]:
            del self._active[filter_]

    def clear(self) -> None:
        self._active.clear()

    def _drop(self, now: float) -> None:
        self.drop_unasked(now)
        held = sum(len(each.counts) for each in self._active.values())
        while len(self._active) >= MOST_FILTERS or held > MOST_HELD:
            dropped = self._active.pop(next(iter(self._active)))
            held -= len(dropped.counts)


def _is_spent(active: _Active, now: float) -> bool:
    """True where pages were forgotten long ago: they may be known again to who begins now."""
    return not active.counts.knows_pages and now > active.begun_at + UNASKED_S
