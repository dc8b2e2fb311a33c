"""Is what stands here true: the connection, the age of the last event, who else is watching."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.panel import Panel
from ui.viewmodel import View


class Status(Panel, component="status.js"):
    """While the server can't be reached nobody but the browser knows, so the state of the
    connection is the browser's own. ``seen`` hears whether the tab is in sight."""

    def __init__(self, view: View, now: float, seen: Callable[[bool], None]) -> None:
        super().__init__(_content(view))
        self._props["clock"] = now

        def visible(event: GenericEventArguments) -> None:
            seen(bool(event.args))

        self.on("visible", visible)

    def set_clock(self, now: float) -> None:
        """Tell the browser what time it is here; ages are counted by that."""
        self.run_method("heard", now)

    def update_view(self, view: View) -> None:
        self.show(_content(view))


def _content(view: View) -> dict[str, object]:
    return {"latest_at": view.latest_at}
