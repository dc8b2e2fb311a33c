"""A hostile client's connections: bytes as they are, from an address of its own, all bounded."""

import asyncio
import os
import re
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

PATIENCE_S = 5.0
"""So long an answer is waited for."""

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
MASK = bytes(4)
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Peer:
    """What one kind of hostile client works with. ``done`` counts what came of its acts."""

    port: int
    address: str
    until: float
    done: Counter[str] = field(default_factory=Counter)

    @property
    def left_s(self) -> float:
        return max(0.0, self.until - monotonic())

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Streams]:
        """A connection, which is dropped at the end."""
        opening = asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.address, 0))
        reader, writer = await asyncio.wait_for(opening, PATIENCE_S)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def ask(self, *segments: bytes, gap_s: float = 0.002) -> str:
        """Send these segments. Returns the status of the first answer, or how it ended."""
        async with self.connected() as (reader, writer):
            for segment in segments:
                writer.write(segment)
                if len(segments) > 1:
                    await asyncio.sleep(gap_s)
            return await first_status(reader)

    async def hold(self, beginning: bytes, for_s: float) -> str:
        """Send a beginning and nothing more. Returns how the other side ended it."""
        async with self.connected() as (reader, writer):
            writer.write(beginning)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(for_s, self.left_s)):
                    return status_of(await reader.read(65_536))
            return "held"

    @asynccontextmanager
    async def socket(self, path: str = "/ws") -> AsyncIterator[Streams]:
        """A WebSocket after its handshake.

        Raises:
            Refused: it was answered with another status than 101."""
        async with self.connected() as (reader, writer):
            writer.write(handshake(path))
            status = await first_status(reader)
            if status != "101":
                raise Refused(status)
            yield reader, writer


class Refused(Exception):
    """No WebSocket; the text is the status."""


async def first_status(reader: asyncio.StreamReader) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return status_of(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.IncompleteReadError as ended:
        return status_of(ended.partial)
    except asyncio.LimitOverrunError:
        return "long"


def status_of(heard: bytes) -> str:
    found = STATUS.match(heard)
    return found[1].decode() if found else "closed"


def handshake(path: str) -> bytes:
    key = b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def request(start: str, *lines: str, body: bytes = b"") -> bytes:
    """A request with its length; ``lines`` are further header lines."""
    head = [f"{start} HTTP/1.1", "Host: 127.0.0.1", *lines]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode("utf-8", "surrogateescape") + body


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole frame of a client, masked with zeros."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 65_536:
        head = bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2)
    else:
        head = bytes([0x80 | opcode, 0xFF]) + size.to_bytes(8)
    return head + MASK + payload


Act = Callable[[Peer, int], Awaitable[str]]


@dataclass(frozen=True)
class Kind:
    """One kind of hostile client: ``workers`` that do ``act`` again and again, at most ``per_s``
    times a second together. ``number`` counts the acts."""

    act: Act
    per_s: float
    workers: int = 4

    async def run(self, peer: Peer) -> None:
        await asyncio.gather(*(self._work(peer, first) for first in range(self.workers)))

    async def _work(self, peer: Peer, first: int) -> None:
        pause_s, number = self.workers / self.per_s, first
        due = monotonic() + first / self.per_s
        while (now := monotonic()) < peer.until:
            if now < due:
                await asyncio.sleep(min(due - now, peer.left_s))
                continue
            due = max(due + pause_s, now)
            peer.done[await self._outcome(peer, number)] += 1
            number += self.workers

    async def _outcome(self, peer: Peer, number: int) -> str:
        try:
            return await self.act(peer, number)
        except TimeoutError:
            return "no answer"
        except Refused as refused:
            return str(refused)
        except (OSError, asyncio.IncompleteReadError) as error:
            return "reset" if isinstance(error, ConnectionResetError) else "closed"
