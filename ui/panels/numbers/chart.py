"""The chart of the last ten minutes."""

from typing import Any

from nicegui import ui

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.formats import THIN_SPACE, count
from ui.viewmodel.view import View


class Chart(ViewPanel, component="chart.js"):
    """Bars, redrawn in place. Their colours are tokens of style.css, which override plotly's SVG
    attributes, so one drawing serves both themes. The figure is a plain dict: an eighth of the time
    of ``go.Figure``. Updates send only what changes."""

    def __init__(self, view: View) -> None:
        super().__init__(view, PART)
        with self:
            self._props["plot"] = ui.plotly(_figure(view.minutes)).id


def _content(view: View) -> dict[str, Any]:
    values = ", ".join("not known" if n is None else count(n) for n in view.minutes)
    return {
        "label": f"Visitors per minute over the last 10 minutes, oldest first: {values}",
        "bars": {"y": [view.minutes], "text": [_labels(view.minutes)]},
        "layout": {"yaxis.range": _range(view.minutes)},
    }


PART = Part("chart", _content)


def _labels(minutes: list[int | None]) -> list[str]:
    return [count(n) if n else "" for n in minutes]


def _range(minutes: list[int | None]) -> list[float]:
    return [0, max(4, *(n or 0 for n in minutes)) * 1.05]


def _figure(minutes: list[int | None]) -> dict[str, Any]:
    last = len(minutes) - 1
    return {
        "data": [
            {
                "type": "bar",
                "x": list(range(-last, 1)),
                "y": minutes,
                "text": _labels(minutes),
                "textposition": "outside",
                "constraintext": "none",
                "cliponaxis": False,
                "hovertemplate": "Visitors: %{y:,}<extra></extra>",
                "marker": {"opacity": [1.0] * last + [0.45]},
            }
        ],
        "layout": {
            "autosize": True,
            "margin": {"l": 28, "r": 28, "t": 20, "b": 22},
            "bargap": 0.25,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "system-ui, sans-serif", "size": 12},
            "xaxis": {
                "tickvals": [-last, -4, 0],
                "ticktext": [f"{last} min ago", "4 min ago", "this minute"],
                "tickangle": 0,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "range": [-last - 0.5, 0.5],
                "ticklabeloverflow": "allow",
                "showline": True,
            },
            "yaxis": {
                "visible": False,
                "fixedrange": True,
                "range": _range(minutes),
            },
            "separators": f".{THIN_SPACE}",
            "showlegend": False,
            "dragmode": False,
        },
        "config": {"displayModeBar": False, "responsive": True},
    }
