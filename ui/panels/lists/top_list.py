"""A top list: one dimension or several as tabs, with the numbers of now and of today."""

from collections.abc import Awaitable, Callable
from functools import cache

from nicegui.events import GenericEventArguments

from ui.delivery.part import ListPart
from ui.panel import ViewPanel
from ui.viewmodel.places import Sought, sought_of
from ui.viewmodel.top_lists import Ranking, dimensions_of
from ui.viewmodel.view import View

Find = Callable[[str, Sought], Awaitable[dict[str, int]]]


class TopList(ViewPanel, component="top_list.js"):
    """The dimensions of ``panel``. The browser knows the chosen one, the period and the search.
    ``find`` returns the names of a dimension, of now, that are looked for and may be beyond those
    that were sent."""

    def __init__(self, view: View, panel: str, find: Find) -> None:
        super().__init__(view, part(panel))
        names = [each.name for each in dimensions_of(panel)]

        async def look(event: GenericEventArguments) -> None:
            match event.args:
                case {"dimension": str(name), "text": str(text), **rest} if name in names:
                    counts = await find(name, sought_of(text, rest.get("codes")))
                    self.call("further", {**event.args, "rows": list(counts.items())})

        self.on("find", look)
        self._props["panel"] = panel
        self._props["dimensions"] = [
            {"name": each.name, "title": each.title, "kind": each.kind}
            for each in dimensions_of(panel)
        ]


@cache
def part(panel: str) -> ListPart:
    return ListPart(f"list {panel}", _content(panel))


def _content(panel: str) -> Callable[[View], dict[str, object]]:
    names = [each.name for each in dimensions_of(panel)]

    def content(view: View) -> dict[str, object]:
        lists = {
            name: {period: _packed(ranking) for period, ranking in view.lists[name].items()}
            for name in names
        }
        return {"counting": not view.is_counted, "lists": lists}

    return content


def _packed(ranking: Ranking) -> dict[str, object]:
    """Rows without their keys, and without a change that is not known."""
    rows = [list(row if row.change is not None else row[:2]) for row in ranking.rows]
    return {**ranking._asdict(), "rows": rows}
