"""Bytes of one request never become another one. In each case a reset is hidden where some reader
on the way (a proxy, a client) sees the body of a request; it must not be carried out, on the fast
way and on the ordinary one, in one packet or in several."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ingest.raw import HOST, TYPE, Case, Pair, asks, pair, talk
from tests.support import Running

RESET = asks(
    HOST,
    TYPE,
    b"Content-Length: %d",
    body=b'{"confirm": "reset"}',
    start=b"POST /api/analytics/reset HTTP/1.1",
)
SIZE = len(RESET)
PATHS = (b"/api/events", b"/api/events/batch", b"/healthz", b"/", b"/ws", b"/nowhere", b"/login")
HTTP_1_1 = b"POST /api/events HTTP/1.1"


def counted(*lines: bytes, start: bytes = HTTP_1_1) -> bytes:
    """A head whose Content-Length covers the reset, then the reset."""
    return asks(HOST, TYPE, b"Content-Length: %d", *lines, body=RESET, start=start)


def framed(*lines: bytes, body: bytes = RESET, start: bytes = HTTP_1_1) -> bytes:
    """The same with exactly these lines of framing."""
    return asks(HOST, TYPE, *lines, body=body, start=start)


CHUNKED = b"Transfer-Encoding: chunked"
IN_CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (SIZE, RESET)


def chunked(*lines: bytes, start: bytes = HTTP_1_1) -> bytes:
    return framed(CHUNKED, *lines, body=IN_CHUNKS, start=start)


def upgrade(to: bytes, connection: bytes = b"Upgrade") -> tuple[bytes, bytes]:
    return b"Connection: " + connection, b"Upgrade: " + to


H2C = (*upgrade(b"h2c", b"Upgrade, HTTP2-Settings"), b"HTTP2-Settings: AAMAAABkAAQAAP__")
WEBSOCKET = (
    *upgrade(b"websocket"),
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    b"Sec-WebSocket-Version: 13",
)
FRAMINGS = {
    **{
        f"h2c at {path.decode()}": counted(*H2C, start=b"POST %b HTTP/1.1" % path) for path in PATHS
    },
    **{
        f"h2c in chunks at {path.decode()}": chunked(*H2C, start=b"POST %b HTTP/1.1" % path)
        for path in PATHS
    },
    **{
        f"a WebSocket by {method.decode()} {path.decode()}": counted(
            *WEBSOCKET, start=b"%b %b HTTP/1.1" % (method, path)
        )
        for method in (b"GET", b"POST", b"PUT")
        for path in (b"/ws", b"/", b"/api/events", b"/_nicegui_ws/socket.io/", b"/nowhere")
    },
    **{
        f"h2c by {method.decode()}": counted(*H2C, start=b"%b /api/events HTTP/1.1" % method)
        for method in (b"GET", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"PROPFIND", b"SOURCE")
    },
    **{
        f"an upgrade to {to.decode()!r}": counted(*upgrade(to))
        for to in (
            b"h2c",
            b"TLS/1.0",
            b"h2c, websocket",
            b"websocket, h2c",
            b"foo",
            b"",
            b"WEBSOCKET",
        )
    },
    **{
        f"Connection: {value.decode()!r}": counted(*upgrade(b"h2c", value))
        for value in (
            b"upgrade",
            b"UPGRADE",
            b"keep-alive, upgrade",
            b"upgrade, close",
            b"a,upgrade,b",
        )
    },
    "h2c, and the reset behind an event": framed(
        *(*H2C, b"Content-Length: %d"),
        body=b'{"type":"pageview","page":"/","sessionId":"a"}' + RESET,
    ),
    "two lines of Upgrade": counted(*upgrade(b"h2c"), b"Upgrade: websocket"),
    "two lines of Connection": counted(b"Connection: keep-alive", *upgrade(b"h2c")),
    "an upgrade of HTTP/1.0": counted(*H2C, start=b"POST /api/events HTTP/1.0"),
    "h2c and Expect": counted(*H2C, b"Expect: 100-continue"),
    "h2c and Connection: close": counted(*H2C, b"Connection: close"),
    "h2c at a whole URI": counted(*H2C, start=b"POST http://a/api/events HTTP/1.1"),
    "h2c with a query": counted(*H2C, start=b"POST /api/events?a=b HTTP/1.1"),
    "CONNECT": counted(start=b"CONNECT a:80 HTTP/1.1"),
    "CONNECT in chunks": chunked(start=b"CONNECT a:80 HTTP/1.1"),
    "CONNECT with an upgrade": counted(*H2C, start=b"CONNECT a:80 HTTP/1.1"),
    "HTTP/2 with prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + RESET,
    "HTTP/2.0 in the first line": counted(start=b"POST /api/events HTTP/2.0"),
    "HTTP/0.9": b"GET /\r\n" + RESET,
    "Connection: close and a length": counted(b"Connection: close"),
    "HTTP/1.0 and a length": counted(start=b"POST /api/events HTTP/1.0"),
    "HTTP/1.0 in chunks": chunked(start=b"POST /api/events HTTP/1.0"),
    "a length and chunks": framed(CHUNKED, b"Content-Length: %d", body=b"0\r\n\r\n" + RESET),
    "chunks and a length": framed(b"Content-Length: %d", CHUNKED, body=b"0\r\n\r\n" + RESET),
    "chunks and a length of 0": framed(b"Content-Length: 0", CHUNKED, body=IN_CHUNKS),
    "two lengths, the first is longer": framed(b"Content-Length: %d", b"Content-Length: 0"),
    "two lengths, the second is longer": framed(b"Content-Length: 0", b"Content-Length: %d"),
    "a list of lengths": framed(b"Content-Length: 0, %d"),
    "a length with a plus": framed(b"Content-Length: +%d"),
    "a length with zeros": framed(b"Content-Length: 000%d"),
    "a length with a space": framed(b"Content-Length : %d"),
    "a length in hexadecimal": framed(b"Content-Length: 0x%x" % SIZE),
    "a length with an underscore": framed(b"Content_Length: 0", b"Content-Length: %d"),
    "a length in quotes": framed(b'Content-Length: "%d"'),
    "a length with a vertical tab": framed(b"Content-Length: \x0b%d"),
    "a folded length": framed(b"Content-Length:\r\n %d"),
    "a length behind a bare line feed": framed(b"X: a\nContent-Length: %d"),
    "a length behind a bare carriage return": framed(b"X: a\rContent-Length: %d"),
    "a length behind a zero byte": framed(b"X: a\0Content-Length: 0", b"Content-Length: %d"),
    "a length that is negative": framed(b"Content-Length: -1"),
    "a length out of this world": framed(b"Content-Length: 18446744073709551616"),
    **{
        f"Transfer-Encoding: {value!r}": framed(b"Transfer-Encoding: " + value, body=IN_CHUNKS)
        for value in (
            *(b"xchunked", b"chunked, identity", b"identity, chunked", b"chunked, chunked"),
            *(b"Chunked", b"chunked;a=b", b'"chunked"', b"gzip, chunked", b"gzip", b"identity"),
            *(b"\tchunked", b"\x0bchunked", b"chunked\x00", b",chunked", b"chunked,"),
        )
    },
    "two lines of Transfer-Encoding": framed(
        CHUNKED, b"Transfer-Encoding: identity", body=IN_CHUNKS
    ),
    "Transfer-Encoding with a space": framed(b"Transfer-Encoding : chunked", body=IN_CHUNKS),
    "Transfer-Encoding folded": framed(b"Transfer-Encoding:\r\n chunked", body=IN_CHUNKS),
    "Transfer_Encoding": framed(
        b"Transfer_Encoding: chunked", b"Content-Length: %d", body=IN_CHUNKS
    ),
    "a chunk size with a plus": framed(CHUNKED, body=b"+%x\r\n%b\r\n0\r\n\r\n" % (SIZE, RESET)),
    "a chunk size with 0x": framed(CHUNKED, body=b"0x%x\r\n%b\r\n0\r\n\r\n" % (SIZE, RESET)),
    "a chunk size with zeros": framed(CHUNKED, body=b"0000%x\r\n%b\r\n0\r\n\r\n" % (SIZE, RESET)),
    "a chunk size that overflows": framed(CHUNKED, body=b"10000000000000000\r\n" + RESET),
    "a chunk extension": framed(CHUNKED, body=b"%x;a=b\r\n%b\r\n0\r\n\r\n" % (SIZE, RESET)),
    "a chunk extension with a line feed": framed(
        CHUNKED, body=b"2;a=b\nxx\r\n0\r\n\r\n" + RESET + b"\r\n0\r\n\r\n"
    ),
    "a chunk that ends with a line feed": framed(CHUNKED, body=b"1\r\nx\n0\r\n\r\n" + RESET),
    "a chunk without an end": framed(CHUNKED, body=b"1\r\nxx0\r\n\r\n" + RESET),
    "a chunk of bare line feeds": framed(CHUNKED, body=b"0\n\n" + RESET),
    "a chunk size with a space": framed(CHUNKED, body=b"%x \r\n%b\r\n0\r\n\r\n" % (SIZE, RESET)),
    "a trailer that is a length": framed(
        CHUNKED, body=b"0\r\nContent-Length: %d\r\n\r\n" % SIZE + b"1" + RESET
    ),
    "line feeds alone": counted().replace(b"\r\n", b"\n", 4),
    "a carriage return alone": counted().replace(b"\r\n", b"\r", 1),
    "a header without a name": counted(b": a"),
    "a header without a colon": counted(b"Content-Length"),
    "a line that begins with a space": asks(b" Host: a", b"Content-Length: %d", body=RESET),
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as started:
        yield started


def cuts(request: bytes) -> dict[str, list[bytes | float]]:
    """In one packet; body behind its head; and the reset in three pieces."""
    head = request.find(b"\r\n\r\n") + 4
    hidden = request.find(RESET)
    return {
        "one packet": [request],
        "the body later": [request[:head], 0.02, request[head:]],
        "in pieces": [request[:hidden], 0.02, request[hidden : hidden + 9], request[hidden + 9 :]],
    }


def is_reset_by(server: Running, sent: list[bytes | float]) -> bool:
    answer = server.http.post(
        "/api/events", json={"type": "pageview", "page": "/", "sessionId": "before"}
    )
    assert answer.status_code == 201
    before = server.http.get("/healthz").json()["seq"]
    talk(server.port, Case(sent, answers=0, ends="shut"))
    told = server.http.get("/api/analytics/summary").json()
    assert server.http.get("/healthz").json()["seq"] >= before
    return bool(told["totalEvents"] == 0)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_hidden_request_is_not_carried_out(two: Pair, framing: str) -> None:
    def wrong(server: Running) -> list[str]:
        ways = cuts(FRAMINGS[framing])
        return [way for way, sent in ways.items() if is_reset_by(server, sent)]

    with ThreadPoolExecutor(2) as threads:
        fast, ordinary = threads.map(wrong, (two.fast, two.ordinary))
    assert (fast, ordinary) == ([], [])
