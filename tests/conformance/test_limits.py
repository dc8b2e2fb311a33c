"""Sections 5.5.2 and 10.4, and protocol.md: what is too much, and floods."""

import pytest

from tests.conformance.client import Arena, Client
from tests.conformance.wire import (
    BINARY,
    CONTINUATION,
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

MEGABYTE = 2**20


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", [LONGEST + 1, 100_000, MEGABYTE, 16 * MEGABYTE])
def test_a_frame_that_is_too_large_closes_with_1009(client: Client, opcode: int, size: int):
    client.send(frame(opcode, b"x" * size))
    client.is_closed(1009)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("length", [LONGEST + 1, 2**20, 2**31, 2**32, 2**63 - 1])
def test_it_is_the_head_that_is_too_large(client: Client, opcode: int, length: int):
    client.send(frame(opcode, length=length))
    client.is_closed(1009)


def test_a_head_that_comes_octet_by_octet_is_enough(client: Client):
    client.send(frame(TEXT, length=LONGEST + 1)[:10], chop=1)
    client.is_closed(1009)


@pytest.mark.parametrize("size", [1_000, 16_384, 65_535, LONGEST])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_fragments_that_are_too_large_together_close_with_1009(
    client: Client, opcode: int, size: int
):
    client.send(*fragments(cut(asking(LONGEST + 1), size), opcode))
    client.is_closed(1009)


@pytest.mark.parametrize("size", [4_096, 16_384])
def test_fragments_without_end_close_with_1009(client: Client, size: int):
    client.send(frame(TEXT, fin=False), frame(CONTINUATION, b" " * size, fin=False) * 256)
    client.is_closed(1009)


def test_the_limit_is_for_each_message_anew(client: Client):
    for _ in range(5):
        client.send(frame(TEXT, asking(LONGEST)), *fragments(cut(asking(LONGEST), 50_000)))
        client.next_is("pong", "pong")


def test_bytes_are_counted_and_not_characters(client: Client):
    client.send(frame(TEXT, command("ping", pad="🛒" * 16_370)))
    client.next_is("pong")
    client.send(frame(TEXT, command("ping", pad="🛒" * 16_400)))
    client.is_closed(1009)


def test_a_hundred_thousand_empty_fragments_are_one_message(client: Client):
    head, tail = frame(TEXT, b'{"type":', fin=False), frame(CONTINUATION, b'"ping"}')
    client.send(head, frame(CONTINUATION, fin=False) * 100_000, tail)
    client.next_is("pong")


def test_the_largest_message_in_fragments_of_one_octet_is_one_message(client: Client):
    client.send(*fragments(cut(asking(LONGEST), 1)))
    client.next_is("pong")


@pytest.mark.parametrize("size", [0, 4, 125])
def test_ten_thousand_pings_are_answered_in_their_order(client: Client, size: int):
    for start in range(0, 10_000, 100):
        payloads = [(b"%d" % number).rjust(size)[:size] for number in range(start, start + 100)]
        client.send(*(frame(PING, payload) for payload in payloads))
        client.pongs(*payloads)
    client.is_well()


def test_of_ten_thousand_pings_at_once_all_are_answered_in_their_order(client: Client):
    payloads = [b"%125d" % number for number in range(10_000)]
    client.send(*(frame(PING, payload) for payload in payloads))
    client.pongs(*payloads)


def test_pongs_that_nobody_takes_do_not_pile_up_without_end(arena: Arena, client: Client):
    """5.5.3: of several unanswered pings the last one may be answered alone."""
    sent = [b"%125d" % number for number in range(100_000)]
    client.send(*(frame(PING, payload) for payload in sent))
    arena.roundtrip()
    heard = [client.pong()]
    while heard[-1] != sent[-1]:
        heard.append(client.pong())
    assert heard == sorted(heard), "in their order"
    assert len(heard) < len(sent)
    client.is_well()


def test_pongs_come_in_order_to_who_takes_them_too_slowly(arena: Arena, client: Client):
    sent = [b"%125d" % number for number in range(70_000)]
    client.send(*(frame(PING, payload) for payload in sent[:60_000]))
    heard = [client.pong()]
    for start in range(60_000, len(sent), 400):
        arena.roundtrip()
        client.send(*(frame(PING, payload) for payload in sent[start : start + 400]))
        enough, last = len(heard) + 900, sent[start + 399]
        while heard[-1] != last and (len(heard) < enough or last == sent[-1]):
            heard.append(client.pong())
    assert heard == sorted(heard)
    client.is_well()


def test_pongs_that_nobody_has_asked_for_are_no_matter(client: Client):
    client.send(frame(PONG, b"p" * 125) * 20_000)
    client.is_well()


@pytest.mark.parametrize("size", [0, 64, 1_000])
def test_two_thousand_messages_are_all_answered(client: Client, size: int):
    client.send(frame(TEXT, asking(size)) * 2_000)
    for _ in range(2_000):
        client.next_is("pong")
    client.is_well()


def test_a_thousand_bad_messages_are_a_thousand_errors(client: Client):
    client.send(frame(TEXT, b"{") * 1_000)
    for _ in range(1_000):
        client.next_is("error")
    client.is_well()


def test_pings_among_messages_are_answered_after_those_before_them(client: Client):
    client.send(*(frame(TEXT, asking()) + frame(PING, b"%d" % number) for number in range(500)))
    for number in range(500):
        client.next_is("pong")
        client.pongs(b"%d" % number)


def test_events_pass_a_flood(arena: Arena, client: Client):
    for number in range(20):
        client.send(frame(PING, b"flood") * 2_000)
        event = {"type": "pageview", "page": f"/amid/{number}", "sessionId": "bob"}
        assert arena.server.http.post("/api/events", json=event).status_code == 201
        update = arena.bystander.until("visitor_update")
        assert update["event"]["page"] == f"/amid/{number}"


def test_fifty_bad_clients_at_once_harm_nobody(arena: Arena):
    bad = [arena.connect() for _ in range(50)]
    for client in bad:
        client.send(frame(3, b"x" * 100))
    for client in bad:
        client.until_closed(1002)


def test_a_client_that_resets_its_connection_is_out_of_the_count(arena: Arena, client: Client):
    client.send(frame(TEXT, asking()) * 50, frame(PING) * 50)
    client.reset()
    while arena.bystander.until("user_disconnected")["totalDashboards"] != 1:
        pass


def test_a_farewell_waits_only_so_long_for_the_other_side(arena: Arena, client: Client):
    """Whoever was closed for a fault and keeps on sending is cut off: sending fails in the end."""
    client.send(frame(3))
    client.is_closed(1002)
    with pytest.raises(ConnectionError):
        while True:
            client.send(b"x" * 1_000)
            arena.roundtrip()
