"""Tabs of the panels that a screen has no room for at once."""

from nicegui import ui


class Tabs(ui.element, component="tabs.js"):
    """A bar at the bottom of a phone; else the heads of a column whose panels take turns: those of
    ``plots``, and people and feed where there isn't room for both. The browser knows the chosen
    tab."""

    def __init__(self, plots: list[str]) -> None:
        super().__init__()
        self._props["plots"] = plots
