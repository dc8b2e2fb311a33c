"""The dialog of what a viewer chooses for this browser."""

from nicegui import ui


class SettingsDialog(ui.element, component="settings.js"):
    """The browser keeps all choices. ``usual_s`` is the window of the people where none is
    chosen, ``has_funnel`` whether there is one to show."""

    def __init__(self, usual_s: float, *, has_funnel: bool) -> None:
        super().__init__()
        self._props["funnel"] = has_funnel
        self._props["usual"] = usual_s
