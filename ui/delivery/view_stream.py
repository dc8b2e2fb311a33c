"""Keeps the browser of one page at the latest view, past NiceGUI: finished WebSocket frames, each
made once for all pages that show the view.

A frame is a Socket.IO event, which outbox.js listens to. A page whose socket has been sent the view
before is sent what has changed since; any other page the whole view. TCP keeps the order, so a
change always meets the view that it changes; the numbers in the frames let the browser check that.
The time in them, when the view was made, lets it measure how late it is.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ui.delivery.part import Part
from ui.viewmodel.formats import as_json
from ui.viewmodel.view import View

MOST_UNSENT = 64 * 1024
EVENT = "visitors.view"
STATUS = "status"
"""The panel that a beat is for."""

Pack = Callable[[str], Any]
"""Makes a frame of a text message, which ``PageConnection.write`` takes."""


class PageConnection(Protocol):
    """The socket of a page."""

    @property
    def unsent(self) -> int:
        """Bytes in the buffers that the peer hasn't read."""

    def write(self, frame: Any) -> None:
        """Send a frame, unless the connection is closing. Doesn't wait."""


class ViewStream:
    """Sends views with the ``parts`` of a page to the connection that ``find`` returns: None while
    there isn't any."""

    def __init__(
        self, find: Callable[[], PageConnection | None], parts: Sequence[Part], pack: Pack
    ) -> None:
        self._find = find
        self._parts = tuple(parts)
        self._pack = pack
        self._sent: tuple[PageConnection, View] | None = None

    def show(self, view: View) -> bool:
        """Send what the browser lacks of the view. Returns False without a connection, and while
        the browser has too many unread bytes: the next view after that is sent as a whole."""
        connection = self._reach()
        if connection is None:
            return False
        base = self._base(connection)
        if base is None or base.filter != view.filter:
            connection.write(self._whole(view))
        elif (change := self._change(base, view)) is not None:
            connection.write(change)
        else:
            return True
        self._sent = connection, view
        return True

    def beat(self, *, accepts_events: bool) -> bool:
        """Send that nothing has changed. Returns False if the browser hasn't got the latest view
        or can't be reached."""
        connection = self._reach()
        base = None if connection is None else self._base(connection)
        if connection is None or base is None:
            return False
        connection.write(self._beat(base, accepts_events))
        return True

    def forget(self) -> None:
        """Send the next view as a whole."""
        self._sent = None

    def _reach(self) -> PageConnection | None:
        connection = self._find()
        if connection is None or connection.unsent > MOST_UNSENT:
            self.forget()
            return None
        return connection

    def _base(self, connection: PageConnection) -> View | None:
        """The view that this connection was sent last, if it was sent any."""
        if self._sent is None or self._sent[0] is not connection:
            return None
        return self._sent[1]

    def _whole(self, view: View) -> Any:
        return view.once(
            ("whole", self._parts),
            lambda: self._frame(None, view, [part.whole(view) for part in self._parts]),
        )

    def _change(self, base: View, view: View) -> Any:
        def make() -> Any:
            changes = [part.change(base, view) for part in self._parts]
            calls = [change for change in changes if change is not None]
            return self._frame(base, view, calls) if calls else None

        return None if base is view else view.once(("change", base.number, self._parts), make)

    def _beat(self, view: View, accepts_events: bool) -> Any:
        call = f'["{STATUS}","beat",{as_json(accepts_events)}]'
        return view.once(("beat", accepts_events), lambda: self._frame(view, view, [call]))

    def _frame(self, base: View | None, view: View, calls: Sequence[str]) -> Any:
        number = "null" if base is None else base.number
        order = f'"base":{number},"number":{view.number},"at":{view.made_at:.3f}'
        return self._pack(f'42["{EVENT}",{{{order},"calls":[{",".join(calls)}]}}]')
