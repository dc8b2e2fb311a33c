"""Base classes of the panels: built once with the page, updated in place afterwards."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from ui.outbox import Outbox
from ui.viewmodel import Row, View, as_json


def table(rows: list[Row]) -> dict[str, Any]:
    """Rows of one kind with their keys once, for ``visitors.rows`` in page.js: half the bytes to
    encode, compress and parse for each open page."""
    keys = list(rows[0]) if rows else []
    return {"keys": keys, "values": [list(row.values()) for row in rows]}


class Panel(ui.element):
    """A Vue component of ours inside an ``Outbox``, with which it registers itself. Its first
    content comes with the page, as the prop ``initial``; later content by method calls."""

    def __init__(self, initial: Any) -> None:
        super().__init__()
        self._props["initial"] = initial
        self._shown = ""
        self._outbox = next(each for each in self.ancestors() if isinstance(each, Outbox))
        self._outbox.register(self)

    def update_view(self, view: View) -> None:
        """Show a view: send what differs from what is shown."""
        raise NotImplementedError

    def call(self, method: str, content: Any = None) -> None:
        """Call a method of the Vue component."""
        self.call_json(method, as_json(content))

    def call_json(self, method: str, content: str) -> None:
        """Call a method of the Vue component with JSON."""
        self._outbox.enqueue(self, method, content)

    def show_json(self, content: str) -> None:
        """Call ``show`` if the content differs from what is shown."""
        if content != self._shown:
            self._shown = content
            self.call_json("show", content)


class ViewPanel(Panel):
    """Shows ``content(view)``."""

    def __init__(self, view: View, content: Callable[[View], Any]) -> None:
        super().__init__(content(view))
        self._content = content
        self._shown = view.json(content)

    def update_view(self, view: View) -> None:
        self.show_json(view.json(self._content))
