"""``/ws``: the WebSocket of foreign dashboards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from fastapi import FastAPI, Response, WebSocket

from ingest.access.policy import bearer_subprotocol
from ingest.context import AppContext
from ingest.http.query_params import read_site
from ingest.http.responses import refuse
from ingest.pipeline.rejection import Refusal
from ingest.websocket.close_codes import (
    BINARY,
    GOING_AWAY,
    NO_SITE,
    RATE_LIMITED,
    TOO_SLOW,
    UNAUTHORIZED,
)
from ingest.websocket.commands import Commands
from ingest.websocket.protocol import SINK, WebSocketProtocol
from state.hub.subscriber import Subscriber
from state.sites.site import Site
from state.wire.messages import batch

REFUSED_BEFORE_CLOSE = 100
GOODBYE_S = 1.0
LONGEST_REASON = 123
NO_HANDSHAKE = Refusal("upgrade_required", "This is a WebSocket: connect to ws://HOST/ws.")


def add_socket(app: FastAPI, context: AppContext) -> None:
    """Add the WebSocket at ``/ws``, and at ``/``, which many clients of this protocol open."""

    @app.websocket("/ws")
    @app.websocket("/")
    async def dashboard(socket: WebSocket) -> None:
        protocols: list[str] = socket.scope["subprotocols"]
        await socket.accept(bearer_subprotocol(protocols))
        if not context.access.may_read(socket.headers, socket.cookies, protocols):
            await socket.close(UNAUTHORIZED, "reading needs the token")
            return
        site = read_site(context.sites, socket.query_params)
        if isinstance(site, Refusal):
            context.ledger.count(site)
            await socket.close(NO_SITE, _reason(site))
            return
        await _Subscription(socket, context, site).run()

    @app.get("/ws", include_in_schema=False)
    async def no_handshake() -> Response:
        return refuse(context.ledger, NO_HANDSHAKE, {"Upgrade": "websocket"})


def _reason(refusal: Refusal) -> str:
    """The text of a close frame, which has room for 123 bytes (RFC 6455, 5.5)."""
    sentence = "; ".join(f"{each.field} {each.message}" for each in refusal.fields)
    return sentence if len(sentence) <= LONGEST_REASON else sentence[: LONGEST_REASON - 3] + "..."


class _Subscription:
    """One foreign dashboard from its first frame to its last."""

    def __init__(self, socket: WebSocket, context: AppContext, site: Site) -> None:
        self._socket = socket
        self._context = context
        self._hub = site.hub
        self._subscriber = Subscriber(
            uuid4().hex, most_bytes=context.settings.backlog_bytes, backlogs=site.hub.backlogs
        )
        self._subscriber.on_evicted = self._lose_patience
        self._patience: asyncio.Timeout | None = None
        self._rate = context.limits.messages()
        self._address: str = socket.scope["visitors.address"]
        self._commands = Commands(self._subscriber, context, site, self._address)
        self._sink: WebSocketProtocol | None = socket.scope["extensions"].get(SINK)

    async def run(self) -> None:
        """Read and write until one of the two ends; then remove the subscriber in any case."""
        self._hub.subscribe(self._subscriber, self._context.clock())
        writer = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._commands.stop()
            self._hub.unsubscribe(self._subscriber, self._context.clock())
            for task in (reader, writer):
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)

    async def _read(self) -> None:
        refused = 0
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            if self._subscriber.close_code is not None:
                continue  # only the end of the connection is awaited
            text = received.get("text")
            if text is None:
                await self._socket.close(BINARY, "only text frames are understood here")
                return
            if self._rate.acquire(self._address):
                refused = 0
                self._commands.handle(text.encode())
            elif (refused := refused + 1) == 1:
                self._commands.too_often()
            elif refused > REFUSED_BEFORE_CLOSE:
                self._subscriber.close(RATE_LIMITED)

    async def _write(self) -> None:
        """Send what waits, and close the connection. A peer that reads nothing for too long is
        closed."""
        try:
            await self._send_all()
        except TimeoutError:
            return await self._give_up()
        self._hub.use_queue(self._subscriber)
        await self._socket.close(self._subscriber.close_code or GOING_AWAY)

    async def _send_all(self) -> None:
        """Send frames until the connection is to be closed.

        Raises:
            TimeoutError: the peer read nothing for too long."""
        subscriber, hub = self._subscriber, self._hub
        while subscriber.close_code is None or subscriber.is_behind:
            frames = await subscriber.next_frames(self._resync, self._drained)
            if subscriber.batch_s and frames:
                frames = [batch(frames)]
            for frame in frames:
                async with self._patiently():
                    await self._send(frame)
                hub.count_sent()
            if self._sink is not None:
                hub.use_direct_writes(subscriber, self._sink)

    async def _send(self, frame: bytes) -> None:
        if self._sink is not None:
            await self._sink.send_text(frame)
        else:
            await self._socket.send_text(frame.decode())

    async def _drained(self) -> None:
        """Wait until the peer has read what was sent before, so that a snapshot is made only then.
        Without our protocol class (``--plain``) that can't be known, and the snapshot is queued."""
        if self._sink is not None:
            async with self._patiently():
                await self._sink.drained()

    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._context.settings.slow_reader_s) as self._patience:
                yield
        finally:
            self._patience = None

    def _lose_patience(self) -> None:
        """End the wait for this peer: all backlogs together are too large."""
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def _give_up(self) -> None:
        """Close with 1013, if the peer reads even that."""
        self._hub.count_too_slow()
        if self._sink is not None:
            self._sink.last_word(TOO_SLOW, "too slow")
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._socket.close(TOO_SLOW, "too slow")

    def _resync(self) -> bytes:
        return self._hub.resync(self._context.clock())
