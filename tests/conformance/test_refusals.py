"""Section 4.2: what is no good handshake, and how it is refused."""

import pytest

from tests.conformance.client import Arena
from tests.conformance.wire import KEY, TEXT, Answer, Value, asking, frame


def answer(arena: Arena, path: str = "/ws", **request: Value) -> Answer:
    """The answer to a request like this."""
    client = arena.dial()
    client.request(path, **request)
    return client.response()


def is_refused(arena: Arena, *statuses: int, path: str = "/ws", **request: Value) -> Answer:
    refusal = answer(arena, path, **request)
    assert refusal.status in statuses
    return refusal


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "short",
        KEY[:-2],
        KEY[:-1],
        "A" * 20 + "==",
        "A" * 22,
        "A" * 24,
        "A" * 44,
        "*" * 22 + "==",
        f"{KEY}, {KEY}",
        [KEY, KEY],
    ],
    ids=str,
)
def test_a_key_that_is_not_16_bytes_in_base64_is_refused_with_400(arena: Arena, key: Value):
    is_refused(arena, 400, Sec_WebSocket_Key=key)


@pytest.mark.parametrize(
    "version",
    [None, "", "0", "7", "8", "12", "14", "130", "013", "x", "8, 13", ["8", "13"]],
    ids=str,
)
def test_another_version_is_refused_with_426_and_the_one_that_is_spoken(
    arena: Arena, version: Value
):
    refusal = is_refused(arena, 426, Sec_WebSocket_Version=version)
    assert refusal.headers["sec-websocket-version"] == "13"
    assert refusal.headers["upgrade"] == "websocket", "426 has to say to what"


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": None},
        {"Upgrade": ""},
        {"Upgrade": "h2c"},
        {"Upgrade": "websockets"},
        {"Connection": None},
        {"Connection": ""},
        {"Connection": "keep-alive"},
        {"Connection": "close"},
        {"Connection": "Upgraded"},
        {"Upgrade": None, "Connection": None},
    ],
    ids=str,
)
def test_without_upgrade_it_is_no_handshake(arena: Arena, changed: dict[str, Value]):
    assert 400 <= answer(arena, **changed).status < 500


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_than_get_is_refused_with_405(arena: Arena, method: str):
    assert is_refused(arena, 405, method=method).headers["allow"] == "GET, HEAD"


def test_head_is_answered_like_get_without_a_handshake(arena: Arena):
    assert is_refused(arena, 426, method="HEAD").headers["upgrade"] == "websocket"


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/9.9"])
def test_another_version_of_http_is_refused(arena: Arena, version: str):
    is_refused(arena, 400, 426, 505, version=version)


@pytest.mark.parametrize("host", [None, ["localhost", "localhost"], ["localhost", "evil.example"]])
def test_a_handshake_without_one_host_is_refused_with_400(arena: Arena, host: Value):
    is_refused(arena, 400, Host=host)


@pytest.mark.parametrize("path", ["/ws", "/"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_a_foreign_origin_is_refused_with_403(arena: Arena, path: str, origin: str):
    is_refused(arena, 403, path=path, Origin=origin)


@pytest.mark.parametrize("first", ["http://localhost", "https://evil.example"])
def test_two_origins_are_refused(arena: Arena, first: str):
    is_refused(arena, 400, 403, Origin=[first, "https://evil.example"])


@pytest.mark.parametrize("path", ["/elsewhere", "/ws/", "/ws/more", "/api/events", "//"])
def test_there_is_no_socket_elsewhere(arena: Arena, path: str):
    assert 400 <= answer(arena, path).status < 500


def test_elsewhere_the_offer_is_ignored(arena: Arena):
    assert answer(arena, "/healthz").status == 200


def test_a_huge_path_is_refused(arena: Arena):
    is_refused(arena, 400, 414, path="/ws?" + "x" * 20_000)


@pytest.mark.parametrize("path", ["/ws?é", "/ws\x7f", "/é", "/ws?\xff"])
def test_a_path_that_is_not_ascii_is_refused_or_none_of_ours(arena: Arena, path: str):
    assert 400 <= answer(arena, path).status < 500


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"Content_Length": "5"}, b"hello"),
        ({"Transfer_Encoding": "chunked"}, b"5\r\nhello\r\n0\r\n\r\n"),
    ],
    ids=str,
)
def test_a_handshake_with_a_body_is_none(arena: Arena, changed: dict[str, Value], body: bytes):
    client = arena.dial()
    client.request(behind=body, **changed)
    assert client.response().status == 426


@pytest.mark.parametrize(
    "junk",
    [
        b"/ws\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
        b"\0\0\0\0\r\n\r\n",
        frame(TEXT, asking()),
        b"GET /ws HTTP/1.1\r\nUpgrade websocket\r\n\r\n",
    ],
    ids=["no method", "tls", "nulls", "a frame", "no colon"],
)
def test_what_is_no_http_is_refused_with_400(arena: Arena, junk: bytes):
    client = arena.dial()
    client.send(junk)
    assert client.response().status == 400


@pytest.mark.parametrize(
    "refused",
    [
        {"Sec_WebSocket_Key": None},
        {"Sec_WebSocket_Version": "8"},
        {"Origin": "https://evil.example"},
        {"X_Large": "x" * 20_000},
        {"Host": None},
    ],
    ids=["key", "version", "origin", "huge", "host"],
)
def test_after_a_refusal_the_connection_is_closed(arena: Arena, refused: dict[str, Value]):
    client = arena.dial()
    client.request(**refused)
    refusal = client.response()
    assert refusal.headers["connection"] == "close"
    assert len(client.rest()) == int(refusal.headers["content-length"])
