"""Whatever a body holds, the fast way and the ordinary way can't be told apart: neither by the
answer nor by the numbers."""

import json
from collections.abc import Iterator

import pytest

from tests.ingest.raw import VISIT, Case, Pair, pair, plain

WELL = {"type": "pageview", "page": "/home", "sessionId": "ann"}


def made(**fields: object) -> bytes:
    return json.dumps(WELL | fields).encode()


def raw(field: bytes) -> bytes:
    return VISIT[:-1] + b"," + field + b"}"


BODIES = {
    "a click": made(type="click", metadata={"element": "#buy"}),
    "a custom event": made(type="custom", name="order", page=None),
    "the end of a session": made(type="session_end", page=None),
    "all fields": made(name="n", country="India", metadata={"device": "phone", "referrer": "x.y"}),
    "another type": made(type="view"),
    "a type in upper case": made(type="PageView"),
    "no type": b'{"page":"/home","sessionId":"ann"}',
    "no session id": b'{"type":"pageview","page":"/home"}',
    "no page": b'{"type":"pageview","sessionId":"ann"}',
    "a custom event without a name": made(type="custom"),
    "everything wrong": made(type=1, sessionId="", page=[], timestamp="x", metadata="y"),
    "an unknown key": made(plan="gold"),
    "null wherever it may be": made(name=None, timestamp=None, country=None, metadata=None),
    "empty country and id": made(country="", eventId=""),
    "an empty page": made(page=""),
    "a key twice": raw(b'"page":"/other"'),
    "a session id twice, bad first": b'{"sessionId":"",' + VISIT[1:],
    "NaN": raw(b'"metadata":{"a":NaN}'),
    "1e999": raw(b'"metadata":{"a":1e999}'),
    "a DEL": raw(b'"name":"a\x7fb"'),
    "metadata of 17 keys": made(metadata={f"key-{n}": "v" for n in range(17)}),
    "metadata with a long value": made(metadata={"a": "v" * 257}),
    "metadata that is too large": made(metadata={f"{n}": "v" * 256 for n in range(32)}),
    "metadata that is too large when escaped": made(
        metadata={f"{n}": "\u00e9" * 256 for n in range(16)}
    ),
    "a time in lower case": made(timestamp="2025-07-20t10:30:00z"),
    "a time of nine digits": made(timestamp="2025-07-20T10:30:00.123456789Z"),
    "a time without a zone": made(timestamp="2025-07-20T10:30:00"),
    "a time before the year 1": made(timestamp="0001-01-01T00:00:00+01:00"),
    "a lone surrogate": raw(b'"name":"\\ud800"'),
    "a pair of surrogates": raw(b'"name":"\\ud83d\\ude00"'),
    "bytes that aren't UTF-8": raw(b'"name":"\xff\xfe"'),
    "a surrogate in UTF-8": raw(b'"name":"\xed\xa0\x80"'),
    "a byte order mark": b"\xef\xbb\xbf" + VISIT,
    "UTF-16": VISIT.decode().encode("utf-16"),
    "nothing": b"",
    "spaces alone": b"  \r\n ",
    "spaces around": b" \r\n\t" + VISIT + b"\r\n\r\n ",
    "a list": b"[]",
    "an event in a list": b"[" + VISIT + b"]",
    "null": b"null",
    "a text": b'"pageview"',
    "half an object": VISIT[:-1],
    "two objects": VISIT + VISIT,
    "a trailing comma": VISIT[:-1] + b",}",
    "nested without end": b"[" * 20_000,
    "deeply nested metadata": raw(b'"metadata":{"a":' + b"[" * 500 + b"]" * 500 + b"}"),
    "metadata of four levels": made(metadata={"a": {"b": {"c": {}}}}),
    "metadata of five levels": made(metadata={"a": {"b": {"c": {"d": {}}}}}),
    "a number in metadata": made(metadata={"a": 1, "b": 2.5, "c": True, "d": None}),
    "a number above 2^53": made(metadata={"a": 2**53 + 1}),
    "a list in metadata": made(metadata={"a": ["b"]}),
    "empty metadata": made(metadata={}),
    "metadata that is a list": made(metadata=["a"]),
    "32 keys": made(metadata={str(n): "v" for n in range(32)}),
    "33 keys": made(metadata={str(n): "v" for n in range(33)}),
    "metadata of just 8 KiB": made(metadata={"a": "b" * 8_184}),
    "metadata above 8 KiB": made(metadata={"a": "b" * 8_185}),
    "metadata of umlauts": made(metadata={"a": "ü" * 4_000}),
    "a long device": made(metadata={"device": "d" * 300, "referrer": "r" * 300}),
    "a control character": made(page="/a\x1f"),
    "a raw control character": raw(b'"name":"a\nb"'),
    "a zero character": made(sessionId="a\0"),
    "DEL": made(name="a\x7f"),
    "a control character above": made(name="a\x85"),
    "a control character in a key": made(metadata={"a\n": "b"}),
    "a hard space": made(name="a\xa0b"),
    "a space of no width": made(name="a\u200bb"),
    "an emoji": made(name="a😀b", page="/😀"),
    "raw letters": made(name="x").replace(b'"x"', '"Zoë 😀\u200b"'.encode()),
    "an unassigned character": made(name="\u0378", metadata={"\u0378": "\ue000"}),
    "a session id of 128": made(sessionId="s" * 128),
    "a session id of 129": made(sessionId="s" * 129),
    "a session id of 128 emojis": made(sessionId="😀" * 128),
    "a page of 2,048": made(page="/" + "p" * 2_047),
    "a page of 2,049": made(page="/" + "p" * 2_048),
    "a name of 64": made(name="n" * 64),
    "a name of 65": made(name="n" * 65),
    "a country of 65": made(country="c" * 65),
    "an event id": made(eventId="given-1"),
    "an event id of 64": made(eventId="i" * 64),
    "an event id of 65": made(eventId="i" * 65),
    "an event id that is a number": made(eventId=17),
    "a key in the body": made(key="secret-of-the-house"),
    "a key that is a number": made(key=17),
    "64 KiB": VISIT + b" " * (64 * 1024 - len(VISIT)),
    "64 KiB and one": VISIT + b" " * (64 * 1024 - len(VISIT) + 1),
}
TIMES = (
    *("2025-07-20T10:30:00Z", "2025-07-20T10:30:00.123456+02:00", "2025-07-20", "20250720T103000Z"),
    *(
        "2025-W29-7",
        "2025-201",
        "2025-07-20 10:30",
        "2025-07-20t10:30:00z",
        "2025-07-20T10:30:00,5",
    ),
    *("2025-07-20T24:00:00Z", "2025-07-20T10:30:60Z", "2025-02-30", "2025-07-20T10:30:00+25:00"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59Z", "2999-01-01"),
    *(
        "9999-12-31T23:59:59-05:00",
        "",
        "now",
        "1753007400",
        " 2025-07-20",
        "\uff12\uff10\uff12\uff15-07-20",
    ),
)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as started:
        yield started


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_is_answered_alike(two: Pair, body: bytes) -> None:
    two.compare(Case([plain(body=body)]))


@pytest.mark.parametrize("time", TIMES)
def test_a_timestamp_is_read_alike(two: Pair, time: str) -> None:
    two.compare(Case([plain(body=made(timestamp=time))]))


@pytest.mark.parametrize("time", [1753007400, 1753007400.5, None, [], True])
def test_a_timestamp_that_is_no_text_is_read_alike(two: Pair, time: object) -> None:
    two.compare(Case([plain(body=made(timestamp=time))]))


def test_a_repeat_is_told_alike(two: Pair) -> None:
    repeated = plain(body=made(eventId="repeated"))
    told = two.compare(
        Case([repeated, repeated, plain(b"X-Odd: 1", body=made(eventId="repeated"))])
    )
    assert told.count(b'"duplicate":true') == 2
