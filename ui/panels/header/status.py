"""The status line: the connection, and the age of the last event."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.delivery.part import Part
from ui.delivery.view_stream import STATUS
from ui.panel import ViewPanel
from ui.viewmodel import View, count


class Status(ViewPanel, component="status.js"):
    """The browser keeps the state of the connection, which only it knows while the server can't be
    reached. ``seen`` is called with True or False when the tab becomes visible or hidden;
    ``resumed`` after a reconnect, with the last epoch and seq that the browser had."""

    def __init__(
        self,
        view: View,
        now: float,
        seen: Callable[[bool], None],
        resumed: Callable[[str, int], None],
    ) -> None:
        super().__init__(view, PART)
        self._props["clock"] = now

        def visible(event: GenericEventArguments) -> None:
            seen(bool(event.args))

        def resume(event: GenericEventArguments) -> None:
            match event.args:
                case {"epoch": str(epoch), "seq": int(seq)}:
                    resumed(epoch, seq)

        self.on("visible", visible)
        self.on("resume", resume)

    def set_clock(self, now: float) -> None:
        """Send the server's time, by which the browser counts ages."""
        self.call("setClock", now)

    def caught_up(self, missed: int) -> None:
        """Show how many events were missed."""
        if missed:
            events = "1 event" if missed == 1 else f"{count(missed)} events"
            self.show_note(f"missed {events}, caught up")

    def caught_up_unknown(self, *, is_same_start: bool, is_shorter: bool) -> None:
        """Show that events were missed that aren't kept; ``is_same_start`` if the server wasn't
        started in between, ``is_shorter`` if its history is shorter than what was seen."""
        if is_shorter:
            self.show_note("the history began anew")
        elif is_same_start:
            self.show_note("missed more events than are kept")
        else:
            self.show_note("the server was started anew")

    def show_note(self, note: str) -> None:
        """Show a sentence for some seconds."""
        self.call("showNote", note)


def _content(view: View) -> dict[str, object]:
    return {"latest_at": view.latest_at, "seq": view.seq, "epoch": view.epoch}


PART = Part(STATUS, _content)
