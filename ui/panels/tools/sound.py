"""Sounds for new visitors and alerts, off by default."""

from operator import attrgetter

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.view import View


class Sound(ViewPanel, component="sound.js"):
    """The browser decides whether to play a sound."""

    def __init__(self, view: View) -> None:
        super().__init__(view, PART)


class SoundPart(Part):
    """The seq of the newest session. A whole view makes no sound: the page was hidden or
    disconnected, or shows other sessions now."""

    def whole(self, view: View) -> str:
        return self.call("know", view.json(self.content))


PART = SoundPart("sound", attrgetter("newest_visit"))
