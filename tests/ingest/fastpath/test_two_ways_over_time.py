"""A connection that the fast way serves lives as long as one that the ordinary way serves, waits as
long for what is slow, and keeps the order of answers."""

import re
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.ingest.raw import (
    HOST,
    PROBE,
    TYPE,
    VISIT,
    Case,
    Pair,
    asks,
    numbered,
    pair,
    plain,
    statuses,
    talk,
)
from tests.support import BOUND_S, StartServer

HANDSHAKE = asks(
    *(HOST, b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13"),
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    body=b"",
    start=b"GET /ws HTTP/1.1",
)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as started:
        yield started


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory, "--body-timeout-s", "1") as started:
        yield started


def test_a_body_that_comes_drop_by_drop_for_too_long_is_refused_alike(impatient: Pair) -> None:
    head = asks(HOST, TYPE, b"Content-Length: 1000", body=b"")
    told = impatient.compare(Case([head, *[b" ", 0.02] * 80], 1, "hang up"))
    assert statuses(told) == [400]


def test_a_body_that_comes_drop_by_drop_behind_another_event_is_taken_alike(two: Pair) -> None:
    """For longer than an idle connection is kept."""
    head = asks(HOST, TYPE, b"Content-Length: %d" % (275 + len(VISIT)), body=b"")
    told = two.compare(Case([plain(), head, *[b" ", 0.02] * 275, VISIT], 2))
    assert statuses(told)[:2] == [201, 201]


def test_an_idle_connection_is_let_go_by_both(two: Pair) -> None:
    def waits(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), 2 * BOUND_S) as peer:
            peer.sendall(plain())
            return b"".join(iter(lambda: peer.recv(65_536), b""))

    told = [statuses(heard) for heard in two.both(lambda server: waits(server.port))]
    assert told == [[201], [201]]


def test_an_answer_that_takes_its_time_comes_first(two: Pair) -> None:
    page = asks(HOST, body=b"", start=b"GET / HTTP/1.1")
    heard = talk(two.fast.port, Case([page, numbered("late"), page, numbered("later")], 4))
    assert statuses(heard) == [200, 201, 200, 201, 201, 404]


def test_five_thousand_at_once_are_answered_in_order(two: Pair) -> None:
    """By the time anything is read, nothing more of them can be sent, or all were."""
    all_ = b"".join(map(numbered, range(100_000, 105_000)))
    with socket.create_connection(("127.0.0.1", two.fast.port), BOUND_S) as peer:
        sending = threading.Thread(target=peer.sendall, args=(all_ + PROBE,))
        sending.start()
        sending.join(1.0)
        heard = b"".join(iter(lambda: peer.recv(65_536), b""))
        sending.join(BOUND_S)
    ids = [int(number) for number in re.findall(rb'"eventId":"(\d{6})"', heard)]
    assert ids == list(range(100_000, 105_000))
    assert statuses(heard) == [201] * 5_001 + [404]


def test_a_stop_finds_an_idle_connection_after_fast_requests(start_server: StartServer) -> None:
    server = start_server()
    with socket.create_connection(("127.0.0.1", server.port), BOUND_S) as peer:
        for _ in range(3):
            peer.sendall(plain())
            assert peer.recv(65_536).startswith(b"HTTP/1.1 201 ")
        server.terminate()
        assert peer.recv(65_536) == b""
    assert server.wait() == 0


def test_a_socket_may_follow_on_the_same_connection(two: Pair) -> None:
    with socket.create_connection(("127.0.0.1", two.fast.port), BOUND_S) as peer:
        peer.sendall(plain() + HANDSHAKE)
        heard = b""
        while b"user_connected" not in heard:
            heard += peer.recv(65_536)
    assert statuses(heard) == [201, 101]
