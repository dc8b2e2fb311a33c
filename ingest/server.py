"""uvicorn as we run it."""

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp

from ingest.socket import GOING_AWAY
from state.hub import Hub
from state.settings import Settings

WS_MESSAGE_BYTES = 65_536
FAREWELL_S = 1.0


class Server(uvicorn.Server):
    """Says goodbye to foreign dashboards (close code 1001) before it lets go of the connections;
    uvicorn alone would say 1012."""

    def __init__(self, app: ASGIApp, settings: Settings, hub: Hub) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=WS_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=3,
            )
        )
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close(GOING_AWAY)
        for _ in range(int(FAREWELL_S / 0.02)):
            if not self._hub.has_subscribers:
                break
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)
