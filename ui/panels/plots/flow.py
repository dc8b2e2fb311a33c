"""How the people here move from page to page."""

from ui.bundle import Bundle
from ui.panels.plots.asking import AskingPanel, Get
from ui.viewmodel.plots import FLOW


class Flow(AskingPanel, component="flow.js"):
    """A Sankey diagram: pages that were left, and pages that were gone to."""

    def __init__(self, get: Get, bundle: Bundle) -> None:
        super().__init__(FLOW, get)
        self._props["plotly"] = bundle.url("plotly.esm.js")
