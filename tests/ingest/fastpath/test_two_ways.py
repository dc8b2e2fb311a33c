"""The fast way of ``POST /api/events`` and the ordinary way can't be told apart from outside: the
same bytes bring the same answers, the same numbers, and leave the connection in the same state."""

from collections.abc import Iterator

import pytest

from tests.ingest.raw import HOST, LENGTH, START, TYPE, VISIT, Case, Pair, asks, pair, plain

COMMON = (
    *(b"User-Agent: Mozilla/5.0", b"Accept: */*", b"Accept-Encoding: gzip, br", b"Cookie: a=b; c"),
    *(b"Accept-Language: en", b"Referer: http://a/b?c", b"Cache-Control: no-cache", b"DNT: 1"),
    *(b"Sec-Fetch-Site: cross-site", b"Priority: u=1", b"Traceparent: 00-1-2-3"),
)
CHUNKED = b"Transfer-Encoding: chunked"
IN_CHUNKS = b"10\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (VISIT[:16], len(VISIT) - 16, VISIT[16:])


def started(start: bytes, *lines: bytes) -> bytes:
    return asks(HOST, TYPE, LENGTH, *lines, start=start)


def counted(length: bytes) -> bytes:
    return asks(HOST, TYPE, length)


HEADS = {
    "plain": plain(),
    "common headers": plain(*COMMON),
    "an unknown header": plain(b"X-Something: 1"),
    "an unknown header with an underscore": plain(b"X_Something: 1"),
    "more than 4 KiB of headers": plain(b"Cookie: " + b"c" * 5_000),
    "lower case": asks(HOST.lower(), TYPE.lower(), LENGTH.lower()),
    "upper case": asks(b"HOST: A", b"CONTENT-TYPE: APPLICATION/JSON", b"CONTENT-LENGTH: %d"),
    "mixed case": asks(b"hOsT: a", b"cONTENT-tYPE: application/json", b"CONTENT-length: %d"),
    "no space after the colon": asks(b"Host:a", b"Content-Type:text/plain", b"Content-Length:%d"),
    "an event id": plain(b"X-Event-Id: of-the-proxy"),
    "an event id of all there is": plain(b"X-Event-Id: " + bytes(range(0x21, 0x7F))[:58]),
    "an event id that is too long": plain(b"X-Event-Id: " + b"x" * 59),
    "an event id with a space": plain(b"X-Event-Id: a b"),
    "an empty event id": plain(b"X-Event-Id:"),
    "two event ids": plain(b"X-Event-Id: a", b"X-Event-Id: b"),
    "two spaces": asks(b"Host:  a", b"Content-Type:  text/plain", b"Content-Length:  %d"),
    "two spaces before the type": asks(HOST, b"Content-Type:  application/json", LENGTH),
    "a tab": asks(b"Host:\ta", b"Content-Type:\ttext/plain", b"Content-Length:\t%d"),
    "a tab in a value": plain(b"User-Agent: a\tb"),
    "spaces behind": asks(b"Host: a ", TYPE + b" ", LENGTH + b" ", b"Connection: keep-alive "),
    "a space behind the type": asks(HOST, TYPE + b" ", LENGTH),
    "a space before the colon": asks(HOST, TYPE, b"Content-Length : %d"),
    "an empty value": plain(b"User-Agent:", b"Accept: "),
    "a folded line": plain(b"User-Agent: a\r\n b"),
    "a folded length": asks(HOST, TYPE, b"Content-Length:\r\n %d"),
    "a folded first line": asks(b" Host: a", HOST, TYPE, LENGTH),
    "no colon": plain(b"Accept"),
    "no name": plain(b": a"),
    "Latin letters in a value": plain("User-Agent: Zoë".encode("latin-1")),
    "a zero byte in a value": plain(b"User-Agent: a\0b"),
    "a carriage return in a value": plain(b"User-Agent: a\rb"),
    "the same length twice": plain(LENGTH),
    "another length too": plain(b"Content-Length: 5"),
    "two hosts": plain(HOST),
    "no host": asks(TYPE, LENGTH),
    "an empty host": asks(b"Host:", TYPE, LENGTH),
    "a host of the Internet": asks(b"Host: evil.example", TYPE, LENGTH),
    "no length": asks(HOST, TYPE, body=b""),
    "an empty length": counted(b"Content-Length:"),
    "a length with a plus": counted(b"Content-Length: +%d"),
    "a length with zeros in front": counted(b"Content-Length: 000%d"),
    "a length of two numbers": counted(b"Content-Length: %d %d"),
    "a list of lengths": counted(b"Content-Length: %d, %d"),
    "a negative length": counted(b"Content-Length: -%d"),
    "a hexadecimal length": counted(b"Content-Length: 0x%d"),
    "a length with a fraction": counted(b"Content-Length: %d.0"),
    "a length out of this world": counted(b"Content-Length: 99999999999999999999999"),
    "a length that ends too early": counted(b"Content-Length: 10"),
    "chunked": asks(HOST, TYPE, CHUNKED, body=IN_CHUNKS),
    "chunked with a trailer": asks(HOST, TYPE, CHUNKED, body=IN_CHUNKS[:-2] + b"A: b\r\n\r\n"),
    "chunked with a length": asks(HOST, TYPE, CHUNKED, LENGTH, body=IN_CHUNKS),
    "a length, and chunked": asks(HOST, TYPE, LENGTH, CHUNKED, body=IN_CHUNKS),
    "gzip, as it says": plain(b"Transfer-Encoding: gzip"),
    "Connection: close": plain(b"Connection: close"),
    "Connection: keep-alive": plain(b"Connection: keep-alive"),
    "Connection: Keep-Alive": plain(b"Connection: Keep-Alive"),
    "Connection: Keep-Alive, close": plain(b"Connection: Keep-Alive, close"),
    "Connection: upgrade": plain(b"Connection: upgrade"),
    "an upgrade to h2c": plain(b"Connection: upgrade", b"Upgrade: h2c"),
    "Keep-Alive": plain(b"Connection: keep-alive", b"Keep-Alive: timeout=1"),
    "HTTP/1.0": started(b"POST /api/events HTTP/1.0"),
    "HTTP/1.0 that stays": started(b"POST /api/events HTTP/1.0", b"Connection: keep-alive"),
    "HTTP/1.2": started(b"POST /api/events HTTP/1.2"),
    "HTTP/2.0": started(b"POST /api/events HTTP/2.0"),
    "no version": started(b"POST /api/events"),
    "a whole URI": started(b"POST http://a/api/events HTTP/1.1"),
    "a query": started(b"POST /api/events?a=b HTTP/1.1"),
    "an empty query": started(b"POST /api/events? HTTP/1.1"),
    "a fragment": started(b"POST /api/events#a HTTP/1.1"),
    "a slash behind": started(b"POST /api/events/ HTTP/1.1"),
    "percent signs": started(b"POST /api/%65vents HTTP/1.1"),
    "two spaces in the first line": started(b"POST  /api/events HTTP/1.1"),
    "a method in lower case": started(b"post /api/events HTTP/1.1"),
    "an unknown method": started(b"POKE /api/events HTTP/1.1"),
    "GET": started(b"GET /api/events HTTP/1.1"),
    "PUT": started(b"PUT /api/events HTTP/1.1"),
    "DELETE": started(b"DELETE /api/events HTTP/1.1"),
    "OPTIONS": started(b"OPTIONS /api/events HTTP/1.1"),
    "the batch": started(b"POST /api/events/batch HTTP/1.1"),
    "text": asks(HOST, b"Content-Type: text/plain", LENGTH),
    "text as a beacon sends it": asks(HOST, b"Content-Type: text/plain;charset=UTF-8", LENGTH),
    "a charset": asks(HOST, TYPE + b"; charset=utf-8", LENGTH),
    "another charset": asks(HOST, TYPE + b"; charset=latin-1", LENGTH),
    "no type": asks(HOST, LENGTH),
    "an empty type": asks(HOST, b"Content-Type:", LENGTH),
    "a form": asks(HOST, b"Content-Type: application/x-www-form-urlencoded", LENGTH),
    "nearly JSON": asks(HOST, b"Content-Type: application/json5", LENGTH),
    "two types": plain(b"Content-Type: text/html"),
    "gzip, as the type of body says": plain(b"Content-Encoding: gzip"),
    "a foreign origin": plain(b"Origin: https://evil.example"),
    "no origin at all": plain(b"Origin: null"),
    "an address in front": plain(b"X-Forwarded-For: 203.0.113.7", b"X-Forwarded-Proto: https"),
    "a key nobody asks for": plain(b"Authorization: Bearer a", b"X-Ingest-Key: b"),
    "an empty line in front": b"\r\n" + plain(),
    "five empty lines in front": b"\r\n" * 5 + plain(),
    "line feeds alone": plain().replace(b"\r\n", b"\n"),
    "a line feed alone at the end": asks(HOST, TYPE, LENGTH, body=b"").strip() + b"\n\n" + VISIT,
    "a space in front": b" " + plain(),
    "no headers": START + b"\r\n\r\n",
}
OTHERS = {
    "a length that takes from the next": Case([counted(b"Content-Length: 57") + plain()]),
    "HEAD": Case([started(b"HEAD /api/events HTTP/1.1")], answers=0),
    "a preflight": Case(
        [
            asks(
                *(HOST, b"Origin: https://shop.example", b"Access-Control-Request-Method: POST"),
                body=b"",
                start=b"OPTIONS /api/events HTTP/1.1",
            )
        ]
    ),
    "Expect: 100-continue": Case([plain(b"Expect: 100-continue")], answers=2),
    "EXPECT: 100-CONTINUE": Case([plain(b"EXPECT: 100-CONTINUE")], answers=2),
    "who waits for a 100": Case([plain(b"Expect: 100-continue", body=b""), 0.0], answers=1),
    "Expect: something": Case([plain(b"Expect: something")]),
    "a huge length": Case([counted(b"Content-Length: 999999999")], ends="hang up"),
    "a length above the limit": Case([counted(b"Content-Length: 65537")], ends="hang up"),
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as started:
        yield started


@pytest.mark.parametrize("request_", HEADS.values(), ids=HEADS)
def test_a_request_is_answered_alike(two: Pair, request_: bytes) -> None:
    two.compare(Case([request_]))


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_an_exchange_goes_alike(two: Pair, case: Case) -> None:
    two.compare(case)
