"""The WebSocket protocol of ``/ws``, on uvicorn's class. It uses uvicorn's internals, and
``rfc6455`` those of websockets; without them (``--plain``) everything works but the close frame to
a slow reader and the finer points of RFC 6455."""

from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Close, Frame
from websockets.http11 import Request
from websockets.protocol import State

from ingest.websocket.close_codes import NO_CLOSE_FRAME
from ingest.websocket.rfc6455 import Rfc6455Server
from state.hub.fanout import text_head

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent, ASGISendEvent

SINK = "visitors.sink"
LAST_WORD_S = 4.0
LINGER_S = 2.0
PILE_BYTES = 2 * 2**20


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Writes finished frames for the fan-out (a ``state.hub.fanout.Sink``), and can close a
    connection whose peer doesn't read, where ``send`` would wait for that peer. The close frame is
    written after the little that the transport holds; a peer that doesn't read it in time is
    disconnected."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.conn: Rfc6455Server = Rfc6455Server(self.config.ws_max_size, self.logger)
        self._going_on = False
        self._message = bytearray()
        self._late_pongs = b""

    def data_received(self, data: bytes) -> None:
        if self.disconnected:
            return  # lingering: the peer's bytes are only read
        self.conn.receive_data(data)
        self._handle()

    def _handle(self) -> None:
        """Handle what was parsed, also if an error followed it."""
        self.handle_events()
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
        elif self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse_handshake()

    def _refuse_handshake(self) -> None:
        """websockets could not even read it, and leaves the answer to us in part."""
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        refusal = b"".join(self.conn.data_to_send())
        self.transport.write(refusal or self.conn.reject(400, "No handshake.\n").serialize())
        self.transport.close()

    def _continue(self) -> None:
        """Parse what was held back, now that the application has acted."""
        self._going_on = False
        if self.disconnected or self.conn.state is State.CONNECTING or not self.conn.held:
            return
        self.conn.held = False
        self.conn.receive_data(b"")
        self._handle()
        if self.read_paused and not self.conn.held and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    async def receive(self) -> "ASGIReceiveEvent":
        """The application has handled the last message, or a task that runs before ours does: parse
        on."""
        if self.conn.held and self.queue.empty() and not self._going_on:
            self._going_on = True
            self.loop.call_soon(self._continue)
        return await self.queue.get()

    async def send(self, message: "ASGISendEvent") -> None:
        await super().send(message)
        if message["type"] == "websocket.accept" or self.close_sent:
            self._continue()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            self.read_paused = True
            self.transport.pause_reading()
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[SINK] = self

    def handle_cont(self, event: Frame) -> None:
        """Join fragments as they come: in a list each would take 90 bytes, also an empty one,
        without an end."""
        if not self._message:
            self._message += self.frames[0]
        self._message += event.data
        if event.fin:
            self.frames = [bytes(self._message)]
            self._message.clear()
            self.send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Send no pongs to a peer that reads nothing; RFC 6455, 5.5.3 allows to answer only the
        last ping."""
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

    def handle_close(self, event: Frame) -> None:
        if self.close_sent:
            super().handle_close(event)
        else:
            self._part(self.conn.close_rcvd)

    def handle_parser_exception(self) -> None:
        self._part(self.conn.close_sent)

    def _part(self, close: Close | None) -> None:
        """End our half of the stream, and read until the peer ends its own (RFC 6455, 7.1.1): a
        socket that is closed with unread bytes is reset, and the reset can overtake our last
        frame."""
        self.queue.put_nowait(
            {
                "type": "websocket.disconnect",
                "code": close.code if close else NO_CLOSE_FRAME,
                "reason": close.reason if close else "",
            }
        )
        self.stop_keepalive()
        self.close_sent = self.disconnected = True
        if self.transport.is_closing():
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.transport.write_eof()
        self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)

    @property
    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    def write(self, frames: bytes) -> None:
        """Finished frames, past the conversation: whole text messages of a server leave no trace
        in it."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frames)

    async def send_text(self, payload: bytes) -> None:
        """Send a text message without copying it, so that many slow readers share the bytes.
        Returns when the peer has read nearly all."""
        await self.writable.wait()
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.writelines((text_head(len(payload)), payload))
        await self.drained()

    async def drained(self) -> None:
        """Wait until the peer has read nearly all that was written."""
        await self.writable.wait()

    def last_word(self, code: int, reason: str) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        self.close_sent = True
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()
        self.loop.call_later(LAST_WORD_S, self.transport.abort)
