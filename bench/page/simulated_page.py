"""Open pages without a browser: what the server has to do for them, and nothing of what drawing
costs. They load the page and hold its socket, as Chromium does."""

import asyncio
import json
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
CLIENT_ID = re.compile(r"'client_id':\s*'([0-9a-f-]+)'")
VISIBLE = re.compile(
    r'"(\d+)":{"tag":"nicegui-status".*?"listener_id":"([0-9a-f-]+)","type":"visible"'
)
"""How NiceGUI writes into the page who it is, and the element that hears of the tab."""


class Viewer:
    """One open page; counts what it is sent."""

    def __init__(self) -> None:
        self.messages = 0
        self._page = ""
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def open(self, base_url: str) -> None:
        self._page = await page(base_url)
        self._socket = await open_socket(base_url, compression="deflate", html=self._page)
        self._reading = asyncio.create_task(self._read(self._socket))

    async def close(self) -> None:
        if self._socket is not None and self._reading is not None:
            await self._socket.close()
            await self._reading

    async def see(self, visible: bool) -> None:
        """Tell the server what the page tells it when its tab goes out of sight or comes back."""
        assert self._socket is not None
        found = VISIBLE.search(self._page)
        assert found is not None, "the page listens to no change of visibility"
        ids = {"client_id": client_id(self._page), "id": int(found[1]), "listener_id": found[2]}
        event = ["event", ids | {"args": [json.dumps(visible)]}]
        await self._socket.send(EVENT + json.dumps(event))

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


async def page(base_url: str) -> str:
    """The page as HTML."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(base_url)).text


def client_id(html: str) -> str:
    found = CLIENT_ID.search(html)
    assert found is not None, "the page names no client"
    return found[1]


async def open_socket(
    base_url: str, *, compression: str | None, html: str | None = None
) -> ClientConnection:
    """Open the socket that NiceGUI's script would open for a page, which is loaded first unless its
    HTML is given."""
    base_url = base_url.rstrip("/")
    client = client_id(html if html is not None else await page(base_url))
    ids = f"document_id={uuid4()}&tab_id={uuid4()}"
    query = f"client_id={client}&next_message_id=0&implicit_handshake=true&{ids}"
    address = f"{base_url.replace('http', 'ws', 1)}/_nicegui_ws/socket.io/"
    socket = await connect(
        f"{address}?{query}&EIO=4&transport=websocket", compression=compression, proxy=None
    )
    await socket.recv()
    await socket.send(CONNECT)
    return socket
