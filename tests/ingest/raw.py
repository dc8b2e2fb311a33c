"""Bytes as they are, to two servers: one with the fast ways, one with the ordinary ways alone. What
comes back, and what has become of the numbers, has to be the same but for times and made ids."""

import re
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from tests.support import BOUND_S, Running, parting, wait_until

START = b"POST /api/events HTTP/1.1"
HOST, TYPE = b"Host: a", b"Content-Type: application/json"
LENGTH = b"Content-Length: %d"
VISIT = b'{"type":"pageview","page":"/home","sessionId":"ann"}'
GAP_S = 0.003
"""Between two segments: long enough to be read one by one nearly always."""

_MADE = [
    (re.compile(rb"\r\ndate: [^\r]+"), b"\r\ndate: NOW"),
    (re.compile(rb'"eventId":"[\w-]{14}[0-9a-f]{8}"'), b'"eventId":"MADE"'),
    (re.compile(rb'"receivedAt":"[^"]{24}"'), b'"receivedAt":"NOW"'),
    (re.compile(rb'content-length: \d+(\r\n(?:[^\r]+\r\n)*\r\n\{"status":"ok")'), rb"LENGTH\1"),
    (re.compile(rb'"uptimeS":[\d.]+'), b'"uptimeS":UP'),
    (re.compile(rb'"epoch":"[0-9a-f-]+"'), b'"epoch":"ITS OWN"'),
]


def asks(*lines: bytes, body: bytes = VISIT, start: bytes = START) -> bytes:
    """A request of exactly these header lines; ``%d`` in one is the length of the body."""
    length = b"%d" % len(body)
    return b"\r\n".join((start, *(line.replace(b"%d", length) for line in lines), b"", body))


def plain(*more: bytes, body: bytes = VISIT) -> bytes:
    """What the fast way takes, with more header lines."""
    return asks(HOST, TYPE, LENGTH, *more, body=body)


def numbered(number: int | str) -> bytes:
    """The same with an event id of its own, that the answer tells."""
    return plain(body=VISIT[:-1] + b',"eventId":"%s"}' % str(number).encode())


PROBE = plain() + asks(HOST, b"Connection: close", body=b"", start=b"GET /api/probe HTTP/1.1")
"""Shows what a connection is still good for. Who answers it ends the connection."""


class Case(NamedTuple):
    """``sent`` in segments; a number is a pause of so many seconds. After ``answers`` answers the
    connection is probed, unless ``ends`` says how else it ends."""

    sent: Sequence[bytes | float]
    answers: int = 1
    ends: str = "probe"


def parts(request: bytes, *at: int) -> list[bytes]:
    """A request in segments, cut at these places."""
    cuts = [0, *(cut % len(request) for cut in at), len(request)]
    return [request[a:b] for a, b in pairwise(cuts)]


def talk(port: int, case: Case) -> bytes:
    """All that comes back until the connection's end."""
    with socket.create_connection(("127.0.0.1", port), BOUND_S) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _send(peer, case.sent)
        heard = _read(peer, case.answers)
        if case.ends == "probe":
            _send(peer, [PROBE])
        elif case.ends == "shut":
            with suppress(OSError):  # it may be closed from the other side
                peer.shutdown(socket.SHUT_WR)
        else:
            lingers = struct.pack("ii", case.ends == "reset", 0)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingers)
            return heard
        return heard + _read(peer, None)


def normal(heard: bytes) -> bytes:
    """Without what can't be the same twice."""
    for made, stand_in in _MADE:
        heard = made.sub(stand_in, heard)
    return heard


def statuses(heard: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", heard)]


class Pair:
    """The two servers, with the same settings but for ``--plain``."""

    def __init__(self, fast: Running, ordinary: Running) -> None:
        self.fast, self.ordinary = fast, ordinary

    def compare(self, case: Case) -> bytes:
        """What both answer; it has to be the same, and the numbers after it too."""
        self.both(Running.start_at_zero)
        fast, ordinary = self.both(lambda server: normal(talk(server.port, case)))
        assert fast == ordinary, f"{fast!r} is not {ordinary!r}"
        if case.ends in ("hang up", "reset"):
            wait_until(lambda: all(self.both(_has_refused)), "the account of what broke off")
        fast_numbers, ordinary_numbers = self.both(_numbers)
        assert fast_numbers == ordinary_numbers, f"{fast_numbers} is not {ordinary_numbers}"
        return fast

    def both(self, does: Callable[[Running], Any]) -> list[Any]:
        """What it gives for the fast and for the ordinary one; both at the same time."""
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(does, (self.fast, self.ordinary)))


@contextmanager
def pair(directories: pytest.TempPathFactory, *flags: str) -> Iterator[Pair]:
    """Two servers with these flags, until the end of the block."""

    # the factory isn't made for threads
    homes = [directories.mktemp("server"), directories.mktemp("server")]
    with ThreadPoolExecutor(2) as threads:
        starting = [
            threads.submit(Running, homes[0], *flags),
            threads.submit(Running, homes[1], *flags, "--plain"),
        ]
    started = [each.result() for each in starting if each.exception() is None]
    with parting(started):
        yield Pair(*(each.result() for each in starting))


def _send(peer: socket.socket, segments: Sequence[bytes | float]) -> None:
    """As far as the other side takes it."""
    for segment in segments:
        if isinstance(segment, float):
            time.sleep(segment)
            continue
        try:
            peer.sendall(segment)
        except (BrokenPipeError, ConnectionResetError):
            return
        if len(segments) > 1:
            time.sleep(GAP_S)


def _read(peer: socket.socket, answers: int | None) -> bytes:
    """Until there are so many answers, or the connection is at its end."""
    heard = b""
    while answers is None or _complete(heard) < answers:
        try:
            taken = peer.recv(65_536)
        except ConnectionResetError:
            break
        if not taken:
            break
        heard += taken
    return heard


def _complete(heard: bytes) -> int:
    """How many whole answers these bytes are."""
    number = start = 0
    while (end := heard.find(b"\r\n\r\n", start)) >= 0:
        length = re.search(rb"content-length: (\d+)", heard[start:end])
        start = end + 4 + int(length[1] if length else 0)
        number += start <= len(heard)
    return number


def _has_refused(server: Running) -> bool:
    return bool(server.http.get("/api/analytics/summary").json()["rejected"])


def _numbers(server: Running) -> dict[str, Any]:
    """The summary without what the moment alone decides."""
    told: dict[str, Any] = server.http.get("/api/analytics/summary").json()
    for name in ("asOf", "visitorsLastMinute", "visitorsPerMinute"):
        del told[name]
    for event in told["recentEvents"]:
        received_at = event.pop("receivedAt")
        if event["timestamp"] == received_at:
            event["timestamp"] = "as received"
        if re.fullmatch(r"[\w-]{14}[0-9a-f]{8}", event["id"]):
            event["id"] = "made"
    return told
