"""HTTP connections, on uvicorn's class: silent ones are closed, message boundaries hold, and only a
handshake at one of our paths becomes a WebSocket. It uses uvicorn's internals, which ``self_test``
checks before the port is bound."""

import sys
from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ingest.context import AppContext
from ingest.fastpath.http_parser import RequestParser
from ingest.fastpath.silent_connections import Group, SilentConnections
from ingest.pipeline.rejection import REFUSED, Refusal
from ingest.runtime.descriptors import connections_allowed
from ingest.websocket.page_protocol import PATH, PageSocket

SPOKEN = "1.1"
HEAD_BYTES = 65_536
GRACE_S = 2.0
"""How much longer than the application a connection waits for the rest of a body. The application
answers a late body; this closes connections whose body no application reads."""


class HttpProtocol(HttpToolsProtocol):
    """One connection. A head, and then a body, must be complete within ``patience_s``. A handshake
    is accepted at ``websocket_paths`` and for the page's socket. ``silent_since`` is None while a
    request is under way; otherwise ``silent`` counts the connection, and may close it."""

    parser: RequestParser  # type: ignore[assignment]
    patience_s = 20.0
    page_socket = PageSocket
    silent: SilentConnections | None = None
    websocket_paths: frozenset[bytes] = frozenset({b"/", b"/ws"})
    _late: TimerHandle | None = None
    _late_at = 0.0
    _head_bytes = 0
    _in_head = True
    _is_between = True
    _refusal: Refusal | None = None
    _to_refuse = 0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.parser = RequestParser(self)
        self._silent_ones = Group()
        self.silent_since: float | None = self.loop.time()

    @property
    def peer(self) -> str:
        """The peer's address."""
        return self.client[0] if self.client else "unknown"

    @property
    def is_idle(self) -> bool:
        """True if all that was received is answered."""
        return (
            self._is_between
            and (self.cycle is None or self.cycle.response_complete)
            and not self.pipeline
            and not self.transport.is_closing()
        )

    def stand_by(self) -> None:
        """Stop all timers: somebody else reads the bytes and watches the time."""
        self._stop_waiting()
        self._unset_keepalive_if_required()

    def take_over(self) -> None:
        """Expect a request: its bytes come here from now on."""
        self._expect_head()

    def refuse_next(self, refusal: Refusal, number: int) -> None:
        """Have the next requests refused, since the journal may have stored their events."""
        self._refusal, self._to_refuse = refusal, number

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._expect_head()
        if self.silent is None:
            return
        group = self.silent.admit(self, self.peer, len(self.connections))
        if group is None:
            self.transport.abort()
        else:
            self._silent_ones = group

    def connection_lost(self, exc: Exception | None) -> None:
        self._begin_request()
        self._silent_ones = Group()
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._is_between = False
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        if self.parser.get_method() == b"CONNECT":  # else the following bytes belong to no message
            raise ValueError("no tunnels here")
        self._in_head = False
        self._begin_request()
        self._late_at = self.loop.time() + self.patience_s + GRACE_S
        super().on_headers_complete()
        if self._refusal is not None:
            self.scope[REFUSED] = self._refusal  # type: ignore[literal-required]
            self._to_refuse -= 1
            if not self._to_refuse:
                self._refusal = None

    def on_message_complete(self) -> None:
        self._is_between = not self.parser.ignores_upgrade()
        if not self._is_between:
            return
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline:
            self._fall_silent()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        self._arrived = data
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head is too large.")

    def accepts_upgrade(self) -> bool:
        """Return True for a handshake (RFC 6455, 4.1) at a path where there is a WebSocket."""
        return (
            self.parser.get_method() == b"GET"
            and self._get_upgrade() == b"websocket"
            and not any(_announces_body(*header) for header in self.headers)
            and self._has_websocket(httptools.parse_url(self.url).path)
        )

    def handle_websocket_upgrade(self) -> None:
        if self.scope["http_version"] != SPOKEN:
            self.send_400_response("A WebSocket needs HTTP/1.1.")
            return
        self._stop_waiting()
        if not self.url.startswith(b"/"):  # a whole URI, as proxies write it
            uri = httptools.parse_url(self.url)
            self.url = (uri.path or b"/") + (b"?" + uri.query if uri.query else b"")
        self._unset_keepalive_if_required()  # the one of a request before, in the same packet
        if self.url.startswith(PATH):
            self.ws_protocol_class = self.page_socket
        upgrade = cast(httptools.HttpParserUpgrade, sys.exception())
        super().handle_websocket_upgrade()
        behind = self._arrived[upgrade.args[0] :]
        if behind:
            cast(WebSocketsSansIOProtocol, self.transport.get_protocol()).data_received(behind)

    def _has_websocket(self, path: bytes | None) -> bool:
        path = path or b"/"
        return path in self.websocket_paths or (
            bool(self.websocket_paths) and path.startswith(PATH)
        )

    def _get_upgrade(self) -> bytes | None:
        """The offered protocol, if there is one. Several lines of one name are one list."""
        connection = b",".join(value for name, value in self.headers if name == b"connection")
        if b"upgrade" not in (token.strip() for token in connection.lower().split(b",")):
            return None
        return next((value.lower() for name, value in self.headers if name == b"upgrade"), None)

    def _begin_request(self) -> None:
        self.silent_since = None
        self._silent_ones.pop(self, None)

    def _fall_silent(self) -> None:
        if not self.transport.is_closing():
            self._silent_ones[self] = self.silent_since = self.loop.time()

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._in_head, self._head_bytes = True, 0
        self._late_at = self.loop.time() + self.patience_s
        self._late = self.loop.call_later(self.patience_s, self._look_whether_late)

    def _stop_waiting(self) -> None:
        self._in_head = False
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _look_whether_late(self) -> None:
        """One timer serves head and body: when it fires, the deadline may be a later one."""
        left_s = self._late_at - self.loop.time()
        if left_s > 0:
            self._late = self.loop.call_later(left_s, self._look_whether_late)
        else:
            self.transport.close()


def http_protocol(context: AppContext, most_open: int | None = None) -> type[HttpProtocol]:
    """The class of a server's ordinary connections. At most ``most_open`` are open at once; None:
    as many as the settings allow."""
    settings = context.settings
    most = connections_allowed(None, settings.max_connections) if most_open is None else most_open
    own = {
        "patience_s": settings.body_timeout_s,
        "websocket_paths": HttpProtocol.websocket_paths if settings.ui else frozenset(),
        "page_socket": type(
            "OurPageSocket", (PageSocket,), {"slow_reader_s": settings.slow_reader_s}
        ),
        "silent": SilentConnections(settings, context.limits.addresses, most),
    }
    return type("OrdinaryProtocol", (HttpProtocol,), own)


def _announces_body(name: bytes, value: bytes) -> bool:
    return name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0")
