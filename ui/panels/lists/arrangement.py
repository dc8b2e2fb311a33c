"""Where the panels stand: side by side as far as there is room, the others under tabs."""

from nicegui import ui
from nicegui.slot import Slot


class Arrangement(ui.element, component="arrangement.js"):
    """The browser knows which panels its viewer wants to see, and in which order; what it hides is
    not in the page. The tabs are a bar at the bottom of a phone, else the heads of the last
    column."""

    def place(self, panel: str) -> Slot:
        """Where a panel is built, by its key in ``ui/assets/settings.js``."""
        return self.add_slot(panel)
