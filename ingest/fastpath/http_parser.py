"""An HTTP/1.1 parser that can ignore an offer to upgrade.

``httptools`` ends a message after its head if it has ``Connection: upgrade`` and ``Upgrade``,
whatever they offer (uvicorn issue 2722). The body was dropped then, or, in a later packet, parsed
as the next request: request smuggling. RFC 9110, 7.8: a server may ignore the offer, and the
request has its whole body."""

from typing import Any, Protocol

from httptools import HttpParserUpgrade, HttpRequestParser

FRAMING = (b"content-length", b"transfer-encoding", b"connection")


class ParsedConnection(Protocol):
    """A connection, as far as the parser knows it. ``headers`` are those of the latest head, with
    names in lower case."""

    headers: list[tuple[bytes, bytes]]

    def accepts_upgrade(self) -> bool:
        """Return True if the request of the latest head becomes a WebSocket."""


class RequestParser:
    """Has the interface of ``httptools.HttpRequestParser``. ``feed_data`` raises
    ``HttpParserUpgrade`` only for an offer that the connection accepts."""

    def __init__(self, connection: ParsedConnection) -> None:
        self._connection = connection
        self._inner = _new_parser(connection)

    def feed_data(self, data: bytes) -> None:
        """Parse. Raises ``HttpParserUpgrade`` with the place in ``data`` after an accepted
        handshake."""
        start = 0
        while start < len(data):
            try:
                self._inner.feed_data(data[start:] if start else data)
                return
            except HttpParserUpgrade as offer:
                start += offer.args[0]
                if self._connection.accepts_upgrade():
                    raise HttpParserUpgrade(start) from None
                self._read_head_without_offer()

    def should_upgrade(self) -> bool:
        """True while the latest message becomes a WebSocket."""
        return self._inner.should_upgrade() and self._connection.accepts_upgrade()

    def ignores_upgrade(self) -> bool:
        """True in the callbacks of a message whose offer is ignored: its body follows."""
        return self._inner.should_upgrade() and not self._connection.accepts_upgrade()

    def should_keep_alive(self) -> bool:
        return bool(self._inner.should_keep_alive())

    def get_http_version(self) -> str:
        return str(self._inner.get_http_version())

    def get_method(self) -> bytes:
        return bytes(self._inner.get_method())

    def _read_head_without_offer(self) -> None:
        """Give the same head without the offer to a new parser. It then expects the same body, or
        completes the message where there is none."""
        version = self._inner.get_http_version()
        callbacks = _Callbacks(self._connection)
        self._inner = _new_parser(callbacks)
        lines = [b"POST / HTTP/%b" % version.encode()]
        lines += [b"%b: %b" % each for each in self._connection.headers if each[0] in FRAMING]
        self._inner.feed_data(b"\r\n".join((*lines, b"", b"")))
        callbacks.are_silent = False


def _new_parser(callbacks: object) -> HttpRequestParser:
    """A parser with the leniency that uvicorn sets: data after ``Connection: close`` is read and
    dropped, and the response is still sent."""
    parser = HttpRequestParser(callbacks)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser


class _Callbacks:
    """Passes on the callbacks of a parser, those of a head that was reported before aside."""

    def __init__(self, connection: Any) -> None:
        self.are_silent = True
        self._connection = connection

    def on_message_begin(self) -> None:
        if not self.are_silent:
            self._connection.on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self.are_silent:
            self._connection.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.are_silent:
            self._connection.on_header(name, value)

    def on_headers_complete(self) -> None:
        if not self.are_silent:
            self._connection.on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._connection.on_body(body)

    def on_message_complete(self) -> None:
        self._connection.on_message_complete()
