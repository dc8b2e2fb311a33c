"""The names of lists that the pages are not sent with every view, asked for by one page."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui.events import GenericEventArguments

from state.filtering.filter import Filter
from state.query import NameKey, WhichList
from ui.panel import Panel
from ui.people import PeopleSearch
from ui.viewmodel.sought import sought_of
from ui.viewmodel.top_lists import ShownDimension

MOST_COUNTED = 100


class NameSearch:
    """Answers a page under the filter that ``filter_`` returns: which names have a text in them,
    which come next, and how many there are now of those that are seen."""

    def __init__(self, people: PeopleSearch, filter_: Callable[[], Filter]) -> None:
        self._people = people
        self._filter = filter_

    def serve(self, panel: Panel, dimensions: Sequence[ShownDimension]) -> None:
        """Answer the questions of a list with these dimensions (``further.js``)."""

        async def find(event: GenericEventArguments) -> None:
            match event.args:
                case {"text": str(text), **rest} if which := self._which(rest, dimensions):
                    sought = sought_of(text, rest.get("codes"))
                    counts = await self._people.find_names(which, sought)
                    panel.call("further", {**event.args, "rows": list(counts.items())})

        async def more(event: GenericEventArguments) -> None:
            if not (which := self._which(event.args, dimensions)):
                return
            found = await self._people.further_names(which, _key(event.args.get("after")))
            if found is not None:
                counts, rest, cursor = found
                page = {"rows": list(counts.items()), "rest": rest, "cursor": cursor}
                panel.call("extend", {**event.args, **page})

        def count(event: GenericEventArguments) -> None:
            match event.args:
                case {"names": list(names), **rest} if which := self._which(rest, dimensions):
                    texts = [name for name in names[:MOST_COUNTED] if isinstance(name, str)]
                    counts = self._people.counts_of_names(which, texts)
                    panel.call("recount", {**rest, "rows": list(counts.items())})

        panel.on("find", find)
        panel.on("more", more)
        panel.on("count", count)

    def _which(self, asked: Any, dimensions: Sequence[ShownDimension]) -> WhichList | None:
        """The list that is meant; None if this panel has no such list."""
        match asked:
            case {"dimension": str(name), "period": "now" | "today" as period}:
                is_today = period == "today"
                counted = [each.name for each in dimensions if each.fields[is_today] is not None]
                return WhichList(name, self._filter(), is_today) if name in counted else None
        return None


def _key(value: object) -> NameKey | None:
    match value:
        case [int(count), str(name)]:
            return count, name
    return None
