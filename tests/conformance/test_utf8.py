"""Sections 5.6 and 8.1: text is UTF-8. What is valid comes through unchanged, however it is cut;
what isn't closes with 1007, as soon as that can be told."""

import pytest

from tests.conformance.client import Arena, Client
from tests.conformance.wire import (
    BINARY,
    CONTINUATION,
    PING,
    TEXT,
    command,
    cut,
    fragments,
    frame,
)

NONCHARACTERS = [0xFFFE, 0xFFFF] + [
    plane << 16 | low for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)
]
VALID = [
    "hello$world",
    "hello¢world",
    "hello€world",
    "hello𤭢world",
    "κόσμε",
    "Hello-µ@ßöäüàá-UTF-8!!",
    "\x80\u0800\U00010000",
    "\u07ff\uffff\U0010ffff",
    "\ud7ff\ue000\ufffd",
    "\ufff9\ufffa\ufffb\ufffc",
    "\ufeffwith a mark before it",
    "e\u0301 \u202eleft\u202c 👩‍👩‍👧‍👦",
    "".join(map(chr, NONCHARACTERS)),
]

INVALID = {
    "continuation": b"\x80",
    "last continuation": b"\xbf",
    "continuations": b"\x80\xbf\x80\xbf\x80\xbf",
    "every continuation": bytes(range(0x80, 0xC0)),
    "lonely starts of 2": b" ".join(bytes([byte]) for byte in range(0xC0, 0xE0)),
    "lonely starts of 3": b" ".join(bytes([byte]) for byte in range(0xE0, 0xF0)),
    "lonely starts of 4": b" ".join(bytes([byte]) for byte in range(0xF0, 0xF8)),
    "lonely starts of 5": b"\xf8 \xf9 \xfa \xfb ",
    "lonely starts of 6": b"\xfc \xfd ",
    "last of 2 missing": b"\xdf",
    "last of 3 missing": b"\xef\xbf",
    "last of 4 missing": b"\xf4\x8f\xbf",
    "last of 3 missing, low": b"\xe0\xa0",
    "last of 4 missing, low": b"\xf0\x90\x80",
    "incomplete ones in a row": b"\xc2\xe0\xa0\xf0\x90\x80\xdf\xef\xbf\xf4\x8f\xbf",
    "last of 5 missing": b"\xf8\x80\x80\x80",
    "last of 6 missing": b"\xfc\x80\x80\x80\x80",
    "fe": b"\xfe",
    "ff": b"\xff",
    "fe fe ff ff": b"\xfe\xfe\xff\xff",
    "overlong / in 2": b"\xc0\xaf",
    "overlong / in 3": b"\xe0\x80\xaf",
    "overlong / in 4": b"\xf0\x80\x80\xaf",
    "overlong / in 5": b"\xf8\x80\x80\x80\xaf",
    "overlong / in 6": b"\xfc\x80\x80\x80\x80\xaf",
    "longest overlong in 2": b"\xc1\xbf",
    "longest overlong in 3": b"\xe0\x9f\xbf",
    "longest overlong in 4": b"\xf0\x8f\xbf\xbf",
    "overlong NUL in 2": b"\xc0\x80",
    "overlong NUL in 3": b"\xe0\x80\x80",
    "overlong NUL in 4": b"\xf0\x80\x80\x80",
    "first in 5": b"\xf8\x88\x80\x80\x80",
    "first in 6": b"\xfc\x84\x80\x80\x80\x80",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "last in 4": b"\xf7\xbf\xbf\xbf",
    "last in 5": b"\xfb\xbf\xbf\xbf\xbf",
    "last in 6": b"\xfd\xbf\xbf\xbf\xbf\xbf",
    "first high surrogate": b"\xed\xa0\x80",
    "last high surrogate": b"\xed\xaf\xbf",
    "private high surrogate": b"\xed\xae\x80",
    "first low surrogate": b"\xed\xb0\x80",
    "last low surrogate": b"\xed\xbf\xbf",
    "pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "last pair of surrogates": b"\xed\xaf\xbf\xed\xbf\xbf",
    "surrogates the wrong way round": b"\xed\xb0\x80\xed\xa0\x80",
    "ISO 8859-1": "Grüße".encode("latin-1"),
    "UTF-16": "Grüße".encode("utf-16"),
}

# What can't be continued in any way: its octets up to the one that decides. The Greek word is the
# one of Autobahn's cases 6.3 and 6.4.
WORD = "κόσμε".encode()
HOPELESS = {
    "beyond U+10FFFF": WORD + b"\xf4\x90",
    "beyond any plane": WORD + b"\xf5",
    "surrogate": WORD + b"\xed\xa0",
    "overlong in 2": WORD + b"\xc0",
    "overlong in 3": WORD + b"\xe0\x9f",
    "overlong in 4": WORD + b"\xf0\x8f",
    "broken off": WORD + b"\xe2\x82 ",
    "continuation": WORD + b"\x80",
    "impossible": b"\xff",
}

each_valid = pytest.mark.parametrize("text", VALID, ids=ascii)
each_invalid = pytest.mark.parametrize("wrong", INVALID.values(), ids=INVALID)
each_hopeless = pytest.mark.parametrize("hopeless", HOPELESS.values(), ids=HOPELESS)


def saying(text: str) -> bytes:
    return command("track_dashboard_action", action="says", details={"text": text})


@each_valid
def test_valid_text_comes_through(arena: Arena, client: Client, text: str):
    arena.relays(client, text)


@each_valid
@pytest.mark.parametrize("size", [1, 2, 3])
def test_code_points_may_be_cut_by_fragments(arena: Arena, client: Client, text: str, size: int):
    client.send(*fragments(cut(saying(text), size)))
    arena.hears(text)


@each_valid
def test_code_points_may_be_cut_by_packets(arena: Arena, client: Client, text: str):
    arena.relays(client, text, chop=1)


def test_code_points_may_be_cut_by_fragments_and_packets_with_pings_in_between(
    arena: Arena, client: Client
):
    text = "".join(VALID)
    for piece in fragments(cut(saying(text), 1)):
        client.send(piece, frame(PING, b"\xff"), chop=3)
        client.pongs(b"\xff")
    arena.hears(text)


def test_every_code_point_comes_through(arena: Arena, client: Client):
    points = [n for n in range(0xA0, 0x11_0000, 7) if not 0xD800 <= n < 0xE000]
    for start in range(0, len(points), 1_900):
        arena.relays(client, "".join(map(chr, points[start : start + 1_900])))


@each_invalid
def test_invalid_text_closes_with_1007(client: Client, wrong: bytes):
    client.send(frame(TEXT, wrong))
    client.is_closed(1007)


@each_invalid
def test_invalid_text_within_json_closes_with_1007(client: Client, wrong: bytes):
    client.send(frame(TEXT, b'{"type": "ping", "pad": "' + wrong + b'"}'))
    client.is_closed(1007)


@each_invalid
@pytest.mark.parametrize("size", [1, 2])
def test_invalid_text_in_fragments_closes_with_1007(client: Client, wrong: bytes, size: int):
    client.send(*fragments(cut(WORD + wrong, size)))
    client.is_closed(1007)


@each_invalid
def test_invalid_text_octet_by_octet_closes_with_1007(client: Client, wrong: bytes):
    client.send(frame(TEXT, WORD + wrong), chop=1)
    client.is_closed(1007)


@pytest.mark.parametrize("size", range(1, len(WORD) + 1))
def test_a_text_that_ends_amid_a_code_point_closes_with_1007(client: Client, size: int):
    client.send(*fragments([WORD[:size], b""]))
    try:
        WORD[:size].decode()
    except UnicodeDecodeError:
        client.is_closed(1007)
    else:
        client.next_is("error")
        client.is_well()


@each_hopeless
def test_a_hopeless_fragment_closes_with_1007_before_the_next_one_comes(
    client: Client, hopeless: bytes
):
    client.send(frame(TEXT, hopeless, fin=False))
    client.is_closed(1007)


@each_hopeless
def test_a_hopeless_later_fragment_closes_with_1007_before_the_next_one_comes(
    client: Client, hopeless: bytes
):
    client.send(frame(TEXT, hopeless[:-1], fin=False), frame(PING, b"as yet"))
    client.pongs(b"as yet")
    client.send(frame(CONTINUATION, hopeless[-1:], fin=False))
    client.is_closed(1007)


@each_hopeless
def test_a_hopeless_octet_closes_with_1007_before_the_rest_of_its_frame_comes(
    client: Client, hopeless: bytes
):
    whole = frame(TEXT, hopeless, length=1_000)
    client.send(whole, chop=1)
    client.is_closed(1007)


@each_hopeless
def test_a_hopeless_octet_in_a_later_fragment_closes_with_1007_before_its_rest_comes(
    client: Client, hopeless: bytes
):
    client.send(frame(TEXT, hopeless[:-1], fin=False))
    client.send(frame(CONTINUATION, hopeless[-1:], length=60_000))
    client.is_closed(1007)


def test_a_new_message_starts_without_the_rest_of_the_last_one(arena: Arena, client: Client):
    for text in VALID * 2:
        client.send(*fragments(cut(saying(text), 4)))
        arena.hears(text)


@each_invalid
def test_binary_needs_not_be_text(client: Client, wrong: bytes):
    client.send(frame(BINARY, wrong))
    client.is_told_to_go(1003)
