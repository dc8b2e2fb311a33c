"""An honest sender and an honest dashboard, which keep account of what they miss. For
``bench/hostile.py``."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

PAGE = "/honest"
LANES = 8
SESSIONS = 200
ANSWER_S = 30.0
HEAD = (
    "POST /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: {size}\r\n\r\n"
)
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
SEQ = re.compile(rb'"seq":(\d+)')
EVENT_ID = re.compile(rb'"id":"(honest-[0-9a-f]+-\d+)"')
TAIL = 200
"""Bytes at the end of a frame that hold its seq."""


@dataclass
class Sender:
    """Posts ``rate`` events a second, each when it is due, over a few connections. ``times_ms`` go
    from that moment to the answer, so that waiting for a free connection counts, too."""

    port: int
    rate: float
    run_id: str = field(default_factory=lambda: token_hex(4))
    sent: int = 0
    acked: set[str] = field(default_factory=set)
    times_ms: list[float] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)

    async def run(self, seconds: float) -> None:
        began = monotonic()
        number = round(seconds * self.rate)
        lanes = (range(first, number, LANES) for first in range(LANES))
        await asyncio.gather(*(self._lane(iter(lane), began) for lane in lanes))

    async def _lane(self, numbers: Iterator[int], began: float) -> None:
        """One connection after the other, until all numbers are sent."""
        ended = False
        while not ended:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                self._fail("no connection")
                await asyncio.sleep(0.1)
                continue
            try:
                ended = await self._post_all(numbers, began, reader, writer)
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                self._fail(type(error).__name__)
            finally:
                writer.transport.abort()

    async def _post_all(
        self,
        numbers: Iterator[int],
        began: float,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        for number in numbers:
            due = began + number / self.rate
            await asyncio.sleep(max(0.0, due - monotonic()))
            event_id = f"honest-{self.run_id}-{number}"
            self.sent += 1
            writer.write(posted(event_id, number))
            async with asyncio.timeout(ANSWER_S):
                status = await answered(reader)
            self.times_ms.append((monotonic() - due) * 1000)
            if status == "201":
                self.acked.add(event_id)
            else:
                self._fail(status)
        return True

    def _fail(self, why: str) -> None:
        self.failures[why] = self.failures.get(why, 0) + 1


@dataclass
class Watcher:
    """A ``/ws`` client that looks for gaps. ``seen`` are the honest events that it was told."""

    port: int
    seen: set[str] = field(default_factory=set)
    gaps: int = 0
    snapshots: int = 0
    bytes: int = 0
    _seq: int = -1

    async def run(self) -> None:
        """Until it is cancelled; when the connection ends, another one."""
        while True:
            url = f"ws://127.0.0.1:{self.port}/ws"
            with suppress(ConnectionClosed, OSError):
                async with connect(url, proxy=None, max_size=None, max_queue=None) as socket:
                    while True:
                        self._hear(await socket.recv(decode=False))
            await asyncio.sleep(0.1)

    def _hear(self, frame: bytes) -> None:
        """Read without parsing: a frame can be large, and the one who measures shares the cores."""
        self.bytes += len(frame)
        found = SEQ.search(frame, max(0, len(frame) - TAIL))
        if frame.startswith(b'{"type":"initial_data"'):
            self.snapshots += 1
            assert found is not None
            self._seq = int(found[1])
        elif found is not None:
            self.gaps += int(found[1]) != self._seq + 1
            self._seq = int(found[1])
        if frame.startswith(b'{"type":"visitor_update"') and (named := EVENT_ID.search(frame)):
            self.seen.add(named[1].decode())


def posted(event_id: str, number: int) -> bytes:
    event = {
        "type": "pageview",
        "page": PAGE,
        "sessionId": f"honest-{number % SESSIONS}",
        "eventId": event_id,
        "country": "India",
        "metadata": {"device": "desktop"},
    }
    body = json.dumps(event).encode()
    return HEAD.format(size=len(body)).encode() + body


async def answered(reader: asyncio.StreamReader) -> str:
    """The status of the next answer, read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
    return head.split(b" ", 2)[1].decode()
