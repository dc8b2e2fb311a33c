"""The sentence under the number: how far it is from the usual, and what explains that."""

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.view import View


class Sentence(ViewPanel, component="sentence.js"):
    """Names the difference and its cause. A click on a name filters by it, unless the page
    ``is_wall``."""

    def __init__(self, view: View, *, is_wall: bool = False) -> None:
        super().__init__(view, PART)
        self._props["is-wall"] = is_wall


def _content(view: View) -> dict[str, object]:
    content = view.unusual._asdict()
    return content | {"because": [each._asdict() for each in view.unusual.because]}


PART = Part("sentence", _content)
