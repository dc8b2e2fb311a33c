"""Open pages without a browser: they load the page and hold its socket as Chromium does, so that
the server's share is measured without the cost of drawing."""

import asyncio
import json
import re
from contextlib import suppress
from time import monotonic
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PING, PONG = "2", "3"
CONNECT = "40"
EVENT = "42"
"""Prefixes of Engine.IO and Socket.IO messages."""
CLIENT_ID = re.compile(r"'client_id':\s*'([0-9a-f-]+)'")
VISIBLE_LISTENER = re.compile(
    r'"(\d+)":{"tag":"nicegui-status".*?"listener_id":"([0-9a-f-]+)","type":"visible"'
)
"""Finds in NiceGUI's HTML the element that listens for changes of the tab's visibility."""
TICK_S = 0.1
"""Messages that arrive closer together belong to one tick of the server."""


class SimulatedPage:
    """One open page."""

    def __init__(self) -> None:
        self._html = ""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        return self._reader is not None and not self._reader.done()

    async def open(self, base_url: str, query: str = "") -> None:
        """Load the page and connect its socket."""
        self._html = await load_html(base_url + query)
        self._socket = await open_socket(base_url, compression="deflate", html=self._html)
        self._reader = asyncio.create_task(self._read(self._socket))

    async def close(self) -> None:
        if self._socket is not None and self._reader is not None:
            await self._socket.close()
            await self._reader

    async def set_visible(self, visible: bool) -> None:
        """Send what the page sends when its tab is hidden or shown."""
        assert self._socket is not None
        found = VISIBLE_LISTENER.search(self._html)
        assert found is not None, "the page has no listener for its visibility"
        ids = {"client_id": client_id(self._html), "id": int(found[1]), "listener_id": found[2]}
        event = ["event", ids | {"args": [json.dumps(visible)]}]
        await self._socket.send(EVENT + json.dumps(event))

    def on_message(self) -> None:
        """Called for each message of NiceGUI. Does nothing here."""

    async def _read(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in socket:
                if message == PING:
                    await socket.send(PONG)
                elif isinstance(message, str) and message.startswith(EVENT):
                    self.on_message()


class TickCounter(SimulatedPage):
    """An open page that counts the ticks of the server."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 0
        self._last_at = 0.0

    def on_message(self) -> None:
        now = monotonic()
        self.ticks += now - self._last_at > TICK_S
        self._last_at = now


async def load_html(base_url: str) -> str:
    """Load the page."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(base_url)).text


def client_id(html: str) -> str:
    """Find NiceGUI's id of the page in its HTML."""
    found = CLIENT_ID.search(html)
    assert found is not None, "the page has no client id"
    return found[1]


async def open_socket(
    base_url: str, *, compression: str | None, html: str | None = None
) -> ClientConnection:
    """Open the socket of a page as NiceGUI's script does; without ``html``, load a page first."""
    base_url = base_url.rstrip("/")
    client = client_id(html if html is not None else await load_html(base_url))
    ids = f"document_id={uuid4()}&tab_id={uuid4()}"
    query = f"client_id={client}&next_message_id=0&implicit_handshake=true&{ids}"
    address = f"{base_url.replace('http', 'ws', 1)}/_nicegui_ws/socket.io/"
    socket = await connect(
        f"{address}?{query}&EIO=4&transport=websocket", compression=compression, proxy=None
    )
    await socket.recv()
    await socket.send(CONNECT)
    return socket
