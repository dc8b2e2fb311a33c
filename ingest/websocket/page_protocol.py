"""The WebSocket of our page: NiceGUI's, on uvicorn's class and not on that of ``/ws``. It is
compressed, because a page gets lists of similar rows, and takes finished frames that it shares with
other pages."""

from asyncio import TimerHandle
from typing import Any, cast

from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from ingest.websocket.bounded_socket import BoundedSocket
from ingest.websocket.shared_frame import MEMORY_LEVEL, WINDOW_BITS, SharedFrame

PATH = b"/_nicegui_ws/"
EXTENSION = "visitors.page"
FASTEST = 1


class PageSocket(BoundedSocket):
    """Compresses each message on its own (``server_no_context_takeover``), so that shared frames
    fit between the messages of NiceGUI, and no compressor is kept. NiceGUI's few are compressed at
    zlib's fastest level, since each is for one page. The page finds this socket in its scope
    (``EXTENSION``) and sends nothing while too much is ``unsent``; a browser that reads nothing for
    ``slow_reader_s`` is disconnected."""

    slow_reader_s = 15.0
    _cutting_off: TimerHandle | None = None
    _inflates = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        deflate = ServerPerMessageDeflateFactory(
            server_no_context_takeover=True,
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
            self._inflates = any(
                isinstance(each, PerMessageDeflate) and each.local_max_window_bits >= WINDOW_BITS
                for each in self.conn.extensions
            )

    @property
    def unsent(self) -> int:
        """Bytes that the peer has left us with."""
        return self.transport.get_write_buffer_size()

    def write(self, frame: SharedFrame) -> None:
        """Send a frame, unless the connection is closing. Doesn't wait: uvicorn writes whole frames
        as well, so this one comes between two of them. A client that wants a smaller window, or no
        compression, gets it uncompressed."""
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            self.transport.write(frame.compressed if self._inflates else frame.plain)

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
