"""The map of the people here, by country."""

from ui.bundle import Bundle
from ui.panels.plots.asking import AskingPanel, Get
from ui.viewmodel.plots import MAP


class WorldMap(AskingPanel, component="world_map.js"):
    """A choropleth. Shapes and plotly.js come from here, not from the internet."""

    def __init__(self, get: Get, bundle: Bundle) -> None:
        super().__init__(MAP, get)
        self._props["plotly"] = bundle.url("plotly.esm.js")
        self._props["shapes"] = bundle.url("world_110m.json")
