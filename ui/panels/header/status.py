"""The status line: the connection, and the age of the last event."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.delivery.part import Part
from ui.delivery.view_stream import STATUS
from ui.panel import ViewPanel
from ui.texts.text import Text, plural, text
from ui.viewmodel.view import View


class Status(ViewPanel, component="status.js"):
    """The browser keeps the state of the connection, which only it knows while the server can't be
    reached. ``seen`` is called with True or False when the tab becomes visible or hidden;
    ``resumed`` after a reconnect, with the last epoch and seq that the browser had. ``clock`` gives
    epoch seconds: the browser asks for it from time to time, and keeps the answer that came
    fastest."""

    def __init__(
        self,
        view: View,
        clock: Callable[[], float],
        seen: Callable[[bool], None],
        resumed: Callable[[str, int], None],
    ) -> None:
        super().__init__(view, PART)
        self._props["clock"] = clock()

        def visible(event: GenericEventArguments) -> None:
            seen(bool(event.args))

        def resume(event: GenericEventArguments) -> None:
            match event.args:
                case {"epoch": str(epoch), "seq": int(seq)}:
                    resumed(epoch, seq)

        def answer(event: GenericEventArguments) -> None:
            if isinstance(event.args, int | float):
                self.call("pong", {"asked": event.args, "at": clock()})

        self.on("visible", visible)
        self.on("ping", answer)
        self.on("resume", resume)

    def caught_up(self, missed: int) -> None:
        """Show how many events were missed."""
        if missed:
            self.show_note(
                plural("missed 1 event, caught up", "missed {n} events, caught up", missed)
            )

    def caught_up_unknown(self, *, is_same_start: bool, is_shorter: bool) -> None:
        """Show that events were missed that aren't kept; ``is_same_start`` if the server wasn't
        started in between, ``is_shorter`` if its history is shorter than what was seen."""
        if is_shorter:
            self.show_note(text("the history began anew"))
        elif is_same_start:
            self.show_note(text("missed more events than are kept"))
        else:
            self.show_note(text("the server was started anew"))

    def show_note(self, note: Text) -> None:
        """Show a sentence for some seconds."""
        self.call("showNote", note)


def _content(view: View) -> dict[str, object]:
    return {"latest_at": view.latest_at, "seq": view.seq, "epoch": view.epoch}


PART = Part(STATUS, _content)
