"""The connections of a hostile client: raw bytes from an address of its own, with timeouts."""

import asyncio
import os
import re
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

RESPONSE_TIMEOUT_S = 5.0
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
MASK = bytes(4)
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
"""Opcodes of RFC 6455."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class HandshakeError(Exception):
    """A WebSocket handshake was rejected; the text is the status."""


@dataclass
class AttackClient:
    """The client of one attack. ``until`` is when it ends, in ``monotonic()`` seconds; ``outcomes``
    counts how its attempts ended."""

    port: int
    address: str
    until: float
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def left_s(self) -> float:
        return max(0.0, self.until - monotonic())

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Streams]:
        """Open a connection and abort it at the end.

        Raises:
            TimeoutError, OSError: it could not be opened.
        """
        opening = asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.address, 0))
        reader, writer = await asyncio.wait_for(opening, RESPONSE_TIMEOUT_S)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def send(self, *segments: bytes, gap_s: float = 0.002) -> str:
        """Send these segments. Returns the status of the first response, or how it ended."""
        async with self.connected() as (reader, writer):
            for segment in segments:
                writer.write(segment)
                if len(segments) > 1:
                    await asyncio.sleep(gap_s)
            return await read_status(reader)

    async def hold(self, beginning: bytes, for_s: float) -> str:
        """Send a beginning and nothing more. Returns the status, "closed", or "held" if the server
        did nothing for ``for_s``."""
        async with self.connected() as (reader, writer):
            writer.write(beginning)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(for_s, self.left_s)):
                    return parse_status(await reader.read(65_536))
            return "held"

    @asynccontextmanager
    async def websocket(self, path: str = "/ws") -> AsyncIterator[Streams]:
        """Open a WebSocket.

        Raises:
            HandshakeError: the status is not 101.
        """
        async with self.connected() as (reader, writer):
            writer.write(handshake(path))
            status = await read_status(reader)
            if status != "101":
                raise HandshakeError(status)
            yield reader, writer


Attempt = Callable[[AttackClient, int], Awaitable[str]]
"""Makes the attempt with this number. Returns its outcome in a word."""


@dataclass(frozen=True)
class Attack:
    """One kind of attack: ``workers`` that repeat ``attempt``, at most ``per_s`` times a second
    together."""

    attempt: Attempt
    per_s: float
    workers: int = 4

    async def run(self, client: AttackClient) -> None:
        """Attack until the client's end."""
        await asyncio.gather(*(self._work(client, first) for first in range(self.workers)))

    async def _work(self, client: AttackClient, first: int) -> None:
        pause_s, number = self.workers / self.per_s, first
        due_at = monotonic() + first / self.per_s
        while (now := monotonic()) < client.until:
            if now < due_at:
                await asyncio.sleep(min(due_at - now, client.left_s))
                continue
            due_at = max(due_at + pause_s, now)
            client.outcomes[await self._outcome(client, number)] += 1
            number += self.workers

    async def _outcome(self, client: AttackClient, number: int) -> str:
        try:
            return await self.attempt(client, number)
        except TimeoutError:
            return "no response"
        except HandshakeError as error:
            return str(error)
        except (OSError, asyncio.IncompleteReadError) as error:
            return "reset" if isinstance(error, ConnectionResetError) else "closed"


async def read_status(reader: asyncio.StreamReader) -> str:
    """Read the head of a response. Returns its status, "closed", or "too long".

    Raises:
        TimeoutError: there is none within 5 s.
    """
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT_S):
            return parse_status(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.IncompleteReadError as ended:
        return parse_status(ended.partial)
    except asyncio.LimitOverrunError:
        return "too long"


def parse_status(received: bytes) -> str:
    """Return the status of a response, "closed" if there is none."""
    found = STATUS.match(received)
    return found[1].decode() if found else "closed"


def handshake(path: str) -> bytes:
    """Make the request of a WebSocket handshake."""
    key = b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def request(start: str, *lines: str, body: bytes = b"") -> bytes:
    """Make a request; ``start`` is method and path, ``lines`` are header lines. A body adds its
    Content-Length."""
    head = [f"{start} HTTP/1.1", "Host: 127.0.0.1", *lines]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode("utf-8", "surrogateescape") + body


def frame(opcode: int, payload: bytes) -> bytes:
    """Make a final frame of a client, masked with zeros."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 65_536:
        head = bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2)
    else:
        head = bytes([0x80 | opcode, 0xFF]) + size.to_bytes(8)
    return head + MASK + payload
