"""The active sessions, the most recently active one first."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.delivery.part import ListPart
from ui.panel import ViewPanel, table
from ui.viewmodel.view import View


class Sessions(ViewPanel, component="sessions.js"):
    """``opened`` is called with the id of a clicked session."""

    def __init__(self, view: View, opened: Callable[[str], None]) -> None:
        super().__init__(view, PART)

        def open_session(event: GenericEventArguments) -> None:
            if isinstance(event.args, str):
                opened(event.args)

        self.on("open", open_session)


def _content(view: View) -> dict[str, object]:
    return {
        "rows": table(view.sessions),
        "more": view.more_sessions,
        "filtered": bool(view.filter),
        "counting": not view.is_counted,
    }


PART = ListPart("sessions", _content)
