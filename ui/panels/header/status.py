"""Is what stands here true: the connection, the age of the last event, who else is watching."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.panel import ViewPanel
from ui.viewmodel import View


class Status(ViewPanel, component="status.js"):
    """While the server can't be reached nobody but the browser knows, so the state of the
    connection is the browser's own. ``seen`` hears whether the tab is in sight; ``resumed`` hears,
    after a drop, up to where the browser had followed: an epoch and a seq."""

    def __init__(
        self,
        view: View,
        now: float,
        seen: Callable[[bool], None],
        resumed: Callable[[str, int], None],
    ) -> None:
        super().__init__(view, _content)
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
        """Tell the browser what time it is here; ages are counted by that."""
        self.call("setClock", now)

    def beat(self, *, accepts_events: bool) -> None:
        """Nothing has changed, and the connection is well."""
        self.call("beat", accepts_events)

    def caught_up(self, missed: int | None) -> None:
        """Say what went by while the connection was lost; None: more than can be told."""
        self.call("caughtUp", missed)

    def show_note(self, note: str) -> None:
        """Show a sentence for some seconds."""
        self.call("showNote", note)


def _content(view: View) -> dict[str, object]:
    return {"latest_at": view.latest_at, "seq": view.seq, "epoch": view.epoch}
