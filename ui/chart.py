"""The ten minutes that led here."""

from typing import Any

from nicegui import ui

from ui.viewmodel import View

HEIGHT = 168


class Chart:
    """Bars, redrawn in place. Colours are the page's tokens, set in style.css: plotly's own stand
    in the SVG as attributes, so both themes need one drawing. The figure is a plain dict, which
    takes an eighth of what ``go.Figure`` takes on each update."""

    def __init__(self, view: View) -> None:
        self._minutes = view.minutes
        with ui.element("div").classes("chart") as self._frame:
            self._frame.props('role="img"')
            self._describe()
            self._plot = ui.plotly(_figure(self._minutes))

    def update_view(self, view: View) -> None:
        if view.minutes != self._minutes:
            self._minutes = view.minutes
            self._describe()
            self._plot.update_figure(_figure(self._minutes))

    def _describe(self) -> None:
        values = ", ".join("not known" if n is None else str(n) for n in self._minutes)
        label = f"Visitors per minute over the last 10 minutes, oldest first: {values}"
        self._frame.props["aria-label"] = label


def _figure(minutes: list[int | None]) -> dict[str, Any]:
    last = len(minutes) - 1
    return {
        "data": [
            {
                "type": "bar",
                "x": list(range(-last, 1)),
                "y": minutes,
                "text": [f"{n}" if n else "" for n in minutes],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertemplate": "%{y} visitors<extra></extra>",
                "marker": {"opacity": [1.0] * last + [0.45]},
            }
        ],
        "layout": {
            "height": HEIGHT,
            "margin": {"l": 28, "r": 28, "t": 20, "b": 22},
            "bargap": 0.25,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "system-ui, sans-serif", "size": 12},
            "xaxis": {
                "tickvals": [-last, -4, 0],
                "ticktext": [f"{last} min ago", "4 min ago", "this minute"],
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
                "range": [0, max(4, *(n or 0 for n in minutes)) * 1.05],
            },
            "showlegend": False,
            "dragmode": False,
        },
        "config": {"displayModeBar": False, "responsive": True},
    }
