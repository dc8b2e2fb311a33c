"""The socket of our own page: NiceGUI's, served by uvicorn's own class and not by ``Frames``. It is
compressed, because a page gets lists of rows that resemble each other, and shares them with nobody,
while the messages of ``/ws`` go out as the same bytes to all."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.server import ServerProtocol

PATH = b"/_nicegui_ws/"
WINDOW_BITS = 12
MEMORY_LEVEL = 5
FASTEST = 1


class PageSocket(WebSocketsSansIOProtocol):
    """Compresses at zlib's fastest level: half the time of its usual one, for a fifth more bytes.
    Window and memory are uvicorn's, 32 KiB for each page."""

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
