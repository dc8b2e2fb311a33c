"""The fast path: plain ``POST /api/events`` and ``/api/events/batch`` requests, read from the
connection's bytes and answered without ASGI.

It sends successes only. A request with anything unusual about it (a header that isn't on the list,
a body that isn't plain, a sender without the right, a limit that is reached) goes to the ordinary
path unchanged, byte for byte. So refusals are written in one place, and the two paths can't drift.
Only whole requests are read here, and only between two requests of the ordinary path, whose parser
never sees them.

The requests of all connections in one turn of the loop become one record of the journal: they share
its cost, and a journal that takes time to store a record is asked once."""

from asyncio import TimerHandle
from collections.abc import Sequence

from ingest.context import AppContext
from ingest.fastpath.batcher import EventBatcher, PendingRequest
from ingest.fastpath.http_protocol import HttpProtocol
from ingest.fastpath.silent_connections import SilentConnections
from ingest.pipeline.rejection import REFUSED, Refusal
from ingest.runtime.descriptors import connections_allowed
from ingest.websocket.page_protocol import PageSocket

START = b"POST /api/events"
END = b"\r\n\r\n"
LONGEST_HEAD = 4_096
UNSENT_BYTES = 65_536
HELD_S = 0.05
"""How long to wait for the rest of a body: many clients send head and body separately."""


class EventProtocol(HttpProtocol):
    """A connection with the fast path. ``pending`` are the requests that wait for their responses,
    read from the bytes in ``_taken``; later bytes are held until then."""

    batcher: EventBatcher
    pending: Sequence[PendingRequest] = ()
    _taken = b""
    _held = b""
    _holding: TimerHandle | None = None
    _idle: TimerHandle | None = None
    _served_at = 0.0
    _between = True
    _is_closing = False
    _refusal: Refusal | None = None
    _to_refuse = 0

    def data_received(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
        if self.pending:
            self._held = data
            if len(data) > UNSENT_BYTES:
                self.flow.pause_reading()
        elif self._between and data.startswith(START) and self._is_free():
            self._read_requests(data)
        else:
            self._pass_on(data)

    def respond(self, responses: bytes) -> None:
        number, self.pending = len(self.pending), ()
        if not self.transport.is_closing():
            self.transport.write(responses)
            self.server_state.total_requests += number
            self._keep_alive()
        if self._is_closing:
            self.shutdown()
        elif self._held:
            self._continue()

    def give_up(self, refusal: Refusal | None) -> None:
        self._refusal, self._to_refuse = refusal, len(self.pending)
        self.pending = ()
        self._held = self._taken + self._held
        if self._is_closing:
            self.shutdown()
        else:
            self._hand_back()

    def on_message_begin(self) -> None:
        self._between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._refusal is not None:
            self.scope[REFUSED] = self._refusal  # type: ignore[literal-required]
            self._to_refuse -= 1
            if not self._to_refuse:
                self._refusal = None

    def on_message_complete(self) -> None:
        self._between = not self.parser.ignores_upgrade()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._hand_back()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self.batcher.flush()
        self._is_closing = bool(self.pending)
        if not self._is_closing:  # else once the journal's promise is kept
            self._hand_back()
            super().shutdown()

    def _is_free(self) -> bool:
        """True if no response to an earlier request is outstanding."""
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.pipeline
            and not self.transport.is_closing()
            and self.transport.get_write_buffer_size() <= UNSENT_BYTES
        )

    def _read_requests(self, data: bytes) -> None:
        """Read the plain requests at the start of ``data``, and enqueue them."""
        batcher, start = self.batcher, 0
        peer = self.client[0] if self.client else "unknown"
        pending: list[PendingRequest] = []
        while data.startswith(START, start):
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
            events = batcher.events(head, data[body:end], peer)
            if events is None:
                break
            pending.append(PendingRequest(events, head.is_batch, head.cors))
            start = end
        if not pending:
            self._pass_on(data)
            return
        self._stop_holding()
        self._begin_request()
        self.pending, self._taken, self._held = pending, data[:start], data[start:]
        batcher.enqueue(self)

    def _continue(self) -> None:
        """Continue with the bytes that came in meanwhile."""
        self.flow.resume_reading()
        data, self._held = self._held, b""
        self.data_received(data)

    def _keep_alive(self) -> None:
        """Keep the connection for the next request, as long as the ordinary path would. One timer
        serves many requests: when it fires, it looks at the time of the last one."""
        self._served_at = self.loop.time()
        self._fall_silent()
        if self._idle is None or self.timeout_keep_alive_task is not self._idle:
            self._stop_waiting()
            self._unset_keepalive_if_required()
            self._set_idle_timer(self.timeout_keep_alive)

    def _set_idle_timer(self, seconds: float) -> None:
        self._idle = self.timeout_keep_alive_task = self.loop.call_later(seconds, self._check_idle)

    def _check_idle(self) -> None:
        left = self._served_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._set_idle_timer(left)
        else:
            self.timeout_keep_alive_handler()

    def _hold(self, data: bytes) -> None:
        """Wait a moment for the rest of a body, once a request and not for each of its parts. The
        connection doesn't count as idle meanwhile."""
        self._held = data
        self._begin_request()
        if self._holding is None:
            self._stop_waiting()
            self._unset_keepalive_if_required()
            self._holding = self.loop.call_later(HELD_S, self._hand_back)

    def _stop_holding(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None

    def _hand_back(self) -> None:
        """Give the held bytes to the ordinary path."""
        held, self._held = self._held, b""
        if held and self.parser is not None:
            self._pass_on(held)

    def _pass_on(self, data: bytes) -> None:
        self._stop_holding()
        super().data_received(data)


def event_protocol(context: AppContext, most_open: int | None = None) -> type[EventProtocol]:
    """The class of a server's connections: uvicorn creates them and passes no arguments of ours.
    At most ``most_open`` are open at once; None: as many as the settings allow."""
    own = {"batcher": EventBatcher(context), **_options(context, most_open)}
    return type("EventProtocol", (EventProtocol,), own)


def http_protocol(context: AppContext, most_open: int | None = None) -> type[HttpProtocol]:
    """The same without the fast path."""
    return type("OrdinaryProtocol", (HttpProtocol,), _options(context, most_open))


def _options(context: AppContext, most_open: int | None) -> dict[str, object]:
    settings = context.settings
    slow = {"slow_reader_s": settings.slow_reader_s}
    most_open = (
        connections_allowed(None, settings.max_connections) if most_open is None else most_open
    )
    return {
        "patience_s": settings.body_timeout_s,
        "websocket_paths": HttpProtocol.websocket_paths if settings.ui else frozenset(),
        "page_socket": type("OurPageSocket", (PageSocket,), slow),
        "silent": SilentConnections(settings, context.limits.addresses, most_open),
    }
