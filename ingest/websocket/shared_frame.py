"""A text message to many pages, as a finished frame."""

import zlib
from functools import cached_property

from state.hub.fanout import text_frame, text_head

WINDOW_BITS = 12
LEVEL = 6
MEMORY_LEVEL = 5
FINAL_BYTES = len(b"\x00\x00\xff\xff")
COMPRESSED = 0x40
"""RSV1 of a frame's first byte (RFC 7692, 6)."""


class SharedFrame:
    """Both forms of a message, each made when the first socket needs it: as it is, and compressed
    without reference to any other message, so that one result suits all sockets."""

    def __init__(self, text: str) -> None:
        self._payload = text.encode()

    @cached_property
    def plain(self) -> bytes:
        return text_frame(self._payload)

    @cached_property
    def compressed(self) -> bytes:
        """For sockets with permessage-deflate and a window of ``WINDOW_BITS``."""
        deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL)
        data = deflate.compress(self._payload) + deflate.flush(zlib.Z_SYNC_FLUSH)
        payload = data[:-FINAL_BYTES]
        if len(payload) >= len(self._payload):
            return self.plain
        head = text_head(len(payload))
        return bytes((head[0] | COMPRESSED,)) + head[1:] + payload
