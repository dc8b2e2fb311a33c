"""Thousands of foreign dashboards from one process: bare sockets that read only what they must."""

import asyncio
import json
import os
import resource
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

OPEN_AT_ONCE = 200
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@dataclass
class Client:
    """One ``/ws`` client. ``heard`` are its messages, if it keeps them."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def message(self) -> dict[str, Any]:
        """The next text message; the server sends unfragmented, unmasked frames."""
        while True:
            head = await self.reader.readexactly(2)
            size = head[1] & 0x7F
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2))
            elif size == 127:
                size = int.from_bytes(await self.reader.readexactly(8))
            body = await self.reader.readexactly(size)
            if head[0] & 0x0F == 1:
                return json.loads(body)

    async def until(self, kind: str) -> dict[str, Any]:
        while (message := await self.message())["type"] != kind:
            pass
        return message

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert len(body) < 126
        self.writer.write(bytes([0x81, 0x80 | len(body), 0, 0, 0, 0]) + body)

    def vanish(self) -> None:
        self.writer.transport.abort()


async def connect(port: int) -> Client:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = b64encode(os.urandom(16)).decode()
    writer.write(HANDSHAKE.format(port=port, key=key).encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 101"), answer
    return Client(reader, writer)


async def connect_many(port: int, number: int) -> list[Client]:
    gate = asyncio.Semaphore(OPEN_AT_ONCE)

    async def one() -> Client:
        async with gate:
            return await connect(port)

    return await asyncio.gather(*(one() for _ in range(number)))


def allow_open_files(number: int) -> None:
    """Raise this process's limit; servers that it starts inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    assert wanted >= number, f"only {hard} open files are allowed here"
