"""The uvicorn server: its socket, configuration and shutdown."""

import asyncio
import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from ingest.context import AppContext
from ingest.fastpath.event_protocol import event_protocol
from ingest.fastpath.http_protocol import http_protocol
from ingest.runtime.descriptors import check_one_is_left, raise_limit
from ingest.runtime.logs import library_level
from ingest.websocket.bounded_socket import BoundedSocket
from ingest.websocket.close_codes import GOING_AWAY
from ingest.websocket.protocol import WebSocketProtocol
from state.settings.settings import Settings

WS_MESSAGE_BYTES = 65_536
FAREWELL_S = 1.0
PING_S = 15.0
TCP_NOTSENT_LOWAT = 25  # linux/tcp.h; the socket module has no name for it
UNSENT_BYTES = 65_536
TICKS_BETWEEN_LOOKS = 10
BACKLOG = 2_048
ACCEPTED_AT_ONCE = 16
"""Asyncio's loop accepts as many connections as its backlog before it handles the first of them."""


REASONS = {
    errno.EADDRINUSE: "another process listens there",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "this user may not listen there (below 1024 it takes a privilege)",
}


class CannotListen(ValueError):
    """The address can't be listened on. The message has address, port and cause."""


def bind(settings: Settings) -> socket.socket:
    """Returns a bound socket, whose options hold for every connection. It doesn't listen yet.

    TCP_USER_TIMEOUT closes connections whose peer acknowledges nothing. With TCP_NOTSENT_LOWAT the
    kernel buffers little, so that a slow reader is noticed here and not after megabytes.

    Raises:
        CannotListen: the address is in use, unknown or not permitted.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux":
        timeout_ms = int(settings.dead_peer_s * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)
        listening.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    with _telling(settings):
        listening.bind((settings.host.strip("[]"), settings.port))
    return listening


def listen(listening: socket.socket, settings: Settings) -> None:
    """Listen: clients wait in the backlog from now on.

    Raises:
        CannotListen: another process has begun to listen meanwhile.
    """
    with _telling(settings):
        listening.listen(BACKLOG)


@contextmanager
def _telling(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        why = REASONS.get(error.errno or 0) or error.strerror or str(error)
        raise CannotListen(
            f"{host}:{settings.port} can't be listened on: {why} (--host, --port)"
        ) from None


class Server(uvicorn.Server):
    """Closes the sockets of subscribers with 1001 before a shutdown; uvicorn alone would send
    1012."""

    def __init__(self, app: ASGIApp, context: AppContext) -> None:
        settings = context.settings
        most_open = raise_limit(settings.max_connections)
        protocol = http_protocol if settings.plain else event_protocol
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http=protocol(context, most_open),
                ws=BoundedSocket if settings.plain else WebSocketProtocol,
                ws_max_size=WS_MESSAGE_BYTES,
                ws_per_message_deflate=True,  # WebSocketProtocol accepts no extension
                ws_ping_interval=PING_S,
                ws_ping_timeout=PING_S,
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_config=None,  # our own: ingest/runtime/logs.py
                log_level=library_level(settings.log_level),
                timeout_graceful_shutdown=3,
                backlog=ACCEPTED_AT_ONCE,
            )
        )
        self._sites = context.sites
        self._pipeline = context.pipeline

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
        for site in self._sites:
            site.hub.close(GOING_AWAY)
        for _ in range(int(FAREWELL_S / 0.02)):
            if not any(site.hub.subscribers for site in self._sites):
                break
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)
