"""A top list: one dimension or several as tabs, with the numbers of now and of today."""

from collections.abc import Callable
from functools import cache

from ui.delivery.part import ListPart
from ui.panel import ViewPanel
from ui.panels.lists.names import NameSearch
from ui.viewmodel.top_lists import Ranking, dimensions_of
from ui.viewmodel.view import View


class TopList(ViewPanel, component="top_list.js"):
    """The dimensions of ``panel``. The browser knows the chosen one, the period and the search.
    ``names`` has those that may be beyond what every page is sent."""

    def __init__(self, view: View, panel: str, names: NameSearch) -> None:
        super().__init__(view, part(panel))
        names.serve(self, dimensions_of(panel))
        self._props["panel"] = panel
        self._props["dimensions"] = [
            {
                "name": each.name,
                "title": each.title,
                "kind": each.kind,
                "is_optional": each.is_optional,
            }
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
    packed = {**ranking._asdict(), "rows": rows}
    if not ranking.engaged:
        del packed["engaged"]
    return packed
