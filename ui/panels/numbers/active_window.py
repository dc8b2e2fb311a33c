"""The window of the people: how many minutes ago somebody may have been active last."""

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.filters import LONGEST_WINDOW_MIN
from ui.viewmodel.view import View


class ActiveWindow(ViewPanel, component="active_window.js"):
    """Says the window, and sets it by a slider: the field ``minutes`` of the filter, so that it
    changes the number, the lists and the chart together."""

    def __init__(self, view: View) -> None:
        super().__init__(view, PART)
        self._props["most"] = LONGEST_WINDOW_MIN


def _content(view: View) -> dict[str, object]:
    return {
        "seconds": view.filter.within_s or view.usual_window_s,
        "usual_seconds": view.usual_window_s,
    }


PART = Part("window", _content)
