"""The WebSocket of our page: NiceGUI's, on uvicorn's class and not on that of ``/ws``. It is
compressed, because a page gets lists of similar rows, while the messages of ``/ws`` are the same
bytes for all clients."""

from asyncio import TimerHandle
from typing import Any, cast

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.server import ServerProtocol

from ingest.websocket.bounded_socket import BoundedSocket

PATH = b"/_nicegui_ws/"
EXTENSION = "visitors.page"
WINDOW_BITS = 12
MEMORY_LEVEL = 5
FASTEST = 1


class PageSocket(BoundedSocket):
    """Compresses at zlib's fastest level: half the time of the default level, for a fifth more
    bytes. Window and memory are uvicorn's, 32 KiB for each page. The page finds it in its scope
    (``EXTENSION``) and sends nothing while too much is ``unsent``; a browser that reads nothing for
    ``slow_reader_s`` is disconnected."""

    slow_reader_s = 15.0
    _cutting_off: TimerHandle | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        deflate = ServerPerMessageDeflateFactory(
            server_max_window_bits=WINDOW_BITS,
            client_max_window_bits=WINDOW_BITS,
            compress_settings={"level": FASTEST, "memLevel": MEMORY_LEVEL},
        )
        self.conn = ServerProtocol(
            extensions=[deflate], max_size=self.config.ws_max_size, logger=self.logger
        )

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            cast(dict[str, object], self.scope["extensions"])[EXTENSION] = self

    @property
    def unsent(self) -> int:
        """Bytes that the peer has left us with."""
        return self.transport.get_write_buffer_size()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._cutting_off is None:
            self._cutting_off = self.loop.call_later(self.slow_reader_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_cutting_off()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_cutting_off()
        super().connection_lost(exc)

    def _stop_cutting_off(self) -> None:
        if self._cutting_off is not None:
            self._cutting_off.cancel()
            self._cutting_off = None
