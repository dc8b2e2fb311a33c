"""The top of the wallboard: what the numbers are about, and the time."""

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.view import View
from ui.viewmodel.wallboard import filter_names


class WallBar(ViewPanel, component="wall_bar.js"):
    """Names the filter, has a clock, and moves the page by a pixel each minute, so that nothing
    burns in."""

    def __init__(self, view: View) -> None:
        super().__init__(view, PART)


PART = Part("wall bar", filter_names)
