"""The fast way and the ordinary way can't be told apart by who sends several requests at once, or
one in parts, or breaks off."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.raw import (
    HOST,
    LENGTH,
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
CHUNKED = b"Transfer-Encoding: chunked"
HEAD, BODY = parts(plain(), -len(VISIT))
BIG = plain(body=VISIT + b" " * 60_000)


def _head(kind: bytes, *more: bytes) -> bytes:
    """Of a request whose body is a request."""
    length = b"Content-Length: %d" % len(plain())
    return asks(HOST, b"Content-Type: " + kind, length, *more, body=b"")


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
        [plain(), asks(HOST, TYPE, CHUNKED, body=b"0\r\n\r\n"), plain()], 3
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
SMUGGLED = {
    "in the body of an odd one": Case([_head(b"application/json", b"X-Odd: 1"), 0.02, plain()]),
    "in the body of a refused one": Case([_head(b"text/html"), 0.02, plain()]),
    "in two bodies": Case([_head(b"text/html"), 0.02, plain(), _head(b"text/html"), plain()], 2),
    "in the chunk of a refused one": Case(
        [asks(HOST, CHUNKED, body=b"%x\r\n" % len(plain())), 0.02, plain(), b"\r\n0\r\n\r\n"]
    ),
    "in the chunk of an odd one": Case(
        [asks(HOST, TYPE, CHUNKED, body=b"%x\r\n" % len(plain())), plain(), b"\r\n0\r\n\r\n"]
    ),
    "in a head": Case([b"GET /api/other HTTP/1.1\r\nX: ", plain()]),
    "in a first line": Case([b"GET /api/other?", plain()]),
}
BROKEN_OFF = {
    "nothing but a head": Case([HEAD], 0),
    "a head for long": Case([HEAD, LONG], 0),
    "half a body": Case([HALF], 0),
    "half a body for long": Case([HALF, LONG], 0),
    "half of the second": Case([plain() + HALF], 1),
    "half of the second for long": Case([plain() + HALF, LONG], 1),
    "half of an odd one": Case([ODD[:-20]], 0),
}
_runs = count(1)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as started:
        yield started


@pytest.mark.parametrize("case", ONE_AFTER_ANOTHER.values(), ids=ONE_AFTER_ANOTHER)
def test_several_requests_are_answered_alike(two: Pair, case: Case) -> None:
    two.compare(case)


@pytest.mark.parametrize("case", IN_PARTS.values(), ids=IN_PARTS)
def test_a_request_in_parts_is_answered_alike(two: Pair, case: Case) -> None:
    two.compare(case)


@pytest.mark.parametrize("case", SMUGGLED.values(), ids=SMUGGLED)
def test_what_only_looks_like_a_request_is_none(two: Pair, case: Case) -> None:
    """A request in another's body or head, in a segment of its own."""
    assert statuses(two.compare(case)).count(201) <= 1


@pytest.mark.parametrize("ends", ["hang up", "reset"])
@pytest.mark.parametrize("case", BROKEN_OFF.values(), ids=BROKEN_OFF)
def test_what_breaks_off_is_told_alike(two: Pair, case: Case, ends: str) -> None:
    two.compare(case._replace(ends=ends))


@pytest.mark.parametrize("request_", [plain(), ODD, BAD, HALF], ids=range(4))
def test_who_says_no_more_is_still_answered_alike(two: Pair, request_: bytes) -> None:
    two.compare(Case([request_], 0, "shut"))


def test_what_was_taken_is_answered_though_nonsense_follows(two: Pair) -> None:
    """The ordinary way breaks off before its first answer is written."""
    heard = talk(two.fast.port, Case([plain() + b"nonsense\r\n\r\n"], 2))
    assert statuses(heard) == [201, 400]


KINDS = st.sampled_from(
    [
        *(numbered("RUN00-NN"), numbered("RUN00-NN").replace(b"Host", b"X-Odd: 1\r\nHost")),
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
        whole = b"".join(k.replace(b"RUN00-NN", b"%b-%02d" % (run, n)) for n, k in enumerate(kinds))
        places = {int(part * (len(whole) - 1)): pause for part, pause in cuts}
        segments: list[bytes | float] = [whole]
        if not at_once and (at := sorted(places)):
            pieces = parts(whole, *at)
            segments = [pieces[0]]
            for place, piece in zip(at, pieces[1:], strict=True):
                segments += [places[place], piece]
        return normal(talk(two.fast.port, Case(segments, len(kinds)))).replace(run, b"RUN")

    assert ask(at_once=False) == ask(at_once=True)
