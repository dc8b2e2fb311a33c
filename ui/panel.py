"""Base classes of the panels: built once with the page, updated in place afterwards."""

from typing import Any

from nicegui import ui

from ui.delivery.outbox import Outbox
from ui.delivery.part import Part
from ui.viewmodel.formats import as_json
from ui.viewmodel.rows import Row
from ui.viewmodel.view import View


def table(rows: list[Row]) -> dict[str, Any]:
    """Rows of one kind with their keys once, for ``visitors.rows`` in page.js: half the bytes to
    encode, compress and parse for each open page."""
    keys = list(rows[0]) if rows else []
    return {"keys": keys, "values": [list(row.values()) for row in rows]}


def section(name: str, label: str) -> ui.element:
    """A part of the page: its class, and the id of the text that is read aloud for it."""
    element = ui.element("section").classes(name)
    element._props[":aria-label"] = f"visitors.t({as_json(label)})"
    return element


class Panel(ui.element):
    """A Vue component of ours inside an ``Outbox``. Its first content comes with the page, as the
    prop ``initial``; later content by method calls."""

    def __init__(self, initial: Any) -> None:
        super().__init__()
        self._props["initial"] = initial
        self._outbox = next(each for each in self.ancestors() if isinstance(each, Outbox))

    def call(self, method: str, content: Any = None) -> None:
        """Call a method of the Vue component, on this page alone."""
        self.call_json(method, as_json(content))

    def call_json(self, method: str, content: str) -> None:
        """The same with JSON."""
        self._outbox.enqueue(self, method, content)


class ViewPanel(Panel):
    """Shows a part of each view. It registers itself with the outbox."""

    def __init__(self, view: View, part: Part) -> None:
        super().__init__(part.content(view))
        self._outbox.register(self, part)
