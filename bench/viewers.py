"""Open pages without a browser: what the server has to do for them, and nothing of what drawing
costs. They load the page and hold its socket, as Chromium does."""

import asyncio
import re
from contextlib import suppress
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PING, PONG = "2", "3"
CONNECT = "40"
EVENT = "42"
"""How Engine.IO and Socket.IO begin their messages."""


class Viewer:
    """One open page; counts what it is sent."""

    def __init__(self) -> None:
        self.messages = 0
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def open(self, base_url: str) -> None:
        self._socket = await open_socket(base_url, compression="deflate")
        self._reading = asyncio.create_task(self._read(self._socket))

    async def close(self) -> None:
        if self._socket is not None and self._reading is not None:
            await self._socket.close()
            await self._reading

    def told(self) -> None:
        """A message has come."""
        self.messages += 1

    async def _read(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in socket:
                if message == PING:
                    await socket.send(PONG)
                elif isinstance(message, str) and message.startswith(EVENT):
                    self.told()


async def open_socket(base_url: str, *, compression: str | None) -> ClientConnection:
    """Load the page, and open the socket that NiceGUI's script would open for it."""
    base_url = base_url.rstrip("/")
    async with httpx.AsyncClient(trust_env=False) as http:
        found = re.search(r"'client_id':\s*'([0-9a-f-]+)'", (await http.get(base_url)).text)
    assert found is not None, "the page names no client"
    ids = f"document_id={uuid4()}&tab_id={uuid4()}"
    query = f"client_id={found[1]}&next_message_id=0&implicit_handshake=true&{ids}"
    address = f"{base_url.replace('http', 'ws', 1)}/_nicegui_ws/socket.io/"
    socket = await connect(
        f"{address}?{query}&EIO=4&transport=websocket", compression=compression, proxy=None
    )
    await socket.recv()
    await socket.send(CONNECT)
    return socket
