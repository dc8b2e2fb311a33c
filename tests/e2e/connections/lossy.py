"""What tests of lost connections need: a proxy that cuts and holds up, traffic, and what a page
shows."""

import asyncio
import random
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.support import BOUND_S, Running

DEFLATE = re.compile(rb"sec-websocket-extensions:[^\r]*\r\n", re.IGNORECASE)
NARROW = 4096
"""Bytes that the proxy takes from the server in advance."""

SHOWN = """() => {
    const feed = getElement(document.querySelector(".feed"));
    const events = feed.latest.map(({n, type, page, country}) => `${n} ${type} ${page} ${country}`);
    const isGrouped = document.querySelector(".times") !== null; // depends on when what came
    const texts = (selector) => [...document.querySelectorAll(selector)].map(
        (element) => element.textContent.replace(/\\s+/g, " ").trim());
    return {
        numbers: texts(".figure-value"),
        events,
        areShown: isGrouped || texts(".feed-row").length === feed.latest.length,
        sessions: texts(".session-who .path, .session-where .path"),
        totals: texts(".bar"),
    };
}"""
"""Reads what a page shows, but for ages, which it counts itself, and the groups of its feed."""

Shown = dict[str, list[str]]


class Proxy:
    """Between browsers and a server. It can cut all connections, and hold up what the server
    sends. Without ``compression`` it removes the offer of it from each handshake."""

    def __init__(self, server: Running, *, compression: bool = True) -> None:
        self._server = server
        self._compression = compression
        self._open: set[asyncio.StreamWriter] = set()
        self._ports: set[int] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._call(self._listen())}"

    def cut(self) -> None:
        """Reset all connections."""
        self._call(self._cut())

    def hold(self) -> None:
        """Take nothing from the server any more."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def release(self) -> None:
        """Take it again."""
        self._loop.call_soon_threadsafe(self._flows.set)

    def unread(self) -> int:
        """Bytes of the server in the kernel that wait to be taken."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        ends = {(self._server.port, port) for port in self._ports}
        return sum(_queued(line) for line in lines if _ports(line) in ends)

    def close(self) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(BOUND_S)

    async def _listen(self) -> int:
        self._flows = asyncio.Event()
        self._flows.set()
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._listening.sockets[0].getsockname()[1])

    async def _serve(self, here: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        narrow.connect(("127.0.0.1", self._server.port))
        there, server = await asyncio.open_connection(sock=narrow, limit=NARROW)
        self._open |= {client, server}
        self._ports.add(narrow.getsockname()[1])
        try:
            with suppress(ConnectionError):
                await asyncio.gather(self._upwards(here, server), self._downwards(there, client))
        finally:
            self._open -= {client, server}
            for each in (client, server):
                each.transport.abort()

    async def _upwards(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data if self._compression else DEFLATE.sub(b"", data))
            await writer.drain()
        raise ConnectionResetError

    async def _downwards(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await self._flows.wait()
            data = await reader.read(65_536)
            if not data:
                raise ConnectionResetError
            writer.write(data)
            await writer.drain()

    async def _cut(self) -> None:
        for each in self._open:
            each.transport.abort()

    async def _end(self) -> None:
        self._listening.close()
        self._flows.set()
        await self._cut()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*tasks, return_exceptions=True)


def _ports(line: str) -> tuple[int, int]:
    """Both ports of a connection in /proc/net/tcp."""
    here, there = line.split()[1:3]
    return int(here.rpartition(":")[2], 16), int(there.rpartition(":")[2], 16)


def _queued(line: str) -> int:
    return int(line.split()[4].partition(":")[0], 16)


@contextmanager
def proxy_of(server: Running, **options: bool) -> Iterator[Proxy]:
    proxy = Proxy(server, **options)
    try:
        yield proxy
    finally:
        proxy.close()


@contextmanager
def traffic(server: Running, *, every_s: float = 0.01) -> Iterator[None]:
    """Visitors from two countries come, view pages and leave."""
    over = threading.Event()
    chance = random.Random(3)

    def send() -> None:
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            while not over.wait(every_s):
                http.post("/api/events", json=some_event(chance)).raise_for_status()

    sending = threading.Thread(target=send)
    sending.start()
    try:
        yield
    finally:
        over.set()
        sending.join()


def some_event(chance: random.Random) -> dict[str, Any]:
    return {
        "type": chance.choice(["pageview", "pageview", "pageview", "click", "session_end"]),
        "page": f"/page/{chance.randrange(9)}",
        "sessionId": f"visitor-{chance.randrange(40)}",
        "country": chance.choice(["India", "USA"]),
    }


def is_right(server: Running, page: Callable[[], Shown], other: Callable[[], Shown]) -> bool:
    """True if a page shows the same as another one, with the numbers of the API."""
    summary = server.http.get("/api/analytics/summary").json()
    numbers = [str(summary["totalActive"]), str(summary["totalToday"])]
    shown = page()
    return shown == other() and shown["numbers"][:2] == numbers and bool(shown["events"])
