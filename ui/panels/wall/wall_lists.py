"""The lists of the wallboard."""

from collections.abc import Callable
from functools import cache

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.top_lists import DIMENSIONS
from ui.viewmodel.view import View
from ui.viewmodel.wallboard import PLACES, ROWS, Wall

SHOWN = {
    each.name: {"title": each.title, "kind": each.kind, "is_optional": each.is_optional}
    for each in DIMENSIONS
}


class WallLists(ViewPanel, component="wall_lists.js"):
    """Three lists of six rows, which take turns with the others of the wall. All screens change at
    the same moments."""

    def __init__(self, view: View, wall: Wall) -> None:
        super().__init__(view, part(wall.lists))
        self._props["lists"] = [{"name": name, **SHOWN[name]} for name in wall.lists]
        self._props["places"] = PLACES
        self._props["rotate"] = wall.rotate_s


@cache
def part(names: tuple[str, ...]) -> Part:
    return Part("wall lists", _content(names))


def _content(names: tuple[str, ...]) -> Callable[[View], dict[str, object]]:
    def content(view: View) -> dict[str, object]:
        return {name: _list(view, name) for name in names}

    return content


def _list(view: View, name: str) -> dict[str, object] | None:
    """The numbers of now, or of today where only these are counted; None without any."""
    periods = view.lists[name]
    ranking = periods.get("now") or periods.get("today")
    if ranking is None:
        return None
    return {
        "of": ranking.of,
        "rows": [row[:2] for row in ranking.rows[:ROWS]],
    }
