"""Connections that say nothing: they take no place from those who have something to say."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.clients.crowd import allow_open_files
from tests.ingest.raw import plain
from tests.support import BOUND_S, Running, parting, wait_until

VISIT = {"type": "pageview", "page": "/home", "sessionId": "ann"}
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
POST = plain()
HALF = POST[:60]
_, HARD = resource.getrlimit(resource.RLIMIT_NOFILE)

pytestmark = pytest.mark.parametrize("way", ["--no-plain", "--plain"])


class Peers:
    """Connections of one test; their kernel says whether the server has closed them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def connect(self, server: Running) -> socket.socket:
        peer = self._stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        peer.settimeout(BOUND_S)
        return peer

    def many(self, server: Running, number: int, sent: bytes = b"") -> list[socket.socket]:
        peers = [self.connect(server) for _ in range(number)]
        for peer in peers:
            peer.sendall(sent)
        return peers


@pytest.fixture
def peers() -> Iterator[Peers]:
    allow_open_files(2_048)
    with ExitStack() as stack:
        yield Peers(stack)


def ask(peer: socket.socket, request: bytes) -> bytes:
    peer.sendall(request)
    return peer.recv(65_536)


def is_closed(peer: socket.socket) -> bool:
    """True if the other side has closed it, now."""
    peer.setblocking(False)
    try:
        return peer.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        peer.settimeout(BOUND_S)


def closed(peers: list[socket.socket]) -> list[int]:
    return [number for number, peer in enumerate(peers) if is_closed(peer)]


def posts(server: Running, number: int = 20) -> None:
    """Each on a connection of its own."""
    for _ in range(number):
        headers = {"Connection": "close"}
        answer = server.http.post("/api/events", json=VISIT, headers=headers, timeout=5.0)
        assert answer.status_code == 201


def test_the_soft_limit_is_raised_so_that_silent_ones_take_no_place(
    tmp_path: Path, peers: Peers, way: str
):
    server = Running(tmp_path, way, files=(256, HARD))
    with parting([server]):
        silent = peers.many(server, 400)
        posts(server)
        assert closed(silent) == []
        assert server.complaints == ""


@pytest.mark.parametrize("sent", [b"", HALF, GET], ids=["nothing", "half a head", "kept alive"])
def test_beyond_the_hard_limit_the_silent_ones_give_way(
    tmp_path: Path, peers: Peers, way: str, sent: bytes
):
    flags = (way, "--journal", f"sqlite:{tmp_path}/v.db")
    server = Running(tmp_path, *flags, files=(256, 256))
    with parting([server]):
        talking = peers.connect(server)
        assert b" 201 " in ask(talking, POST)
        for _ in range(4):
            peers.many(server, 150, sent)
            posts(server)
        assert len(server.complaints.splitlines()) == 1
        assert "connections are taken" in server.complaints


def test_connections_with_requests_under_way_are_never_closed_for_others(
    tmp_path: Path, peers: Peers, way: str
):
    server = Running(tmp_path, way, "--body-timeout-s", "60", files=(160, 160))
    with parting([server]):
        speaking = peers.many(server, 70, POST[:-10])
        wait_until(lambda: server.http.get("/healthz").status_code == 200, "an answer")
        silent = peers.many(server, 100)
        wait_until(lambda: len(closed(silent)) > 0, "room")
        assert closed(speaking) == []
        assert all(b" 201 " in ask(peer, POST[-10:]) for peer in speaking)


def test_an_address_has_so_many_silent_ones_and_the_oldest_is_closed(
    tmp_path: Path, peers: Peers, way: str
):
    server = Running(tmp_path, way, "--max-silent-connections-per-address", "50")
    with parting([server]):
        first = peers.connect(server)
        silent = peers.many(server, 47)
        behind = peers.connect(server)
        assert b" 201 " in ask(behind, POST), "so those before it were accepted, too"
        assert b" 201 " in ask(first, POST)
        silent += peers.many(server, 10)
        wait_until(lambda: closed(silent) == list(range(9)), "the oldest of them to be closed")
        assert not is_closed(first), "it has been silent for a shorter time"


@pytest.mark.parametrize("flags", [(), ("--trusted-proxies", "127.0.0.1")])
def test_a_proxy_and_unless_it_is_set_loopback_may_have_more(
    tmp_path: Path, peers: Peers, way: str, flags: tuple[str, ...]
):
    limit = ("--max-silent-connections-per-address", "20") if flags else ()
    server = Running(tmp_path, way, *limit, *flags)
    with parting([server]):
        silent = peers.many(server, 400)
        posts(server)
        assert closed(silent) == []


def test_where_no_file_can_be_opened_the_log_says_so_and_open_connections_go_on(
    tmp_path: Path, way: str
):
    server = Running(tmp_path, way)
    with parting([server]):
        posts(server, 1)
        limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (3, HARD))
        try:
            wait_until(lambda: "No file can be opened" in server.complaints, "a complaint")
        finally:
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
        posts(server)
        assert len([each for each in server.complaints.splitlines() if "No file" in each]) == 1
