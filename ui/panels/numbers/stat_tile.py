"""A number with its name."""

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.rows import Row
from ui.viewmodel.view import View


class StatTile(ViewPanel, component="stat_tile.js"):
    """One live number: a part with a ``value`` and a ``hint`` about it, in whose place elements
    inside the tile are shown. Its ``label`` is the name of the part unless another is given; with
    ``in_title`` the title of the browser's tab shows the number, too."""

    def __init__(
        self, view: View, part: Part, *, label: str | None = None, in_title: bool = False
    ) -> None:
        super().__init__(view, part)
        self._props["label"] = part.name if label is None else label
        self._props["in-title"] = in_title


def _active(view: View) -> Row:
    return {"value": view.active, "hint": f"active in the last {view.active_window}"}


def _visitors(view: View) -> Row:
    by_country = "today, by country only" if view.filter.page else "today"
    return {"value": view.today, "hint": by_country}


def _rate(view: View) -> Row:
    return {"value": view.events_per_minute, "hint": "in the last 60 s"}


def _dashboards(view: View) -> Row:
    return {"value": view.dashboards, "hint": "watching now"}


ACTIVE = Part("active", _active)
VISITORS = Part("visitors", _visitors)
RATE = Part("events / min", _rate)
DASHBOARDS = Part("dashboards", _dashboards)
