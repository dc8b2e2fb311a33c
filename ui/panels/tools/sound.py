"""Sounds for new visitors and alerts, off by default."""

from operator import attrgetter

from ui.panel import ViewPanel
from ui.viewmodel import View

_CONTENT = attrgetter("newest_visit")


class Sound(ViewPanel, component="sound.js"):
    """Sends the seq of the newest session; the browser decides whether to play a sound."""

    def __init__(self, view: View) -> None:
        super().__init__(view, _CONTENT)

    def catch_up(self, view: View) -> None:
        """Send the newest session without a sound, after the page was hidden or disconnected."""
        self._shown = view.json(_CONTENT)
        self.call_json("know", self._shown)
