"""How far the people here get along some pages."""

from ui.panels.plots.asking import AskingPanel, Get
from ui.viewmodel.plots import FUNNEL


class FunnelPanel(AskingPanel, component="funnel.js"):
    """A row for each step; bars of the style sheet, no chart."""

    def __init__(self, get: Get) -> None:
        super().__init__(FUNNEL, get)
