"""A foreign dashboard: the ``websockets`` library, and the words of protocol.md."""

import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support import BOUND_S, Running, wait_until

VIEW: dict[str, Any] = {"type": "pageview", "page": "/home", "sessionId": "ann"}


class Dashboard:
    """One connection. ``frames`` is all that came, ``heard`` the messages that were taken out of
    it up to now, those of a batch one by one; both in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.socket = connection
        self.frames: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self._waiting: deque[dict[str, Any]] = deque()

    async def next(self) -> dict[str, Any]:
        """The next message."""
        while not self._waiting:
            async with asyncio.timeout(BOUND_S):
                frame = await self.socket.recv()
            assert isinstance(frame, str), "only text frames come"
            self.frames.append(json.loads(frame))
            self._waiting += self.frames[-1].get("messages", [self.frames[-1]])
        self.heard.append(self._waiting.popleft())
        return self.heard[-1]

    async def until(self, kind: str, **data: Any) -> dict[str, Any]:
        """The data of the next message of that type with these values in it."""
        async with asyncio.timeout(BOUND_S):
            while True:
                message = await self.next()
                told = message.get("data", {})
                if message["type"] == kind and all(told.get(k) == v for k, v in data.items()):
                    return told

    async def send(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def settle(self) -> list[dict[str, Any]]:
        """All that was on its way here: what comes before the answer to a ping sent now."""
        already = len(self.heard)
        await self.send("ping")
        await self.until("pong")
        return self.heard[already:-1]

    async def close_code(self) -> int | None:
        """The code the server closes with; what comes before is heard."""
        try:
            async with asyncio.timeout(BOUND_S):
                while True:
                    await self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


@asynccontextmanager
async def open_socket(
    server: Running, path: str = "/ws", **options: Any
) -> AsyncIterator[Dashboard]:
    """A connection from its handshake on, nothing of it read yet."""
    options = {"proxy": None, "max_size": None, "max_queue": None} | options
    async with connect(f"ws://127.0.0.1:{server.port}{path}", **options) as opened:
        yield Dashboard(opened)


@asynccontextmanager
async def open_slow_socket(server: Running) -> AsyncIterator[Dashboard]:
    """A connection that takes next to nothing unless it is asked for the next message; at the end
    it is dropped, since what it hasn't read would stand in the way of a farewell."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    narrow.connect(("127.0.0.1", server.port))
    narrow.setblocking(False)
    async with open_socket(server, sock=narrow, max_queue=1) as slow:
        try:
            yield slow
        finally:
            slow.socket.transport.abort()


@asynccontextmanager
async def dashboard(server: Running, path: str = "/ws", **options: Any) -> AsyncIterator[Dashboard]:
    """A connection that has heard its ``initial_data`` and its ``user_connected``."""
    async with open_socket(server, path, **options) as opened:
        await opened.next()
        await opened.next()
        assert [message["type"] for message in opened.heard] == ["initial_data", "user_connected"]
        yield opened


def types(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


def post(server: Running, **fields: Any) -> dict[str, Any]:
    """Post a pageview with these fields over it; it has to be accepted."""
    event = {key: value for key, value in {**VIEW, **fields}.items() if value is not None}
    answer = server.http.post("/api/events", json=event)
    assert answer.status_code == 201, answer.text
    return answer.json()


def post_batch(server: Running, events: list[dict[str, Any]]) -> None:
    answer = server.http.post("/api/events/batch", json=events)
    assert answer.json()["rejected"] == [], answer.text


def summary(server: Running, **asked: str) -> dict[str, Any]:
    answer = server.http.get("/api/analytics/summary", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def eventually(true: Callable[[], bool], what: str) -> None:
    """Wait until it is so, but not longer than the bound; the connections here live on."""
    await asyncio.to_thread(wait_until, true, what)


def watching(server: Running) -> int:
    """How many dashboards there are."""
    return server.http.get("/healthz").json()["dashboards"]


def numbered(messages: list[dict[str, Any]]) -> list[int]:
    return [message["seq"] for message in messages if "seq" in message]


async def overwhelm(server: Running, slow: Dashboard, healthy: Dashboard) -> None:
    """Let the slow one ask for about 10 MB that it doesn't take; more than buffers hold. What it
    tells the healthy one in between shows how far the server has come with it."""
    heavy = VIEW | {"page": "/heavy", "metadata": {"x": "y" * 8_000}}
    post_batch(server, [heavy] * 50)
    for number in range(25):
        await slow.send("request_detailed_stats")
        await slow.send("track_dashboard_action", action=f"asked {number}")
        await healthy.until("dashboard_action", action=f"asked {number}")


def login_cookie(server: Running, token: str) -> str:
    """The header ``Cookie`` of a browser that has logged in."""
    form = {"token": token}
    answer = httpx.post(f"{server.url}/login", data=form, trust_env=False, timeout=BOUND_S)
    assert answer.status_code == 303, answer.text
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
