"""uvicorn as we run it."""

import asyncio
import socket
import sys

import uvicorn
from starlette.types import ASGIApp

from ingest.descriptors import check_one_is_left, raise_limit
from ingest.fast import fast_door, ordinary_door
from ingest.frames import Frames
from ingest.parts import Parts
from ingest.socket import GOING_AWAY

WS_MESSAGE_BYTES = 65_536
FAREWELL_S = 1.0
PING_S = 15.0
TCP_NOTSENT_LOWAT = 25  # linux/tcp.h; the socket module has no name for it
UNSENT_BYTES = 65_536
TICKS_BETWEEN_LOOKS = 10
BACKLOG = 2_048
ACCEPTED_AT_ONCE = 16
"""Asyncio's own loop accepts so many connections before it asks us about the first of them, and
means the same number by the backlog."""


class Server(uvicorn.Server):
    """Says goodbye to foreign dashboards (close code 1001) before it lets go of the connections;
    uvicorn alone would say 1012."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        settings = parts.settings
        most_open = raise_limit(settings.max_connections)
        door = ordinary_door if settings.plain else fast_door
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http=door(parts, most_open),
                ws="websockets-sansio" if settings.plain else Frames,
                ws_max_size=WS_MESSAGE_BYTES,
                ws_per_message_deflate=True,  # not of Frames, which take no extension
                ws_ping_interval=PING_S,
                ws_ping_timeout=PING_S,
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_config=None,  # our own: ingest/logs.py
                log_level="warning",
                timeout_graceful_shutdown=3,
                backlog=ACCEPTED_AT_ONCE,
            )
        )
        self._settings = settings
        self._hub = parts.hub
        self._pipeline = parts.pipeline

    def listen(self) -> socket.socket:
        """The listening socket; what is set on it holds for every connection.

        TCP_USER_TIMEOUT lets go of peers that acknowledge nothing or never read on, and with
        TCP_NOTSENT_LOWAT the kernel takes little ahead, so that a slow reader is noticed here and
        not after its buffers of megabytes are full."""
        listening = self.config.bind_socket()
        if sys.platform == "linux":
            timeout_ms = int(self._settings.dead_peer_s * 1000)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)
            listening.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        listening.listen(BACKLOG)
        return listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or []:
            listening.listen(BACKLOG)

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_BETWEEN_LOOKS == 0:
            check_one_is_left()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._pipeline.stop()
        self._hub.close(GOING_AWAY)
        for _ in range(int(FAREWELL_S / 0.02)):
            if not self._hub.subscribers:
                break
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)
