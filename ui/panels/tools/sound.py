"""Sounds for new visitors and alerts, off until somebody switches them on."""

from operator import attrgetter

from ui.panel import ViewPanel
from ui.viewmodel import View

_CONTENT = attrgetter("newest_visit")


class Sound(ViewPanel, component="sound.js"):
    """Told the newest visit; the browser knows whether that is news and whether it may be heard."""

    def __init__(self, view: View) -> None:
        super().__init__(view, _CONTENT)

    def catch_up(self, view: View) -> None:
        """What came while nobody looked is no news any more."""
        self._shown = view.json(_CONTENT)
        self.call_json("know", self._shown)
