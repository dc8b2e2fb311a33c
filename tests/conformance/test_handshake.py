"""Section 4: the opening handshake, and what is negotiated in it."""

import pytest

from tests.conformance.client import Arena
from tests.conformance.wire import (
    ACCEPT,
    KEY,
    PING,
    PONG,
    TEXT,
    Answer,
    Value,
    asking,
    closing,
    frame,
)


def opens(arena: Arena, path: str = "/ws", **request: Value) -> Answer:
    """A request like this opens a connection that works."""
    client = arena.dial()
    accepted = client.shake(path, **request)
    client.is_well()
    return accepted


@pytest.mark.parametrize("path", ["/ws", "/", "/ws?since=yesterday", "/ws?"])
def test_the_answer_is_the_one_of_the_rfc(arena: Arena, path: str):
    accepted = opens(arena, path)
    assert accepted.status == 101
    assert accepted.headers["sec-websocket-accept"] == ACCEPT
    assert accepted.headers["upgrade"].lower() == "websocket"
    assert accepted.headers["connection"].lower() == "upgrade"
    assert not {"sec-websocket-extensions", "sec-websocket-protocol"} & accepted.headers.keys()


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": "WebSocket"},
        {"Upgrade": "WEBSOCKET"},
        {"Connection": "upgrade"},
        {"Connection": "keep-alive, Upgrade"},
        {"Connection": "Upgrade,keep-alive"},
        {"Connection": ["keep-alive", "Upgrade"]},
        {"Connection": ["Upgrade", "keep-alive"]},
        {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA=="},
        {"Sec_WebSocket_Key": f"  {KEY}  "},
        {"Sec_WebSocket_Version": " 13 "},
        {"Sec_WebSocket_Key": None, "sec_websocket_key": KEY},
        {"Content_Length": "0"},
        {"Origin": "http://localhost:5173"},
        {"Cookie": ["a=1", "b=2"]},
    ],
    ids=str,
)
def test_other_ways_to_write_a_good_handshake(arena: Arena, changed: dict[str, Value]):
    opens(arena, **changed)


@pytest.mark.parametrize("chop", [1, 7, 100])
def test_the_handshake_may_come_in_many_packets(arena: Arena, chop: int):
    client = arena.dial()
    client.shake(chop=chop)
    client.is_well()


@pytest.mark.parametrize("uri", ["http://localhost/ws", "http://localhost/ws?since=now"])
def test_the_path_may_be_written_as_a_whole_uri(arena: Arena, uri: str):
    opens(arena, uri)


@pytest.mark.parametrize("offered", ["v1", "chat, superchat", ["chat", "superchat"], "v10.stomp"])
def test_of_unknown_subprotocols_none_is_chosen(arena: Arena, offered: Value):
    accepted = opens(arena, Sec_WebSocket_Protocol=offered)
    assert "sec-websocket-protocol" not in accepted.headers


@pytest.mark.parametrize(
    "offered",
    [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits=99, permessage-bzip2, x-webkit-deflate-frame",
        ["foo", 'bar; baz="quoted"'],
    ],
)
def test_of_extensions_none_is_negotiated(arena: Arena, offered: Value):
    client = arena.dial()
    accepted = client.shake(Sec_WebSocket_Extensions=offered)
    assert "sec-websocket-extensions" not in accepted.headers
    client.is_well()
    client.send(frame(TEXT, asking(), rsv=4))
    client.is_closed(1002)


@pytest.mark.parametrize("behind", ["same packet", "packet of its own"])
def test_what_is_sent_before_the_answer_waits_for_it(arena: Arena, behind: str):
    """4.1 has the client wait. One that doesn't is understood, and gets the answer first."""
    early = frame(PING, b"early") + frame(TEXT, asking())
    client = arena.dial()
    client.request(behind=early if behind == "same packet" else b"")
    if behind == "packet of its own":
        client.send(early)
    assert client.response().status == 101
    heard = [client.frame() for _ in range(4)]
    assert sorted(each.opcode for each in heard if each) == [TEXT, TEXT, TEXT, PONG]


@pytest.mark.parametrize(
    "wrong, code",
    [
        (frame(3), 1002),
        (frame(TEXT, b"\xff"), 1007),
        (frame(TEXT, length=70_000), 1009),
        (closing(1000), 1000),
        (closing(1005), 1002),
    ],
    ids=["opcode", "no utf-8", "too large", "close", "bad close"],
)
def test_an_offence_before_the_answer_is_closed_after_it(arena: Arena, wrong: bytes, code: int):
    client = arena.dial()
    client.request(behind=wrong)
    assert client.response().status == 101
    client.until_closed(code)


@pytest.mark.parametrize(
    "changed, statuses",
    [
        ({"X_Large": "x" * 4_000}, {101}),
        ({"X_Large": ["x" * 1_000] * 100}, {101}),
        ({"X_Large": "x" * 20_000}, {400, 431}),
        ({"Cookie": "x" * 200_000}, {400, 431}),
        ({"X_Many": ["x"] * 500}, {400, 431}),
        ({"Sec_WebSocket_Protocol": ", ".join(["chat"] * 5_000)}, {400, 431}),
    ],
    ids=["4 kB", "100 kB in all", "20 kB", "200 kB", "500 lines", "5,000 protocols"],
)
def test_huge_headers_are_taken_or_refused_but_always_answered(
    arena: Arena, changed: dict[str, Value], statuses: set[int]
):
    client = arena.dial()
    client.request(**changed)
    assert client.response().status in statuses


@pytest.mark.parametrize("size", [1, 10, 40, 100])
def test_half_a_handshake_harms_nobody(arena: Arena, size: int):
    client = arena.dial()
    client.send(
        b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nX: ".ljust(100)[:size]
    )
    arena.roundtrip()
    client.drop()
