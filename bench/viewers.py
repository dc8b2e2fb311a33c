"""Open pages without a browser: what the server has to do for them, and nothing of what drawing
costs. They load the page and hold its socket, as Chromium does."""

import re
from uuid import uuid4

import httpx
import socketio


class Viewer:
    """One open page; counts what it is sent."""

    def __init__(self) -> None:
        self.messages = 0
        # compressed, as every browser asks for: that is work of the server's
        self._socket = socketio.AsyncClient(
            reconnection=False, websocket_extra_options={"compress": 15}
        )
        self._socket.on("*", self._count)

    @property
    def is_connected(self) -> bool:
        return bool(self._socket.connected)

    async def open(self, base_url: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            page = (await http.get(base_url)).text
        found = re.search(r"'client_id':\s*'([0-9a-f-]+)'", page)
        assert found is not None, "the page names no client"
        query = f"client_id={found[1]}&next_message_id=0&implicit_handshake=true"
        ids = f"document_id={uuid4()}&tab_id={uuid4()}"
        await self._socket.connect(
            f"{base_url}/?{query}&{ids}",
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
        )

    async def close(self) -> None:
        await self._socket.disconnect()

    async def _count(self, *_: object) -> None:
        self.messages += 1
