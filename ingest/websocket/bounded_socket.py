"""uvicorn's WebSocket class with bounded memory. uvicorn's own parses all bytes of one read before
it stops reading: 256 KiB of compressed messages became 200 MB."""

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent, ASGISendEvent

SLICE_BYTES = 512
SLICES_A_TURN = 16
MOST_FRAGMENTS = 32


class BoundedSocket(WebSocketsSansIOProtocol):
    """Parses slice by slice: the next one only after the application has received the messages of
    the one before, and the peer what it was sent. Other tasks run between some slices."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._held = b""
        self._place = 0
        self._is_turn_planned = False

    def data_received(self, data: bytes) -> None:
        self._held = self._held[self._place :] + data
        self._place = 0
        if not self._is_turn_planned:
            self._continue()

    async def receive(self) -> "ASGIReceiveEvent":
        message = await super().receive()
        if self._held:
            self._plan_turn()
        return message

    async def send(self, message: "ASGISendEvent") -> None:
        await super().send(message)
        if self._held and self.close_sent:  # frames before the peer's close are ignored
            self._plan_turn()

    def handle_cont(self, event: Frame) -> None:
        """Join fragments as they come, not when the last one is here."""
        super().handle_cont(event)
        if len(self.frames) > MOST_FRAGMENTS:
            self.frames = [b"".join(self.frames)]

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._held:
            self._plan_turn()

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop()
        super().connection_lost(exc)

    def _plan_turn(self) -> None:
        if not self._is_turn_planned:
            self._is_turn_planned = True
            self.loop.call_soon(self._run_turn)

    def _run_turn(self) -> None:
        self._is_turn_planned = False
        self._continue()

    def _continue(self) -> None:
        for _ in range(SLICES_A_TURN):
            if self.transport.is_closing():
                self._drop()
            if not self._held or self.read_paused or not self.writable.is_set():
                break
            piece = self._held[self._place : self._place + SLICE_BYTES]
            self._place += len(piece)
            if self._place >= len(self._held):
                self._drop()
            super().data_received(piece)
        else:
            self._plan_turn()
        if self._held:
            self.transport.pause_reading()
        elif not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def _drop(self) -> None:
        self._held, self._place = b"", 0
