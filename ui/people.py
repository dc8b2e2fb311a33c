"""Searches among all people, shared by the pages that look for the same, and among all names."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from state import query
from state.filtering.filter import Filter
from state.model import Model
from state.query import FoundPeople, FurtherNames, NameKey, Order, WhichList
from state.query.finding import Key
from ui.steps import finish
from ui.viewmodel.sought import Sought
from ui.viewmodel.top_lists import ROWS

MOST_NAMES = 50
FRESH_S = 1.0
"""So long an answer is good for others: a search through 250,000 sessions takes half a second."""


class Wanted(NamedTuple):
    """What is looked for: ``after`` is the cursor of the page before, None for the first one."""

    filter: Filter
    order: Order
    sought: Sought
    after: Key | None


class _Search(NamedTuple):
    begun_at: float
    task: "asyncio.Task[FoundPeople]"


class PeopleSearch:
    """Finds people. ``is_counted`` says whether the counts of a filter are complete; before that
    nobody is found, since it would have to be counted at once."""

    def __init__(self, model: Model, is_counted: Callable[[Filter], bool]) -> None:
        self._model = model
        self._is_counted = is_counted
        self._searches: dict[Wanted, _Search] = {}

    async def find(self, wanted: Wanted) -> FoundPeople | None:
        """Returns a page of the people found, None while the filter isn't counted."""
        if wanted.filter and not self._is_counted(wanted.filter):
            return None
        now = asyncio.get_running_loop().time()
        search = self._searches.get(wanted)
        if search is None or now > search.begun_at + FRESH_S:
            self._drop_old(now)
            search = self._searches[wanted] = _Search(now, asyncio.create_task(self._find(wanted)))
        return await asyncio.shield(search.task)

    async def find_names(self, which: WhichList, sought: Sought) -> dict[str, int]:
        """Returns the largest counts of a list whose names are looked for; none while the filter
        isn't counted."""
        if not self._knows(which):
            return {}
        is_meant = sought.is_country if which.dimension == "countries" else query.never
        steps = query.find_names(self._model, which, sought.text, MOST_NAMES, is_meant)
        return (await finish(steps)).counts

    async def further_names(self, which: WhichList, after: NameKey | None) -> FurtherNames | None:
        """Returns the names of a list after a cursor, or after those that every page is sent; None
        while the filter isn't counted."""
        if not self._knows(which):
            return None
        return await finish(query.further_names(self._model, which, listed=ROWS, after=after))

    def counts_of_names(self, which: WhichList, names: Sequence[str]) -> dict[str, int]:
        """Returns the counts of some names of a list; none while the filter isn't counted."""
        return query.counts_of_names(self._model, which, names) if self._knows(which) else {}

    def _knows(self, which: WhichList) -> bool:
        """The day is counted for everyone alone."""
        if which.is_today:
            return not which.filter.values()
        return not which.filter or self._is_counted(which.filter)

    async def _find(self, wanted: Wanted) -> FoundPeople:
        filter_, order, (text, _), after = wanted
        is_country = wanted.sought.is_country
        return await finish(
            query.find_people(
                self._model, filter_, order=order, text=text, is_country=is_country, after=after
            )
        )

    def _drop_old(self, now: float) -> None:
        old = [w for w, s in self._searches.items() if now > s.begun_at + FRESH_S and s.task.done()]
        for wanted in old:
            del self._searches[wanted]
