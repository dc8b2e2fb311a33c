"""RFC 6455, more strictly than ``websockets``: an invalid frame is refused by its header, before
its payload is received, and invalid text by its first invalid octet."""

import codecs
import logging
from collections.abc import Generator
from http import HTTPStatus

from websockets.exceptions import InvalidHeader, PayloadTooBig, ProtocolError
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.streams import StreamReader
from websockets.utils import apply_mask

CONTROL = 0x8
"""The bit of the opcode that all frames of control have."""

OPCODES = frozenset(map(int, Opcode))
LONGEST_CONTROL = 125
FIRST_OF_WIDTH = {0: 0, 2: 126, 8: 65_536}
"""Bytes of the extended length: the least length that needs them."""


class Rfc6455Server(ServerProtocol):
    """The server's side of one connection, without extensions.

    While ``held``, nothing is parsed: the application handles the handshake, or its last message,
    first. So its answer precedes the answer to what follows in the same packet, an error included,
    however TCP splits and joins packets."""

    def __init__(self, most_bytes: int, logger: logging.Logger) -> None:
        super().__init__(max_size=None, logger=logger)
        self.held = True
        self.reader = Gate(self, most_bytes)
        self.parser = self.parse()
        next(self.parser)

    def process_request(self, request: Request) -> tuple[str, str | None, str | None]:
        if len(request.headers.get_all("Host")) != 1:
            raise InvalidHeader("Host")
        return super().process_request(request)

    def accept(self, request: Request) -> Response:
        response = super().accept(request)
        wrong = self.handshake_exc
        if isinstance(wrong, InvalidHeader) and wrong.name == "Sec-WebSocket-Version":
            response = self.reject(HTTPStatus.UPGRADE_REQUIRED, f"{wrong}; 13 is spoken here.\n")
            response.headers["Upgrade"] = "websocket"
            response.headers["Sec-WebSocket-Version"] = "13"
        return response

    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None  # 5.4: a control frame may be between two fragments
        super().recv_frame(frame)
        if frame.fin and not frame.opcode & CONTROL:
            self.held = self.state is State.OPEN


class Gate(StreamReader):
    """The bytes that aren't parsed yet. ``websockets`` calls ``at_eof`` before each frame; here a
    frame is held back, and checked as far as it has arrived."""

    def __init__(self, conversation: Rfc6455Server, most_bytes: int) -> None:
        super().__init__()
        self._conversation = conversation
        self._most_bytes = most_bytes
        self._text: codecs.IncrementalDecoder | None = None

    def at_eof(self) -> Generator[None, None, bool]:
        if self._conversation.eof_sent:  # all further bytes are dropped
            return (yield from super().at_eof())
        while self._conversation.held:
            yield
        if (yield from super().at_eof()):
            return True
        yield from self._judge()
        return False

    def _judge(self) -> Generator[None, None, None]:
        yield from self._have(2)
        first, second = self.buffer[:2]
        opcode, fin, short = first & 0x0F, bool(first & 0x80), second & 0x7F
        if first & 0x70:
            raise ProtocolError("reserved bits must be 0")
        if opcode not in OPCODES:
            raise ProtocolError("reserved opcode")
        if not second & 0x80:
            raise ProtocolError("frames of a client have to be masked")
        if opcode & CONTROL:
            if short > LONGEST_CONTROL or not fin:
                raise ProtocolError("frames of control are short and whole")
            return
        if (opcode == Opcode.CONT) != (self._conversation.current_size is not None):
            raise ProtocolError("one message begins where another one ends")
        width, length = yield from self._length(short)
        if opcode != Opcode.CONT:
            self._text = _utf8() if opcode == Opcode.TEXT else None
        if self._text is not None:
            yield from self._check(self._text, 2 + width, length, fin)

    def _length(self, short: int) -> Generator[None, None, tuple[int, int]]:
        """The bytes of the extended length, and the length of the payload."""
        width = {126: 2, 127: 8}.get(short, 0)
        yield from self._have(2 + width)
        length = int.from_bytes(self.buffer[2 : 2 + width]) if width else short
        if length < FIRST_OF_WIDTH[width] or length >> 63:
            raise ProtocolError("a length has its shortest form, and at most 63 bits")
        room = self._most_bytes - (self._conversation.current_size or 0)
        if length > room:
            raise PayloadTooBig(length, room)
        return width, length

    def _check(
        self, text: codecs.IncrementalDecoder, start: int, length: int, fin: bool
    ) -> Generator[None, None, None]:
        """Check the payload as it arrives, octet by octet where necessary."""
        yield from self._have(start + 4)
        mask = bytes(self.buffer[start : start + 4])
        done = 0
        while True:
            come = min(len(self.buffer) - start - 4, length)
            turn = done % 4
            new = self.buffer[start + 4 + done : start + 4 + come]
            text.decode(apply_mask(new, mask[turn:] + mask[:turn]), final=fin and come == length)
            _no_surrogate(text)
            done = come
            if done == length:
                return
            yield

    def _have(self, size: int) -> Generator[None, None, None]:
        while len(self.buffer) < size:
            yield


def _utf8() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")()


def _no_surrogate(text: codecs.IncrementalDecoder) -> None:
    """Python's decoder waits for the third byte before it refuses U+D800-DFFF."""
    begun = text.getstate()[0]
    if begun[:1] == b"\xed" and begun[1:] >= b"\xa0":
        raise UnicodeDecodeError("utf-8", begun, 0, len(begun), "surrogate")
