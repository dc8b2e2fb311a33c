"""Sections 5.2, 5.3 and 5.5: heads, masks, lengths, and the frames of control."""

import pytest

from tests.conformance.client import Arena, Client
from tests.conformance.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    CONTROL,
    DATA,
    LONGEST,
    PING,
    PONG,
    TEXT,
    asking,
    command,
    frame,
)

SIZES = [15, 64, 125, 126, 127, 128, 255, 256, 65_535, LONGEST]
"""On both sides of each border between two forms of the length; 15 is the shortest ping."""

CHOPS = [None, 1, 997]
OPCODES = [*DATA, *CONTROL]
RESERVED_OPCODES = [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF]


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize("size", SIZES)
def test_a_text_of_any_size_is_read(client: Client, size: int, chop: int | None):
    if chop == 1 and size > 1_000:
        chop = 16
    client.send(frame(TEXT, asking(size)), chop=chop)
    client.next_is("pong")


def test_the_largest_text_may_come_octet_by_octet(client: Client):
    client.send(frame(TEXT, asking(LONGEST)), chop=1)
    client.next_is("pong")


def test_an_empty_text_is_bad_json_and_nothing_worse(client: Client):
    client.send(frame(TEXT))
    client.next_is("error")
    client.is_well()


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize("size", [0, 1, 60, 61, 1_000, 8_000])
def test_a_text_arrives_as_it_was_sent(arena: Arena, client: Client, size: int, chop: int | None):
    arena.relays(client, "".join(chr(0x4E00 + number % 5_000) for number in range(size // 4)), chop)


@pytest.mark.parametrize(
    "mask", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x01", b"\x80\0\0\0", b'{"{"']
)
@pytest.mark.parametrize("size", [61, 62, 63, 64])
def test_any_mask_is_taken_off(arena: Arena, client: Client, mask: bytes, size: int):
    text = "m" * size
    said = command("track_dashboard_action", action="says", details={"text": text})
    client.send(frame(TEXT, said, mask=mask))
    arena.hears(text)


@pytest.mark.parametrize("opcode", OPCODES)
@pytest.mark.parametrize("size", [0, 5, 125])
def test_a_frame_without_mask_closes_with_1002(client: Client, opcode: int, size: int):
    client.send(frame(opcode, b"x" * size, mask=None))
    client.is_closed(1002)


@pytest.mark.parametrize("rsv", range(1, 8))
@pytest.mark.parametrize("opcode", OPCODES)
def test_reserved_bits_close_with_1002(client: Client, opcode: int, rsv: int):
    client.send(frame(opcode, b"", rsv=rsv))
    client.is_closed(1002)


@pytest.mark.parametrize("rsv", [1, 2, 4, 7])
@pytest.mark.parametrize("chop", CHOPS)
def test_reserved_bits_on_a_text_close_with_1002(client: Client, rsv: int, chop: int | None):
    client.send(frame(TEXT, asking(200), rsv=rsv), chop=chop)
    client.is_closed(1002)


@pytest.mark.parametrize("rsv", [1, 2, 4])
def test_reserved_bits_on_a_later_fragment_close_with_1002(client: Client, rsv: int):
    client.send(frame(TEXT, b'{"type":', fin=False), frame(CONTINUATION, b'"ping"}', rsv=rsv))
    client.is_closed(1002)


@pytest.mark.parametrize("payload", [b"", b"reserved", b"x" * 126])
@pytest.mark.parametrize("opcode", RESERVED_OPCODES)
def test_a_reserved_opcode_closes_with_1002(client: Client, opcode: int, payload: bytes):
    client.send(frame(opcode, payload))
    client.is_closed(1002)


@pytest.mark.parametrize("opcode", RESERVED_OPCODES)
def test_a_reserved_opcode_amid_fragments_closes_with_1002(client: Client, opcode: int):
    client.send(frame(TEXT, b"{", fin=False), frame(opcode, b"}"), frame(CONTINUATION, b"}"))
    client.is_closed(1002)


@pytest.mark.parametrize(
    "length, width",
    [(0, 2), (16, 2), (125, 2), (0, 8), (16, 8), (125, 8), (126, 8), (65_535, 8)],
)
def test_a_length_that_is_not_in_its_shortest_form_closes_with_1002(
    client: Client, length: int, width: int
):
    client.send(frame(TEXT, asking(length)[:length].ljust(length), width=width))
    client.is_closed(1002)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("length", [1 << 63, (1 << 63) + 5, (1 << 64) - 1])
def test_a_length_of_64_bits_closes_with_1002(client: Client, opcode: int, length: int):
    client.send(frame(opcode, length=length))
    client.is_closed(1002)


@pytest.mark.parametrize(
    "wrong",
    [
        frame(TEXT, length=60_000, rsv=4),
        frame(TEXT, length=60_000, mask=None),
        frame(3, length=60_000),
        frame(CONTINUATION, length=60_000),
        frame(PING, length=60_000),
        frame(PING, length=125, fin=False),
        frame(PONG, length=126),
        frame(CLOSE, length=126),
    ],
    ids=["reserved bit", "no mask", "opcode", "no start", "long ping", "cut ping", "pong", "close"],
)
def test_a_frame_is_judged_by_its_head_before_its_payload_comes(client: Client, wrong: bytes):
    client.send(wrong)
    client.is_closed(1002)


@pytest.mark.parametrize("chop", [None, 1])
@pytest.mark.parametrize("size", [0, 1, 5, 124, 125])
def test_a_ping_is_answered_with_its_payload(client: Client, size: int, chop: int | None):
    payload = bytes(255 - number for number in range(size))
    client.send(frame(PING, payload), chop=chop)
    client.pongs(payload)
    client.is_well()


@pytest.mark.parametrize("opcode", CONTROL)
@pytest.mark.parametrize("size", [126, 127, 65_535, LONGEST, LONGEST + 1, 200_000])
def test_a_control_frame_of_more_than_125_bytes_closes_with_1002(
    client: Client, opcode: int, size: int
):
    client.send(frame(opcode, b"\x03\xe8" + b"x" * (size - 2)))
    client.is_closed(1002)


@pytest.mark.parametrize("opcode", CONTROL)
@pytest.mark.parametrize("width", [2, 8])
def test_a_short_control_frame_with_a_long_length_closes_with_1002(
    client: Client, opcode: int, width: int
):
    client.send(frame(opcode, b"\x03\xe8", width=width))
    client.is_closed(1002)


@pytest.mark.parametrize("size", [0, 1, 125])
def test_an_unsolicited_pong_is_no_matter(client: Client, size: int):
    client.send(frame(PONG, b"p" * size))
    client.is_well()


@pytest.mark.parametrize("chop", [None, 1])
def test_pongs_in_between_leave_pings_to_be_answered(client: Client, chop: int | None):
    client.send(frame(PONG, b"old"), frame(PING, b"new"), frame(PONG), chop=chop)
    client.pongs(b"new")
    client.is_well()


@pytest.mark.parametrize("chop", [None, 1, 13])
def test_ten_pings_are_answered_in_their_order(client: Client, chop: int | None):
    payloads = [b"payload-%d" % number for number in range(10)]
    client.send(*(frame(PING, payload) for payload in payloads), chop=chop)
    client.pongs(*payloads)


@pytest.mark.parametrize("payload", [b"\xff\xfe\xfd", b"\0", b"\xed\xa0\x80", "π".encode()])
def test_the_payload_of_a_ping_needs_not_be_text(client: Client, payload: bytes):
    client.send(frame(PING, payload))
    client.pongs(payload)
