"""Tests that our protocol classes fit the installed uvicorn: drives both once, over a transport in
memory, before the port is bound. They use internals that another version may have changed; then the
server logs that and runs with uvicorn's own classes, as with ``--plain``."""

import asyncio
from asyncio import Protocol, Transport
from typing import Any, ClassVar

from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from ingest.fastpath.batcher import STARTS, Client, PendingRequest
from ingest.fastpath.event_protocol import EventProtocol
from ingest.fastpath.http_protocol import HttpProtocol
from ingest.fastpath.request_head import RequestHead
from ingest.websocket.protocol import SINK, WebSocketProtocol

TURNS = 50
PLAIN = b"POST /api/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
ODD = b"GET /odd HTTP/1.1\r\nHost: a\r\n\r\n"
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = b"\x89\x80\0\0\0\0"
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"
EXPECTED = [b"TAKEN", b"ODD", b"TAKEN", b"101", b"FRAME", b"\x8a\x00", b"\x88\x02\x03\xe8"]


async def find_mismatch() -> str | None:
    """Returns what went wrong, or None. Needs an event loop of its own."""
    faults: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context.get("exception")))
    try:
        transport = await _drive()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if faults:
        return f"{type(faults[0]).__name__}: {faults[0]}"
    place = 0
    for part in EXPECTED:
        place = transport.written.find(part, place)
        if place < 0:
            return f"{part!r} is missing in what was written"
        place += len(part)
    return None


async def _drive() -> "RecordingTransport":
    """A plain request, an odd one, a plain one, and a WebSocket that is opened, written to past its
    protocol, pinged and closed."""
    config = Config(
        _app, http=_TestedProtocol, ws=WebSocketProtocol, lifespan="off", log_config=None
    )
    config.load()
    transport = RecordingTransport()
    connection = _TestedProtocol(config=config, server_state=ServerState(), app_state={})
    transport.set_protocol(connection)
    connection.connection_made(transport)
    for data in (PLAIN, ODD, PLAIN, HANDSHAKE, PING, CLOSE):
        transport.feed(data)
        for _ in range(TURNS):
            await asyncio.sleep(0)
    transport.protocol.connection_lost(None)
    return transport


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"][SINK].write(b"FRAME")
        await receive()
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ODD"})


class _Batcher:
    """Accepts every request, and counts nothing."""

    starts = STARTS

    def head(self, head: bytes) -> RequestHead:
        return RequestHead(2, False, (), True, False, "", b"")

    def client(self, head: RequestHead, peer: str) -> Client:
        return Client(peer, True)

    def read(self, head: RequestHead, body: bytes, client: Client) -> PendingRequest:
        return PendingRequest([], False, b"")

    def enqueue(self, connection: EventProtocol) -> None:
        connection.loop.call_soon(connection.respond, b"TAKEN", 0.0)

    def flush(self) -> None:
        pass


class _TestedProtocol(EventProtocol):
    __slots__ = ()
    batcher: ClassVar[Any] = _Batcher()
    ordinary_class = HttpProtocol


class RecordingTransport(Transport):
    """A transport without a peer: it records what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written = b""
        self.protocol: Any = None
        self._closing = False

    def feed(self, data: bytes) -> None:
        if not self._closing:
            self.protocol.data_received(data)

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_protocol(self) -> Protocol:
        found: Protocol = self.protocol
        return found

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self._closing = True

    def abort(self) -> None:
        self._closing = True

    def write_eof(self) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0
