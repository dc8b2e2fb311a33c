"""A part of the page: built once, written to afterwards."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from ui.outbox import Outbox
from ui.viewmodel import Row, View, as_json


def table(rows: list[Row]) -> dict[str, Any]:
    """Rows of one kind with their keys said once, for ``visitors.rows`` in page.js: half the bytes
    to encode, to compress and to parse for each open page."""
    keys = list(rows[0]) if rows else []
    return {"keys": keys, "values": [list(row.values()) for row in rows]}


class Panel(ui.element):
    """A Vue element of our own, somewhere inside a ``Outbox``. What it shows first comes with the
    page, as the prop ``initial``; later it is told."""

    def __init__(self, initial: Any) -> None:
        super().__init__()
        self._props["initial"] = initial
        self._shown = ""
        self._outbox = next(each for each in self.ancestors() if isinstance(each, Outbox))

    def tell(self, method: str, content: Any = None) -> None:
        """Call a method of the Vue component."""
        self.tell_json(method, as_json(content))

    def tell_json(self, method: str, content: str) -> None:
        """Call it with what is JSON already."""
        self._outbox.take(self, method, content)

    def show_json(self, content: str) -> None:
        """Tell it only when that differs from what it shows."""
        if content != self._shown:
            self._shown = content
            self.tell_json("show", content)


class ViewPanel(Panel):
    """Shows ``content(view)``."""

    def __init__(self, view: View, content: Callable[[View], Any]) -> None:
        super().__init__(content(view))
        self._content = content
        self._shown = view.json(content)

    def update_view(self, view: View) -> None:
        self.show_json(view.json(self._content))
