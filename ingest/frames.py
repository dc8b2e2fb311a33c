"""uvicorn's WebSocket protocol, and what ``/ws`` needs besides. The one room that touches its
insides; without it (``ws="websockets-sansio"``) all works but the last word to a slow reader."""

from typing import cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

LAST_WORD = "visitors.last_word"
LAST_WORD_S = 4.0


class Frames(WebSocketsSansIOProtocol):
    """Lets the application close a connection whose peer doesn't read: ``send`` would wait for
    that peer. The close frame is put behind what the transport holds already, which is little; a
    peer that doesn't take it in time is cut off."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[LAST_WORD] = self.last_word

    def last_word(self, code: int, reason: str) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        self.close_sent = True
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()
        self.loop.call_later(LAST_WORD_S, self.transport.abort)
