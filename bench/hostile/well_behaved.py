"""Well-behaved clients that count what they lose: a sender of events and a client of ``/ws``."""

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

PAGE = "/well-behaved"
CONNECTIONS = 8
SESSIONS = 200
RESPONSE_TIMEOUT_S = 30.0
RETRY_S = 0.1
HEAD = (
    "POST /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: {size}\r\n\r\n"
)
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
SEQ = re.compile(rb'"seq":(\d+)')
EVENT_ID = re.compile(rb'"id":"(well-behaved-[0-9a-f]+-\d+)"')
SEQ_WITHIN = 200
"""Bytes at the end of a frame that contain its seq."""


@dataclass
class Sender:
    """Posts ``rate`` events a second over eight connections.

    ``acked`` has the ids of events answered with 201. ``times_s`` are seconds from when an event
    was due to its response, so that waiting for a connection counts. ``failures`` counts the other
    outcomes.
    """

    port: int
    rate: float
    run_id: str = field(default_factory=lambda: token_hex(4))
    sent: int = 0
    acked: set[str] = field(default_factory=set)
    times_s: list[float] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)

    async def run(self, seconds: float) -> None:
        """Post for ``seconds``."""
        started_at = monotonic()
        events = round(seconds * self.rate)
        numbers = (range(first, events, CONNECTIONS) for first in range(CONNECTIONS))
        await asyncio.gather(*(self._send(iter(each), started_at) for each in numbers))

    async def _send(self, numbers: Iterator[int], started_at: float) -> None:
        """Post these events over one connection at a time; reconnect after an error."""
        is_done = False
        while not is_done:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                self._count_failure("no connection")
                await asyncio.sleep(RETRY_S)
                continue
            try:
                is_done = await self._post_all(numbers, started_at, reader, writer)
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                self._count_failure(type(error).__name__)
            finally:
                writer.transport.abort()

    async def _post_all(
        self,
        numbers: Iterator[int],
        started_at: float,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        for number in numbers:
            due_at = started_at + number / self.rate
            await asyncio.sleep(max(0.0, due_at - monotonic()))
            event_id = f"well-behaved-{self.run_id}-{number}"
            self.sent += 1
            writer.write(event_request(event_id, number))
            async with asyncio.timeout(RESPONSE_TIMEOUT_S):
                status = await read_response(reader)
            self.times_s.append(monotonic() - due_at)
            if status == "201":
                self.acked.add(event_id)
            else:
                self._count_failure(status)
        return True

    def _count_failure(self, why: str) -> None:
        self.failures[why] = self.failures.get(why, 0) + 1


@dataclass
class Watcher:
    """A client of ``/ws``. ``event_ids`` are those of the sender that it received, ``gaps`` counts
    missing values of ``seq``."""

    port: int
    event_ids: set[str] = field(default_factory=set)
    gaps: int = 0
    snapshots: int = 0
    received_bytes: int = 0
    _seq: int = -1

    async def run(self) -> None:
        """Receive until cancelled; reconnect when the connection ends."""
        while True:
            url = f"ws://127.0.0.1:{self.port}/ws"
            with suppress(ConnectionClosed, OSError):
                async with connect(url, proxy=None, max_size=None, max_queue=None) as socket:
                    while True:
                        self._on_frame(await socket.recv(decode=False))
            await asyncio.sleep(RETRY_S)

    def _on_frame(self, frame: bytes) -> None:
        """Search the frame without parsing it: frames are large, and this process shares the cores
        with the server."""
        self.received_bytes += len(frame)
        found = SEQ.search(frame, max(0, len(frame) - SEQ_WITHIN))
        if frame.startswith(b'{"type":"initial_data"'):
            self.snapshots += 1
            assert found is not None
            self._seq = int(found[1])
        elif found is not None:
            self.gaps += int(found[1]) != self._seq + 1
            self._seq = int(found[1])
        if frame.startswith(b'{"type":"visitor_update"') and (event_id := EVENT_ID.search(frame)):
            self.event_ids.add(event_id[1].decode())


def event_request(event_id: str, number: int) -> bytes:
    """Make the request that posts a pageview of one of 200 sessions."""
    event = {
        "type": "pageview",
        "page": PAGE,
        "sessionId": f"well-behaved-{number % SESSIONS}",
        "eventId": event_id,
        "country": "India",
        "metadata": {"device": "desktop"},
    }
    body = json.dumps(event).encode()
    return HEAD.format(size=len(body)).encode() + body


async def read_response(reader: asyncio.StreamReader) -> str:
    """Read a response. Returns its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
    return head.split(b" ", 2)[1].decode()
