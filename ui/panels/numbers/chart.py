"""The chart beside the number: people here over half an hour, or visitors per minute."""

from typing import Any

from nicegui import ui

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.formats import as_json
from ui.viewmodel.here import appended
from ui.viewmodel.view import View


class Chart(ViewPanel, component="chart.js"):
    """Draws one of its two kinds, which the browser chooses unless the page ``has_one_kind``. The
    script has the figures: the server sends numbers alone. Their colours are tokens of the style
    sheet, which override plotly's SVG attributes, so one drawing serves both themes."""

    def __init__(self, view: View, *, has_one_kind: bool = False) -> None:
        super().__init__(view, PART)
        self._props["has-one-kind"] = has_one_kind
        with self:
            self._props["plot"] = ui.plotly(EMPTY).id


class ChartPart(Part):
    """Of a change it sends what has changed; of half an hour the points that came."""

    def change(self, base: View, view: View) -> str | None:
        before, after = self.content(base), self.content(view)
        changed = {key: after[key] for key in after if after[key] != before[key]}
        if not changed:
            return None
        new = appended(base.here.points, view.here.points) if "points" in changed else None
        if new is not None:
            changed |= {"points": new, "since": view.here.points[0][0]}
        return self.call("change", as_json(changed))


def _content(view: View) -> dict[str, Any]:
    return {
        "now": view.people,
        "minutes": view.minutes,
        "points": view.here.points,
        "usual": [list(each) for each in view.here.usual],
        "marks": [list(each) for each in view.here.marks],
    }


PART = ChartPart("chart", _content)

EMPTY: dict[str, Any] = {
    "data": [],
    "layout": {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"},
    "config": {"displayModeBar": False, "responsive": True},
}
"""What is there before the first drawing. The dict form of a figure takes an eighth of the time of
``go.Figure``."""
