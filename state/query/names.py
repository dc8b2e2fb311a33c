"""The names of a list beyond its largest: page by page, and the counts of some."""

from collections.abc import Generator, Sequence
from heapq import nsmallest
from typing import NamedTuple

from state.checkpoint_pieces import in_pieces
from state.counting.top_counter import OTHER
from state.filtering.filter import Filter
from state.model import Model
from state.query.people import people_of

NAMES_A_STEP = 5_000

NameKey = tuple[int, str]
"""The place of a name in a list, ascending: minus its count, and the name."""


class WhichList(NamedTuple):
    """A list: a dimension of the people who are here and match, or of everyone's day
    (``is_today``)."""

    dimension: str
    filter: Filter
    is_today: bool = False


class FurtherNames(NamedTuple):
    """A page of names in descending order of their counts. ``rest`` is the sum of all counts after
    it, those of names that aren't remembered included; ``cursor`` is where the next page begins,
    None without one."""

    counts: dict[str, int]
    rest: int
    cursor: NameKey | None


def all_counts(model: Model, which: WhichList) -> dict[str, int]:
    """The count of every name of a list that is remembered."""
    if which.is_today:
        return model.day.counter(which.dimension).counts()
    return people_of(model, which.filter).counter(which.dimension).counts


def counts_of_names(model: Model, which: WhichList, names: Sequence[str]) -> dict[str, int]:
    """The counts of some names, zero for those that aren't in the list."""
    if which.is_today:
        day = model.day.counter(which.dimension)
        return {name: day.count(name) for name in names}
    counts = people_of(model, which.filter).counter(which.dimension).counts
    return {name: counts.get(name, 0) for name in names}


def further_names(
    model: Model, which: WhichList, *, listed: int, after: NameKey | None = None, most: int = 50
) -> Generator[None, None, FurtherNames]:
    """The names of a list beyond its ``listed`` largest, or beyond those that the day lists. A name
    that is "(other)" itself is part of the rest.
    ``after`` is the cursor of the page before. It yields after a millisecond or two of work."""
    first, total = _listed(model, which, listed)
    before = sum(first.values())
    best: list[NameKey] = []
    for some in in_pieces(list(all_counts(model, which).items()), NAMES_A_STEP):
        keys = [(-count, name) for name, count in some if name not in first and name != OTHER]
        if after is not None:
            before -= sum(key[0] for key in keys if key <= after)
            keys = [key for key in keys if key > after]
        best = nsmallest(most + 1, best + keys)
        yield
    page = {name: -count for count, name in best[:most]}
    cursor = best[most - 1] if len(best) > most else None
    return FurtherNames(page, total - before - sum(page.values()), cursor)


def _listed(model: Model, which: WhichList, most: int) -> tuple[dict[str, int], int]:
    """The names of the first page with their counts, and the sum of all counts."""
    if which.is_today:
        day = model.day.counter(which.dimension)
        return {name: n for name, n in day.named().items() if name != OTHER}, day.total
    counter = people_of(model, which.filter).counter(which.dimension)
    return dict(counter.largest(most)), counter.total
