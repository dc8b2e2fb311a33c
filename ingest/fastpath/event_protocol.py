"""The fast path: plain ``POST`` requests to ``/api/events``, ``/api/events/batch`` and
``/api/track``, read from the connection's bytes and answered without ASGI.

It sends successes only. A request with anything unusual about it (a header that isn't on the list,
a body that isn't plain, a sender without the right, a limit that is reached) goes to the ordinary
path unchanged, byte for byte. So refusals are written in one place, and the two paths can't drift.
Only whole requests are read here, and only between two requests of the ordinary connection, which
stands behind: its parser never sees them, and it knows nothing of the fast path.

The requests of all connections in one turn of the loop become one record of the journal: they share
its cost, and a journal that takes time to store a record is asked once."""

from asyncio import BaseTransport, Protocol, TimerHandle, Transport
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from ingest.context import AppContext
from ingest.fastpath.batcher import Client, EventBatcher, PendingRequest
from ingest.fastpath.http_protocol import HttpProtocol, http_protocol
from ingest.fastpath.request_head import RequestHead
from ingest.pipeline.rejection import Refusal

END = b"\r\n\r\n"
LONGEST_HEAD = 4_096
UNSENT_BYTES = 65_536
HELD_S = 0.05
"""How long to wait for the rest of a body: many clients send head and body separately."""


class EventProtocol(Protocol):
    """A connection with the fast path, in front of an ``ordinary`` one that gets all other bytes.

    ``pending`` are the requests that wait for their responses, read from the bytes in ``_taken``;
    later bytes are held until then. While ``_is_ready`` nothing waits, and the ordinary connection
    stands by: its timers don't run."""

    __slots__ = (
        *("ordinary", "transport", "loop", "pending", "_connections", "_head", "_client"),
        *("_taken", "_held", "_holding", "_idle", "_served_at"),
        *("_is_ready", "_is_in_front", "_is_full", "_is_closing"),
    )
    batcher: ClassVar[EventBatcher]
    ordinary_class: ClassVar[type[HttpProtocol]]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.ordinary = self.ordinary_class(*arguments, **options)
        self.loop = self.ordinary.loop
        self._connections: set[object] = cast("set[object]", self.ordinary.connections)
        self.pending: Sequence[PendingRequest] = ()
        self._head: RequestHead | None = None
        self._client: Client | None = None
        self._taken = self._held = b""
        self._holding: TimerHandle | None = None
        self._idle: TimerHandle | None = None
        self._served_at = 0.0
        self._is_ready = self._is_in_front = self._is_full = self._is_closing = False

    def connection_made(self, transport: BaseTransport) -> None:
        self.transport = cast(Transport, transport)
        self.ordinary.connection_made(transport)
        self._connections.discard(self.ordinary)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._hand_back()
        self._stop_timers()
        self._connections.discard(self)
        self.ordinary.connection_lost(exc)

    def eof_received(self) -> None:
        self.ordinary.eof_received()

    def pause_writing(self) -> None:
        self._is_full, self._is_ready = True, False
        self.ordinary.pause_writing()

    def resume_writing(self) -> None:
        self._is_full = False
        self.ordinary.resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._is_ready and data.startswith(self.batcher.starts):
            self._read_requests(data)
            return
        if self._held:
            data, self._held = self._held + data, b""
        if self.pending:
            self._held = data
            if len(data) > UNSENT_BYTES:
                self.ordinary.flow.pause_reading()
        elif data.startswith(self.batcher.starts) and self._comes_to_front():
            self._read_requests(data)
        else:
            self._pass_on(data)

    def respond(self, responses: bytes, now: float) -> None:
        self.pending = ()
        if not self.transport.is_closing():
            self.transport.write(responses)
            self.ordinary.silent_since = self._served_at = now
            if self._idle is None:
                self._set_idle_timer(self.ordinary.timeout_keep_alive)
        if self._is_closing:
            self.shutdown()
        elif self._held:
            self._continue()
        else:
            self._is_ready = not self._is_full

    def give_up(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            self.ordinary.refuse_next(refusal, len(self.pending))
        self.pending = ()
        self._held = self._taken + self._held
        if self._is_closing:
            self.shutdown()
        else:
            self._hand_back()

    def shutdown(self) -> None:
        """Close the connection when all that was received is answered."""
        self.batcher.flush()
        self._is_closing = bool(self.pending)
        if not self._is_closing:  # else once the journal's promise is kept
            self._hand_back()
            self.ordinary.shutdown()

    def _comes_to_front(self) -> bool:
        """Returns True if plain requests are read here now: no response is outstanding. The
        ordinary connection stands by from then on."""
        if not self._is_in_front and self.ordinary.is_idle:
            self.ordinary.stand_by()
            self._is_in_front = True
        return self._is_in_front and not self._is_full

    def _read_requests(self, data: bytes) -> None:
        """Read the plain requests at the start of ``data``, and enqueue them."""
        batcher, start = self.batcher, 0
        pending: list[PendingRequest] = []
        while data.startswith(batcher.starts, start):
            body = data.find(END, start, start + LONGEST_HEAD) + len(END)
            head = batcher.head(data[start:body]) if body >= len(END) else None
            if head is None:
                break
            end = body + head.length
            if len(data) < end:
                if not pending:
                    self._hold(data)
                    return
                break
            if head is not self._head or self._client is None:
                self._head, self._client = head, batcher.client(head, self.ordinary.peer)
            request = batcher.read(head, data[body:end], self._client)
            if request is None:
                break
            pending.append(request)
            start = end
        if not pending:
            self._pass_on(data)
            return
        if self._holding is not None:
            self._stop_holding()
        self._is_ready = False
        self.ordinary.silent_since = None
        self.pending, self._taken, self._held = pending, data[:start], data[start:]
        batcher.enqueue(self)

    def _continue(self) -> None:
        """Continue with the bytes that came in meanwhile."""
        self.ordinary.flow.resume_reading()
        data, self._held = self._held, b""
        self.data_received(data)

    def _set_idle_timer(self, seconds: float) -> None:
        self._idle = self.loop.call_later(seconds, self._check_idle)

    def _check_idle(self) -> None:
        """Close a connection that had no request for as long as the ordinary one would. One timer
        serves many requests: when it fires, it looks at the time of the last one."""
        keep_alive_s = self.ordinary.timeout_keep_alive
        left = self._served_at + keep_alive_s - self.loop.time()
        if self.pending or self._held:
            self._set_idle_timer(keep_alive_s)
        elif left > 0:
            self._set_idle_timer(left)
        else:
            self.transport.close()

    def _hold(self, data: bytes) -> None:
        """Wait a moment for the rest of a body, once a request and not for each of its parts. The
        connection doesn't count as idle meanwhile."""
        self._held, self._is_ready = data, False
        self.ordinary.silent_since = None
        if self._holding is None:
            self._holding = self.loop.call_later(HELD_S, self._hand_back)

    def _stop_holding(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None

    def _stop_timers(self) -> None:
        self._stop_holding()
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _hand_back(self) -> None:
        """Give the held bytes to the ordinary connection."""
        held, self._held = self._held, b""
        if held:
            self._pass_on(held)

    def _pass_on(self, data: bytes) -> None:
        """Let the ordinary connection go on. After a handshake another protocol has the transport
        and this connection has ended."""
        self._stop_timers()
        self._is_ready = False
        if self._is_in_front:
            self._is_in_front = False
            self.ordinary.take_over()
        self.ordinary.data_received(data)
        if self.transport.get_protocol() is not self:
            self._connections.discard(self)


def event_protocol(context: AppContext, most_open: int | None = None) -> type[EventProtocol]:
    """The class of a server's connections: uvicorn creates them and passes no arguments of ours.
    At most ``most_open`` are open at once; None: as many as the settings allow."""
    own = {
        "__slots__": (),
        "batcher": EventBatcher(context),
        "ordinary_class": http_protocol(context, most_open),
    }
    return type("EventProtocol", (EventProtocol,), own)
