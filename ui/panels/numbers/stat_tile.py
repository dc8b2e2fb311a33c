"""A number with its name."""

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.texts.text import mark, text
from ui.viewmodel.rows import Row
from ui.viewmodel.view import View


class StatTile(ViewPanel, component="stat_tile.js"):
    """One live number: a part with a ``value`` and a ``hint`` about it, in whose place elements
    inside the tile are shown. With ``in_title`` the title of the tab shows the number, too,
    and the ``site`` if there are several."""

    def __init__(self, view: View, part: Part, *, in_title: bool = False, site: str = "") -> None:
        super().__init__(view, part)
        self._props["label"] = LABELS[part]
        self._props["in-title"] = in_title
        self._props["site"] = site


def _active(view: View) -> Row:
    return {
        "value": view.active,
        "hint": text("active in the last {window}", window=view.active_window),
    }


def _visitors(view: View) -> Row:
    hint = text("today, by country only") if view.filter.page else text("today")
    return {"value": view.today, "hint": hint}


def _rate(view: View) -> Row:
    return {"value": view.events_per_minute, "hint": text("in the last 60 s")}


def _dashboards(view: View) -> Row:
    return {"value": view.dashboards, "hint": text("watching now")}


ACTIVE = Part("active", _active)
VISITORS = Part("visitors", _visitors)
RATE = Part("events / min", _rate)
DASHBOARDS = Part("dashboards", _dashboards)
LABELS = {
    ACTIVE: mark("here now"),
    VISITORS: mark("visitors"),
    RATE: mark("events / min"),
    DASHBOARDS: mark("dashboards"),
}
"""The names of the numbers."""
