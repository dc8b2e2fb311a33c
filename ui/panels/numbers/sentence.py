"""The sentence under the number: how far it is from the usual, and what explains that; and the bots
of today."""

from state.counting.bots import Bots
from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.texts.text import plural
from ui.viewmodel.view import View

BOTS_NAMED = 12


class Sentence(ViewPanel, component="sentence.js"):
    """Names the difference and its cause. A click on a name filters by it, unless the page
    ``is_wall``."""

    def __init__(self, view: View, *, is_wall: bool = False) -> None:
        super().__init__(view, PART)
        self._props["is-wall"] = is_wall


def _content(view: View) -> dict[str, object]:
    content = view.unusual._asdict()
    content["because"] = [each._asdict() for each in view.unusual.because]
    return content if view.bots is None else content | {"bots": _bots(view.bots)}


def _bots(bots: Bots) -> dict[str, object]:
    """How many, and the most frequent ones."""
    return {
        "text": plural("1 bot today", "{n} bots today", bots.today),
        "names": list(bots.names.items())[:BOTS_NAMED],
    }


PART = Part("sentence", _content)
