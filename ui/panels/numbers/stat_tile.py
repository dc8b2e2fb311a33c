"""A number with its name."""

from collections.abc import Callable

from ui.panel import ViewPanel
from ui.viewmodel import Row, View


class StatTile(ViewPanel, component="stat_tile.js"):
    """One live number. ``content`` gives its ``value`` and a ``hint`` about it; with ``in_title``
    the title of the browser's tab shows it, too."""

    def __init__(
        self, label: str, view: View, content: Callable[[View], Row], *, in_title: bool = False
    ) -> None:
        super().__init__(view, content)
        self._props["label"] = label
        self._props["in-title"] = in_title
