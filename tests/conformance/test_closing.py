"""Sections 5.5.1 and 7: the closing handshake, its codes and reasons, and what comes after it."""

import pytest

from tests.conformance.client import Arena, Client
from tests.conformance.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    asking,
    closing,
    command,
    frame,
)

GOOD = [*range(1000, 1004), *range(1007, 1015), 3000, 3999, 4000, 4401, 4999]
"""1012 to 1014 were registered with IANA after the RFC."""

BAD = [0, 1, 42, 125, 126, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65_535]
CHOPS = [None, 1]
REASONS = [b"", b"bye", b"r" * 123, "Grüße, κόσμε".encode(), b"\0\t\n", "\U0010ffff".encode()]
INVALID = [
    b"\xff",
    b"\x80",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
    b"ok \xfe",
]


@pytest.mark.parametrize("code", GOOD)
@pytest.mark.parametrize("chop", CHOPS)
def test_a_good_code_is_given_back(client: Client, code: int, chop: int | None):
    client.send(closing(code), chop=chop)
    client.is_closed(code)


@pytest.mark.parametrize("chop", CHOPS)
def test_a_close_without_code_is_given_back_without_code(client: Client, chop: int | None):
    client.send(closing(), chop=chop)
    assert client.is_closed(1005) == b""


@pytest.mark.parametrize("reason", REASONS, ids=ascii)
@pytest.mark.parametrize("code", [1000, 3000, 4999])
def test_a_reason_does_no_harm(client: Client, code: int, reason: bytes):
    client.send(closing(code, reason))
    client.is_closed(code)


@pytest.mark.parametrize("code", BAD)
@pytest.mark.parametrize("reason", [b"", b"why not"])
def test_a_code_that_must_not_be_sent_closes_with_1002(client: Client, code: int, reason: bytes):
    client.send(closing(code, reason))
    client.is_closed(1002)


@pytest.mark.parametrize("half", [b"\0", b"\x03", b"\x0f", b"\xff"])
@pytest.mark.parametrize("chop", CHOPS)
def test_half_a_code_closes_with_1002(client: Client, half: bytes, chop: int | None):
    client.send(frame(CLOSE, half), chop=chop)
    client.is_closed(1002)


@pytest.mark.parametrize("size", [124, 125, 1_000])
def test_a_reason_of_more_than_123_bytes_closes_with_1002(client: Client, size: int):
    client.send(closing(1000, b"r" * size))
    client.is_closed(1002)


@pytest.mark.parametrize("reason", INVALID, ids=ascii)
@pytest.mark.parametrize("chop", CHOPS)
def test_a_reason_that_is_no_utf_8_closes_with_1007(
    client: Client, reason: bytes, chop: int | None
):
    client.send(closing(1000, reason), chop=chop)
    client.is_closed(1007)


@pytest.mark.parametrize("reason", INVALID, ids=ascii)
def test_a_bad_code_with_a_reason_that_is_no_utf_8_is_wrong_either_way(
    client: Client, reason: bytes
):
    client.send(closing(1005, reason))
    client.is_closed(1002, 1007)


AFTERWARDS = {
    "text": frame(TEXT, asking()),
    "binary": frame(BINARY, b"\0"),
    "ping": frame(PING, b"still there?"),
    "pong": frame(PONG),
    "close": closing(1000),
    "another close": closing(4000, b"another"),
    "bad close": closing(1005),
    "reserved bits": frame(TEXT, b"x", rsv=7),
    "reserved opcode": frame(0xB),
    "continuation": frame(CONTINUATION, b"x"),
    "no utf-8": frame(TEXT, b"\xff"),
    "no mask": frame(TEXT, b"x", mask=None),
    "half a frame": frame(TEXT, asking())[:9],
    "too much": frame(TEXT, asking(70_000)),
}


@pytest.mark.parametrize("after", AFTERWARDS.values(), ids=AFTERWARDS)
@pytest.mark.parametrize("code", [1000, None])
def test_whatever_follows_a_close_is_ignored(client: Client, code: int | None, after: bytes):
    client.send(closing(code), after)
    client.is_closed(code or 1005)


@pytest.mark.parametrize("after", AFTERWARDS.values(), ids=AFTERWARDS)
def test_whatever_follows_a_close_octet_by_octet_is_ignored(client: Client, after: bytes):
    client.send(closing(1000), after[:300], chop=1)
    client.is_closed(1000)


@pytest.mark.parametrize("after", AFTERWARDS.values(), ids=AFTERWARDS)
def test_whatever_follows_a_protocol_error_is_ignored(client: Client, after: bytes):
    client.send(frame(TEXT, b"x", rsv=1), after)
    client.is_closed(1002)


def test_what_is_said_after_a_close_reaches_nobody(arena: Arena, client: Client):
    said = command("track_dashboard_action", action="says", details={"text": "too late"})
    client.send(closing(1000), frame(TEXT, said))
    client.is_closed(1000)
    arena.relays(arena.connect(), "the first to be heard")


@pytest.mark.parametrize("start", [TEXT, BINARY])
@pytest.mark.parametrize("code", [1000, 1001, 4000, None])
@pytest.mark.parametrize("chop", CHOPS)
def test_a_close_may_stand_between_two_fragments(
    client: Client, start: int, code: int | None, chop: int | None
):
    client.send(
        frame(start, b'{"type":', fin=False),
        closing(code),
        frame(CONTINUATION, b'"ping"}'),
        chop=chop,
    )
    client.is_closed(code or 1005)


@pytest.mark.parametrize("bad, code", [(closing(1005), 1002), (closing(1000, b"\xff"), 1007)])
def test_a_bad_close_between_two_fragments_is_still_bad(client: Client, bad: bytes, code: int):
    client.send(frame(TEXT, b"{", fin=False), bad, frame(CONTINUATION, b"}"))
    client.is_closed(code)


@pytest.mark.parametrize("size", [65_535, 65_536])
def test_a_close_amid_the_largest_message_is_given_back(client: Client, size: int):
    client.send(frame(TEXT, b" " * size, fin=False), closing(1000, b"enough"))
    client.is_closed(1000)


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize("before", [frame(PING, b"p"), frame(PONG), frame(TEXT, asking())])
def test_what_stands_before_a_close_is_answered_before_it(
    client: Client, before: bytes, chop: int | None
):
    client.send(before, closing(1000), chop=chop)
    if before[0] & 0x0F == PING:
        client.pongs(b"p")
    elif before[0] & 0x0F == TEXT:
        client.next_is("pong")
    client.is_closed(1000)


@pytest.mark.parametrize("close", [closing(1000), closing(), closing(1002), closing(4999)])
def test_the_tcp_connection_is_closed_by_the_server_after_the_handshake(
    client: Client, close: bytes
):
    client.send(close)
    heard = client.frame()
    assert heard is not None and frame(CLOSE, heard.payload) == close
    client.end()
    client.finish()


def test_a_close_is_answered_although_the_sender_has_ended_its_stream(client: Client):
    client.send(closing(1000, b"and nothing more"))
    client.finish()
    client.is_closed(1000)


@pytest.mark.parametrize("reply", [closing(1003), closing(1000), closing(), closing(4000, b"own")])
def test_a_close_by_the_server_is_over_with_the_answer(client: Client, reply: bytes):
    client.send(frame(BINARY, b"\0"))
    heard = client.frame()
    assert heard is not None and heard[0] == CLOSE and heard[1][:2] == (1003).to_bytes(2)
    client.send(reply)
    client.end()


@pytest.mark.parametrize("between", ["text", "ping", "pong", "binary"])
def test_no_message_is_answered_after_a_close_by_the_server(client: Client, between: str):
    client.send(frame(BINARY, b"\0"))
    heard = client.frame()
    assert heard is not None and heard.opcode == CLOSE
    client.send(AFTERWARDS[between], closing(1003))
    if between == "ping":
        client.pongs(b"still there?")
    client.end()


@pytest.mark.parametrize("wrong", ["reserved bits", "no utf-8", "no mask", "too much", "bad close"])
def test_a_close_by_the_server_is_the_only_one_it_sends(client: Client, wrong: str):
    client.send(frame(BINARY, b"\0"))
    heard = client.frame()
    assert heard is not None and heard.opcode == CLOSE
    client.send(AFTERWARDS[wrong])
    client.end()


def test_the_others_hear_that_one_has_closed(arena: Arena, client: Client):
    client.send(closing(1000))
    assert arena.bystander.until("user_disconnected") == {"totalDashboards": 1}
    client.is_closed(1000)


def test_a_hundred_connections_may_open_and_close_in_turn(arena: Arena):
    for _ in range(100):
        client = arena.connect()
        client.send(closing(1000))
        client.is_closed(1000)
