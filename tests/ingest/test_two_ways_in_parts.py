"""The fast way and the ordinary way can't be told apart by who sends several requests at once, or
one in parts, or breaks off."""

import re
import socket
import threading
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.raw import (
    HOST,
    LENGTH,
    PROBE,
    TYPE,
    VISIT,
    Case,
    Pair,
    asks,
    normal,
    numbered,
    pair,
    parts,
    plain,
    statuses,
    talk,
)
from tests.support import BOUND_S, StartServer

LONG = 0.08
"""A pause in which the fast way gives up waiting for the rest of a body."""
ODD = plain(b"X-Odd: 1")
BAD = plain(body=b"{}")
FORM = asks(HOST, b"Content-Type: text/html", LENGTH)
HEALTH = asks(HOST, body=b"", start=b"GET /healthz HTTP/1.1")
LAST = plain(b"Connection: close")
EMPTY = plain(body=b"")
HALF = plain()[:-20]
REST = plain()[-20:]
HEAD, BODY = parts(plain(), -len(VISIT))
BIG = plain(body=VISIT + b" " * 60_000)

ONE_AFTER_ANOTHER = {
    "two": Case([numbered("a1") + numbered("a2")], 2),
    "three": Case([numbered("b1") + numbered("b2") + numbered("b3")], 3),
    "another question between": Case([plain() + HEALTH + plain()], 3),
    "an odd one between": Case([numbered("c1") + ODD + numbered("c2")], 3),
    "a bad one between": Case([numbered("d1") + BAD + numbered("d2")], 3),
    "a wrong type between": Case([plain() + FORM + plain()], 3),
    "an empty one between": Case([plain() + EMPTY + plain()], 3),
    "odd ones between": Case([plain() + ODD + ODD + plain() + ODD + plain()], 6),
    "a repeat at once": Case([numbered("e1") + numbered("e1") + ODD + numbered("e1")], 4),
    "an odd one first": Case([ODD + plain() + plain()], 3),
    "a bad one first": Case([BAD + plain()], 2),
    "the last one": Case([plain() + LAST], 2),
    "something behind the last one": Case([plain() + LAST + plain()], 2),
    "empty lines between": Case([plain() + b"\r\n" + plain() + b"\r\n\r\n" + plain()], 3),
    "big ones": Case([BIG * 4], 4),
    "half of one": Case([plain() + HALF, REST], 2),
    "half of one for long": Case([plain() + HALF, LONG, REST], 2),
    "half a head": Case([plain() + HEAD[:40], HEAD[40:] + BODY], 2),
    "a head alone": Case([plain() + HEAD, BODY], 2),
    "a head alone for long": Case([plain() + HEAD, LONG, BODY], 2),
    "more behind the rest": Case([plain() + HALF, REST + ODD + plain()], 4),
    "more behind the rest after long": Case([HALF, LONG, REST + plain() + HALF, LONG, REST], 3),
    "one by one": Case([plain(), plain(), plain()], 3),
    "an ordinary one after a fast one": Case([plain(), ODD], 2),
    "a fast one after an ordinary one": Case([ODD, plain()], 2),
    "a fast one after a refusal": Case([BAD, plain(), FORM, plain(), HEALTH, plain()], 6),
    "twenty times in turn": Case([plain(), ODD] * 20, 40),
    "twenty times in turn, at once": Case([(plain() + ODD) * 20], 40),
    "a chunked one between": Case(
        [plain(), asks(HOST, TYPE, b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), plain()], 3
    ),
    "an upgrade between": Case([plain(), plain(b"Connection: upgrade", b"Upgrade: x"), plain()], 3),
    "nonsense after an answer": Case([plain(), 0.02, b"nonsense\r\n\r\n"], 2),
}
IN_PARTS = {
    "byte by byte": Case(parts(plain(), *range(1, len(plain())))),
    "byte by byte, an odd one": Case(parts(ODD, *range(1, len(ODD)))),
    "in the first line": Case(parts(plain(), 10)),
    "behind the first line": Case(parts(plain(), 27)),
    "in the head": Case(parts(plain(), 50)),
    "before the last line feed of the head": Case(parts(plain(), -len(VISIT) - 1)),
    "between head and body": Case([HEAD, BODY]),
    "between head and body for long": Case([HEAD, LONG, BODY]),
    "in the body": Case([HALF, REST]),
    "in the body for long": Case([HALF, LONG, REST]),
    "before the last byte": Case(parts(plain(), -1)),
    "head, half and rest": Case(parts(plain(), -len(VISIT), -20)),
    "head, half and rest, for long": Case([HEAD, BODY[:9], LONG, BODY[9:20], LONG, BODY[20:]]),
    "head and body of an odd one": Case(parts(ODD, -len(VISIT))),
    "head and body of a bad one": Case(parts(BAD, -2)),
    "head and body of a bad one for long": Case([BAD[:-2], LONG, b"{}"]),
    "a head and an empty line": Case([HEAD, b"\r\n" + BODY[2:]]),
    "a big body in four": Case(parts(BIG, 200, 20_000, 50_000)),
    "a big body byte by byte at its end": Case(parts(BIG, *range(-20, 0))),
}
BROKEN_OFF = {
    "nothing but a head": [HEAD],
    "a head for long": [HEAD, LONG],
    "half a body": [HALF],
    "half a body for long": [HALF, LONG],
    "half of the second": [plain() + HALF],
    "half of the second for long": [plain() + HALF, LONG],
    "half of an odd one": [ODD[:-20]],
}
_runs = count(1)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as started:
        yield started


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory, "--body-timeout-s", "1") as started:
        yield started


@pytest.mark.parametrize("case", ONE_AFTER_ANOTHER.values(), ids=ONE_AFTER_ANOTHER)
def test_several_requests_are_answered_alike(two: Pair, case: Case) -> None:
    two.compare(case)


@pytest.mark.parametrize("case", IN_PARTS.values(), ids=IN_PARTS)
def test_a_request_in_parts_is_answered_alike(two: Pair, case: Case) -> None:
    two.compare(case)


@pytest.mark.parametrize("ends", ["hang up", "reset"])
@pytest.mark.parametrize("sent", BROKEN_OFF.values(), ids=BROKEN_OFF)
def test_what_breaks_off_is_told_alike(two: Pair, sent: list[bytes | float], ends: str) -> None:
    two.compare(Case(sent, statuses(talk(two.fast.port, Case(sent, 0, "shut"))).count(201), ends))


@pytest.mark.parametrize("request_", [plain(), ODD, BAD, plain() * 3, HALF], ids=range(5))
def test_who_says_no_more_is_still_answered_alike(two: Pair, request_: bytes) -> None:
    two.compare(Case([request_], 0, "shut"))


def test_a_body_that_comes_drop_by_drop_for_too_long_is_refused_alike(impatient: Pair) -> None:
    drops = [VISIT[:1], 0.02] * 80
    told = impatient.compare(Case([asks(HOST, TYPE, b"Content-Length: 1000", body=b""), *drops]))
    assert statuses(told)[0] == 400


def test_a_body_that_comes_drop_by_drop_behind_another_event_is_taken_alike(two: Pair) -> None:
    """For longer than an idle connection is kept."""
    drops: list[bytes | float] = [b" ", 0.02]
    told = two.compare(Case([plain(), HEAD[:-4] + b"0\r\n\r\n", *drops * 275, VISIT], 2))
    assert statuses(told)[:2] == [201, 201]


def test_an_idle_connection_is_let_go_by_both(two: Pair) -> None:
    def waits(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), 2 * BOUND_S) as peer:
            peer.sendall(plain())
            return b"".join(iter(lambda: peer.recv(65_536), b""))

    told = [statuses(heard) for heard in two.both(lambda server: waits(server.port))]
    assert told == [[201], [201]]


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


KINDS = st.sampled_from(
    [
        *(numbered("RUN-%d"), numbered("RUN-%d").replace(b"Host", b"X-Odd: 1\r\nHost")),
        *(BAD, FORM, EMPTY, ODD, BIG, asks(HOST, body=b"", start=b"GET /api/other HTTP/1.1")),
        *(plain(), b"\r\n" + plain(), plain(body=VISIT + b" " * 3_000)),
    ]
)


@settings(max_examples=30)
@given(
    st.lists(KINDS, min_size=1, max_size=8),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 0.0, LONG])), max_size=12),
)
def test_any_segments_are_answered_as_all_at_once(
    two: Pair, kinds: list[bytes], cuts: list[tuple[float, float]]
) -> None:
    def ask(at_once: bool) -> bytes:
        run = b"%05d" % next(_runs)
        whole = b"".join(k.replace(b"RUN-%d", b"%b-%02d" % (run, n)) for n, k in enumerate(kinds))
        places = {int(part * len(whole)): pause for part, pause in cuts}
        segments: list[bytes | float] = [whole]
        if not at_once and (at := sorted(places)):
            pieces = parts(whole, *at)
            segments = [pieces[0]]
            for place, piece in zip(at, pieces[1:], strict=True):
                segments += [places[place], piece]
        return normal(talk(two.fast.port, Case(segments, len(kinds)))).replace(run, b"RUN")

    assert ask(at_once=False) == ask(at_once=True)
