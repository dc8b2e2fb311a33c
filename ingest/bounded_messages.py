"""uvicorn's WebSocket protocol, with bounds on what a peer can pile up in it by frames that hold
little or nothing. It touches the insides of that class."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State

PILE_BYTES = 2 * 2**20


class BoundedMessages(WebSocketsSansIOProtocol):
    """Joins the fragments of a message as they come, and piles no pongs up."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._message = bytearray()
        self._late_pongs = b""

    def handle_cont(self, event: Frame) -> None:
        """Put together as they come: a list would take 90 bytes for a fragment of one, and for an
        empty one as much without end."""
        if not self._message:
            self._message += self.frames[0]
        self._message += event.data
        if event.fin:
            self.frames = [bytes(self._message)]
            self._message.clear()
            self.send_receive_event_to_app()

    def handle_ping(self) -> None:
        """For a peer that takes nothing pongs aren't piled up without end; 5.5.3 lets us answer the
        last ping alone."""
        pongs = b"".join(self.conn.data_to_send())
        piled = self._late_pongs or self.transport.get_write_buffer_size() >= PILE_BYTES
        if not piled or self.conn.state is not State.OPEN:
            self.transport.write(pongs)
        elif pongs:
            self._late_pongs = pongs

    def resume_writing(self) -> None:
        super().resume_writing()
        late, self._late_pongs = self._late_pongs, b""
        if late and self.conn.state is State.OPEN:
            self.transport.write(late)
