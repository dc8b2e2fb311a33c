"""A client on a bare TCP socket, with framing of its own, so that it can say anything wrong. What
the server says is held to RFC 6455 in each frame that is read."""

import json
import socket
import struct
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tests.support import BOUND_S

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
DATA = (CONTINUATION, TEXT, BINARY)
CONTROL = (CLOSE, PING, PONG)
LONGEST = 65_536
"""The most bytes of a message."""

MASK = bytes.fromhex("37fa213d")
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The pair that section 1.3 gives as its example."""

Value = str | Sequence[str] | None
"""Of a header: several values make several lines, None makes none."""

HEADERS: dict[str, Value] = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = MASK,
    length: int | None = None,
    width: int | None = None,
) -> bytes:
    """One frame. ``length`` is what the head claims, ``width`` the bytes of its extended length
    (0, 2 or 8); left out, both are as they should be."""
    claimed = len(payload) if length is None else length
    if width is None:
        width = 0 if claimed < 126 else 2 if claimed < 65_536 else 8
    short = {0: claimed, 2: 126, 8: 127}[width]
    head = bytes([fin << 7 | rsv << 4 | opcode, (mask is not None) << 7 | short])
    head += claimed.to_bytes(width, "big") if width else b""
    return head + payload if mask is None else head + mask + masked(payload, mask)


def masked(payload: bytes, mask: bytes) -> bytes:
    pad = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(pad)).to_bytes(len(payload))


def fragments(parts: Iterable[bytes], opcode: int = TEXT) -> list[bytes]:
    """The frames of one fragmented message."""
    parts = list(parts)
    last = len(parts) - 1
    return [
        frame(CONTINUATION if number else opcode, part, fin=number == last)
        for number, part in enumerate(parts)
    ]


def closing(code: int | None = None, reason: bytes = b"") -> bytes:
    """A close frame."""
    return frame(CLOSE, b"" if code is None else code.to_bytes(2) + reason)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def command(kind: str, **fields: Any) -> bytes:
    """A message of protocol.md."""
    return json.dumps({"type": kind, **fields}, ensure_ascii=False).encode()


def asking(size: int = 0) -> bytes:
    """A ``ping`` of protocol.md that is so many bytes long, if it can be as short."""
    bare = command("ping", pad="")
    return command("ping", pad="x" * (size - len(bare))) if size > len(bare) else command("ping")


class Heard(NamedTuple):
    opcode: int
    payload: bytes


class Answer(NamedTuple):
    """A HTTP response: names of headers in lower case, several values of one joined by a comma."""

    status: int
    headers: dict[str, str]


class Wire:
    """One connection. ``ended`` once the server has closed it."""

    def __init__(self, port: int) -> None:
        self.ended = False
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=BOUND_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def drop(self) -> None:
        """Leave without a word."""
        self._socket.close()

    def finish(self) -> None:
        """Close our half of the TCP connection."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Leave in such a way that the other side gets an error instead of an end."""
        linger = struct.pack("ii", 1, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._socket.close()

    def send(self, *parts: bytes, chop: int | None = None) -> None:
        """All in one go, or so many octets at a time."""
        data = b"".join(parts)
        for piece in cut(data, chop) if chop else [data]:
            self._socket.sendall(piece)

    def request(
        self,
        path: str = "/ws",
        *,
        method: str = "GET",
        version: str = "HTTP/1.1",
        behind: bytes = b"",
        chop: int | None = None,
        **headers: Value,
    ) -> None:
        """Ask for a WebSocket. Headers with an underscore for each hyphen stand in the place of the
        ordinary ones; None leaves one out, several values make several lines. ``behind`` goes out
        in the same packet."""
        lines = [f"{method} {path} {version}"]
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in (HEADERS | changed).items():
            values = [value] if isinstance(value, str) else value or []
            lines += [f"{name}: {each}" for each in values]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1"), behind, chop=chop)

    def response(self) -> Answer:
        """The head of the answer to ``request``."""
        while b"\r\n\r\n" not in self._received:
            assert self._more(), f"no answer but {bytes(self._received)!r}"
        head, _, rest = bytes(self._received).partition(b"\r\n\r\n")
        self._received[:] = rest
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            before = headers.get(name.lower())
            headers[name.lower()] = f"{before}, {value.strip()}" if before else value.strip()
        assert first.startswith("HTTP/1.1 "), first
        return Answer(int(first.split(" ")[1]), headers)

    def frame(self) -> Heard | None:
        """The next frame, checked; None where the stream ends instead."""
        if not self._fill(2):
            assert not self._received, f"ends amid a frame: {bytes(self._received)!r}"
            return None
        first, second = self._received[:2]
        assert first & 0x70 == 0, "reserved bits are 0"
        assert first & 0x80 and first & 0x0F in (TEXT, *CONTROL), "whole text and control frames"
        assert second & 0x80 == 0, "a server doesn't mask"
        width = {126: 2, 127: 8}.get(second, 0)
        assert self._fill(2 + width)
        length = int.from_bytes(self._received[2 : 2 + width]) if width else second
        assert length >= {0: 0, 2: 126, 8: 65_536}[width], "the shortest form of the length"
        assert first & 0x0F == TEXT or length <= 125, "control frames are short"
        assert self._fill(2 + width + length)
        payload = bytes(self._received[2 + width : 2 + width + length])
        del self._received[: 2 + width + length]
        return Heard(first & 0x0F, payload)

    def rest(self) -> bytes:
        """All that comes until the stream ends."""
        while self._more():
            pass
        return bytes(self._received)

    def end(self) -> None:
        """The server has nothing more to say, and closes the TCP connection."""
        assert (rest := self.frame()) is None, f"more to come: {rest}"

    def _fill(self, size: int) -> bool:
        while len(self._received) < size:
            if not self._more():
                return False
        return True

    def _more(self) -> bool:
        data = b"" if self.ended else self._socket.recv(65_536)
        self._received += data
        self.ended = not data
        return bool(data)
