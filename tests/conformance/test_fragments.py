"""Section 5.4: messages in pieces, and what may stand between the pieces."""

from itertools import chain

import pytest

from tests.conformance.client import Arena, Client
from tests.conformance.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    CONTROL,
    LONGEST,
    PING,
    PONG,
    TEXT,
    asking,
    command,
    cut,
    fragments,
    frame,
)

CHOPS = [None, 1]
HEAD, TAIL = b'{"type":', b'"ping"}'


def saying(text: str) -> bytes:
    return command("track_dashboard_action", action="says", details={"text": text})


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize("size", [1, 2, 7, 40, 126])
def test_fragments_of_any_size_make_one_message(
    arena: Arena, client: Client, size: int, chop: int | None
):
    text = "fragmented " * 20
    client.send(*fragments(cut(saying(text), size)), chop=chop)
    arena.hears(text)


@pytest.mark.parametrize("size", [64, 256, 1_024, 4_096, 16_384, LONGEST - 1])
def test_the_largest_message_may_come_in_fragments_of_any_size(client: Client, size: int):
    client.send(*fragments(cut(asking(LONGEST), size)))
    client.next_is("pong")
    client.is_well()


@pytest.mark.parametrize(
    "parts",
    [
        [b"", asking()],
        [asking(), b""],
        [b"", b"", asking(), b"", b""],
        [HEAD, b"", TAIL],
        [b"", HEAD, TAIL, b""],
    ],
    ids=["start", "end", "around", "between", "both"],
)
@pytest.mark.parametrize("chop", CHOPS)
def test_fragments_may_be_empty(client: Client, parts: list[bytes], chop: int | None):
    client.send(*fragments(parts), chop=chop)
    client.next_is("pong")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_message_of_empty_fragments_is_an_empty_message(client: Client, count: int):
    client.send(*fragments([b""] * count))
    client.next_is("error")
    client.is_well()


@pytest.mark.parametrize("chop", CHOPS)
def test_a_ping_between_two_fragments_is_answered_first(client: Client, chop: int | None):
    first, last = fragments([HEAD, TAIL])
    client.send(first, frame(PING, b"between"), last, chop=chop)
    client.pongs(b"between")
    client.next_is("pong")


def test_a_ping_is_answered_while_the_message_is_still_to_come(client: Client):
    first, last = fragments([HEAD, TAIL])
    client.send(first, frame(PING, b"already"))
    client.pongs(b"already")
    client.send(last)
    client.next_is("pong")


@pytest.mark.parametrize("chop", CHOPS)
def test_a_ping_may_stand_before_each_fragment(client: Client, chop: int | None):
    pieces = fragments(cut(asking(60), 6))
    payloads = [b"%d" % number for number in range(len(pieces))]
    pings = [frame(PING, payload) for payload in payloads]
    client.send(*chain.from_iterable(zip(pings, pieces, strict=True)), chop=chop)
    client.pongs(*payloads)
    client.next_is("pong")


@pytest.mark.parametrize("chop", CHOPS)
def test_pongs_between_fragments_are_no_matter(client: Client, chop: int | None):
    first, last = fragments([HEAD, TAIL])
    client.send(first, frame(PONG, b"?"), frame(PONG), last, chop=chop)
    client.next_is("pong")


@pytest.mark.parametrize("size", [LONGEST - 4, LONGEST - 1, LONGEST])
@pytest.mark.parametrize("opcode", [PING, PONG])
def test_control_frames_are_not_counted_into_the_message(client: Client, size: int, opcode: int):
    text = asking(LONGEST)
    first, last = fragments([text[:size], text[size:]])
    client.send(first, frame(opcode, b"c" * 125), last)
    if opcode == PING:
        client.pongs(b"c" * 125)
    client.next_is("pong")


@pytest.mark.parametrize("opcode", CONTROL)
@pytest.mark.parametrize("chop", CHOPS)
def test_a_control_frame_in_fragments_closes_with_1002(
    client: Client, opcode: int, chop: int | None
):
    client.send(*fragments([b"\x03\xe8", b"bye"], opcode), chop=chop)
    client.is_closed(1002)


@pytest.mark.parametrize("opcode", CONTROL)
def test_a_control_frame_in_fragments_amid_a_message_closes_with_1002(client: Client, opcode: int):
    first, last = fragments([HEAD, TAIL])
    client.send(first, frame(opcode, b"\x03\xe8", fin=False), last)
    client.is_closed(1002)


@pytest.mark.parametrize("fin", [True, False])
@pytest.mark.parametrize("payload", [b"", b"no start", asking(200)])
@pytest.mark.parametrize("chop", CHOPS)
def test_a_continuation_of_nothing_closes_with_1002(
    client: Client, payload: bytes, fin: bool, chop: int | None
):
    client.send(frame(CONTINUATION, payload, fin=fin), frame(TEXT, asking()), chop=chop)
    client.is_closed(1002)


@pytest.mark.parametrize("fin", [True, False])
def test_a_continuation_after_the_end_of_a_message_closes_with_1002(client: Client, fin: bool):
    client.send(*fragments([HEAD, TAIL]))
    client.next_is("pong")
    client.send(frame(CONTINUATION, b"more", fin=fin))
    client.is_closed(1002)


@pytest.mark.parametrize("fin", [True, False])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("start", [TEXT, BINARY])
@pytest.mark.parametrize("chop", CHOPS)
def test_a_new_message_inside_an_unfinished_one_closes_with_1002(
    client: Client, start: int, opcode: int, fin: bool, chop: int | None
):
    client.send(frame(start, HEAD, fin=False), frame(opcode, asking(), fin=fin), chop=chop)
    client.is_closed(1002)


def test_whole_and_fragmented_messages_take_turns(arena: Arena, client: Client):
    for number in range(20):
        client.send(*fragments(cut(saying(f"{number} in pieces"), 9)))
        client.send(frame(TEXT, saying(f"{number} in one")))
    for number in range(20):
        arena.hears(f"{number} in pieces")
        arena.hears(f"{number} in one")


@pytest.mark.parametrize("size", [5, 100])
def test_binary_in_fragments_closes_with_1003(client: Client, size: int):
    client.send(*fragments(cut(asking(200), size), BINARY))
    client.is_told_to_go(1003)


@pytest.mark.parametrize("left", [HEAD, b"", "é".encode()[:1]])
def test_who_leaves_amid_a_message_is_out_of_the_count(arena: Arena, client: Client, left: bytes):
    client.send(frame(TEXT, left, fin=False))
    client.drop()
    assert arena.bystander.until("user_disconnected")["totalDashboards"] == 1


@pytest.mark.parametrize("part", [1, 2, 5, 8, 20])
def test_who_leaves_amid_a_frame_is_out_of_the_count(arena: Arena, client: Client, part: int):
    client.send(frame(TEXT, asking(200))[:part])
    client.drop()
    assert arena.bystander.until("user_disconnected")["totalDashboards"] == 1


@pytest.mark.parametrize("part", [1, 2, 5, 8, 20])
def test_who_ends_the_stream_amid_a_frame_is_out_of_the_count(
    arena: Arena, client: Client, part: int
):
    client.send(frame(CLOSE, b"\x03\xe8" + b"bye" * 10)[:part])
    client.finish()
    client.end()
    assert arena.bystander.until("user_disconnected")["totalDashboards"] == 1
