"""Sounds for new visitors and alerts, off until somebody switches them on."""

from ui.panel import Panel
from ui.viewmodel import View


class Sound(Panel, component="sound.js"):
    """Told the newest visit; the browser knows whether that is news and whether it may be heard."""

    def __init__(self, view: View) -> None:
        super().__init__(view.newest_visit)

    def catch_up(self, view: View) -> None:
        """What came while nobody looked is no news any more."""
        self._shown = view.newest_visit
        self.tell("know", view.newest_visit)

    def update_view(self, view: View) -> None:
        self.show(view.newest_visit)
