"""TCP has no borders: however frames are cut and joined on their way, the same comes of them."""

import pytest

from tests.conformance.client import Arena, Client
from tests.conformance.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    asking,
    closing,
    command,
    fragments,
    frame,
)

OFFENCES = {
    "reserved bits": (frame(TEXT, asking(), rsv=2), 1002),
    "reserved opcode": (frame(0x5, b"x"), 1002),
    "reserved control opcode": (frame(0xB), 1002),
    "no mask": (frame(TEXT, asking(), mask=None), 1002),
    "continuation": (frame(CONTINUATION, b"x"), 1002),
    "long ping": (frame(PING, b"x" * 126), 1002),
    "cut ping": (frame(PING, fin=False), 1002),
    "bad close": (closing(1005), 1002),
    "half a code": (frame(CLOSE, b"\x03"), 1002),
    "no utf-8": (frame(TEXT, b"\xff"), 1007),
    "no utf-8 in a reason": (closing(1000, b"\xff"), 1007),
    "too large": (frame(TEXT, asking(65_537)), 1009),
    "close": (closing(1000), 1000),
}
each_offence = pytest.mark.parametrize("offence, code", OFFENCES.values(), ids=OFFENCES)
SCENE = b"".join(
    [
        frame(PING, b"one"),
        frame(TEXT, asking(130)),
        *fragments([b'{"type":', b'"ping"}']),
        frame(PING),
        frame(TEXT, b"{"),
        closing(1000, b"done"),
    ]
)


def saying(text: str) -> bytes:
    return command("track_dashboard_action", action="says", details={"text": text})


def is_played(client: Client) -> None:
    """All of the scene is answered, in its order."""
    client.pongs(b"one")
    client.next_is("pong", "pong")
    client.pongs(b"")
    client.next_is("error")
    assert client.is_closed(1000) == b"done"


def test_a_whole_scene_may_come_in_one_packet(client: Client):
    client.send(SCENE)
    is_played(client)


@pytest.mark.parametrize("chop", [1, 2, 3, 5, 8, 13, 21, 34])
def test_a_whole_scene_may_come_in_many_packets(client: Client, chop: int):
    client.send(SCENE, chop=chop)
    is_played(client)


@pytest.mark.parametrize("size", [*range(1, 20), *range(140, 160, 3), len(SCENE) - 1])
def test_a_scene_may_be_cut_anywhere(arena: Arena, client: Client, size: int):
    client.send(SCENE[:size])
    arena.roundtrip()
    client.send(SCENE[size:])
    is_played(client)


@each_offence
@pytest.mark.parametrize("chop", [None, 50])
def test_a_message_before_an_offence_is_answered_before_it(
    arena: Arena, client: Client, offence: bytes, code: int, chop: int | None
):
    client.send(frame(TEXT, saying("still valid")), frame(TEXT, asking()), offence, chop=chop)
    arena.hears("still valid")
    client.next_is("pong")
    client.is_closed(code)


@each_offence
def test_a_ping_before_an_offence_is_answered_before_it(client: Client, offence: bytes, code: int):
    client.send(frame(PING, b"still valid"), offence)
    client.pongs(b"still valid")
    client.is_closed(code)


@each_offence
def test_a_message_behind_an_offence_is_not_heard(
    arena: Arena, client: Client, offence: bytes, code: int
):
    client.send(offence, frame(TEXT, saying("too late")), frame(PING))
    client.is_closed(code)
    arena.relays(arena.connect(), "the first to be heard")


@each_offence
def test_a_binary_message_before_an_offence_is_told_of_first(
    client: Client, offence: bytes, code: int
):
    client.send(frame(BINARY, b"\0"), offence)
    heard = client.frame()
    assert heard is not None and heard.opcode == CLOSE
    assert int.from_bytes(heard.payload[:2]) == 1003
    client.end()


def test_a_message_before_the_end_of_the_stream_is_heard(arena: Arena, client: Client):
    client.send(*(frame(TEXT, saying(f"{number}")) for number in range(50)))
    client.finish()
    for number in range(50):
        arena.hears(f"{number}")
