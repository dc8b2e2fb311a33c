"""A part of the page: built once, written to afterwards."""

from typing import Any

from nicegui import ui


class Panel(ui.element):
    """A Vue element of our own. What it shows first comes with the page, as the prop ``initial``;
    later it is told by one message, and only when something differs."""

    def __init__(self, initial: Any) -> None:
        super().__init__()
        self._props["initial"] = initial
        self._shown = initial

    def show(self, content: Any) -> None:
        if content != self._shown:
            self._shown = content
            self.run_method("show", content)
