"""What explains that more, or fewer, people are here than before."""

from collections.abc import Iterable

from state.alerts import Cause
from state.changes.tops import KeptTops, top_of
from state.event import UNKNOWN
from state.sessions.people import People

EXPLAINING = ("sources", "pages", "countries")
"""Dimensions that may explain a change; of equal parts the first one does."""

AGO_S = 1_800.0
"""The people here are compared with those of so long ago."""

LEAST_SHARE = 0.3
UNNAMED = ("", UNKNOWN)


def causes(people: People, before: KeptTops) -> tuple[Cause, ...]:
    """The name that explains most of the change since then, of each dimension where one explains at
    least 30 %, the largest first. A name that isn't known explains nothing."""
    whole = people.pages.total - before.people
    if not whole:
        return ()
    found = (_largest(people, before, dimension, whole) for dimension in EXPLAINING)
    named = [cause for cause in found if cause is not None and cause.share >= LEAST_SHARE]
    return tuple(sorted(named, key=lambda cause: -cause.share))


def _largest(people: People, before: KeptTops, dimension: str, whole: int) -> Cause | None:
    counter, top = people.counter(dimension), before.tops[dimension]
    names = {**top_of(counter).counts, **top.counts}
    parts = [(_part(counter.counts, top.count(name), top.floor, name), name) for name in names]
    best = _furthest((part for part in parts if part[1] not in UNNAMED), whole)
    if best is None:
        return None
    change, name = best
    return Cause(dimension, name, change, min(1.0, change / whole))


def _part(counts: dict[str, int], before: int | None, floor: int, name: str) -> int:
    """By how much a name has changed: at least, where it is among the largest only now."""
    return counts.get(name, 0) - (floor if before is None else before)


def _furthest(parts: Iterable[tuple[int, str]], whole: int) -> tuple[int, str] | None:
    """The part that goes furthest in the direction of the whole; of equal ones the first name."""
    sign = 1 if whole > 0 else -1
    return min(parts, key=lambda part: (-sign * part[0], part[1]), default=None)
