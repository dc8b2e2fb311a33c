"""A batch, on the fast way or the ordinary one: the same answer, and the same numbers after it."""

import json
from collections.abc import Iterator

import pytest

from tests.ingest.raw import HOST, LENGTH, TYPE, VISIT, Case, Pair, asks, numbered, pair, parts

START = b"POST /api/events/batch HTTP/1.1"
WELL = {"type": "pageview", "page": "/home", "sessionId": "ann"}


def batch(body: bytes, *more: bytes, kind: bytes = TYPE) -> bytes:
    return asks(HOST, kind, LENGTH, *more, body=body, start=START)


def events(*changed: dict[str, object]) -> bytes:
    return json.dumps([WELL | each for each in changed]).encode()


MANY = events(*({"sessionId": f"s{n}"} for n in range(1_000)))
NAMED = events(*({"sessionId": f"s{n}", "eventId": f"named-{n}"} for n in range(1_000)))

BODIES = {
    "one": events({}),
    "three": events({}, {"type": "click"}, {"sessionId": "bob"}),
    "none": b"[]",
    "a thousand": MANY,
    "a thousand and one": events(*({} for _ in range(1_001))),
    "the same id twice": events({"eventId": "twice"}, {"eventId": "twice"}),
    "one bad among good": events({}, {"sessionId": ""}, {}),
    "one odd among good": events({}, {"metadata": {"a": 1}}, {}),
    "one unknown key": events({}, {"plan": "gold"}),
    "all bad": events({"type": "view"}, {"sessionId": 7}),
    "numbers": b"[1, 2]",
    "null among good": b"[" + VISIT + b", null]",
    "an object": VISIT,
    "lists in a list": b"[[" + VISIT + b"]]",
    "half a list": b"[" + VISIT,
    "a trailing comma": b"[" + VISIT + b",]",
    "NaN in one": b"[" + VISIT + b',{"type":"click","page":"/","sessionId":"b","name":NaN}]',
    "a surrogate in one": b"[" + VISIT + b',{"type":"click","page":"/\\ud800","sessionId":"b"}]',
    "bytes that aren't UTF-8": b"[" + VISIT.replace(b"ann", b"\xff") + b"]",
    "nested without end": b"[" * 20_000,
    "nothing": b"",
    "a mark and a list": b"\xef\xbb\xbf[" + VISIT + b"]",
    "lines": VISIT + b"\n" + VISIT,
    "1 MiB": b"[" + VISIT + b" " * (2**20 - len(VISIT) - 2) + b"]",
    "1 MiB and one": b"[" + VISIT + b" " * (2**20 - len(VISIT) - 1) + b"]",
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as started:
        yield started


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_batch_is_answered_alike(two: Pair, body: bytes) -> None:
    two.compare(Case([batch(body)]))


@pytest.mark.parametrize(
    "kind",
    [b"text/plain", b"application/x-ndjson", b"application/json; charset=utf-8", b"image/png"],
)
def test_whatever_kind_it_is_said_to_be(two: Pair, kind: bytes) -> None:
    two.compare(Case([batch(events({}, {}), kind=b"Content-Type: " + kind)]))


def test_batches_and_single_events_are_answered_in_order(two: Pair) -> None:
    mixed = [numbered("a"), batch(events({}, {})), numbered("b"), batch(events({"type": "x"}))]
    told = two.compare(Case([b"".join(mixed) + batch(events({})), numbered("c")], answers=6))
    assert told.count(b'"accepted"') == 3
    assert [told.index(b'"eventId":"%s"' % name) for name in (b"a", b"b", b"c")] == sorted(
        told.index(b'"eventId":"%s"' % name) for name in (b"a", b"b", b"c")
    )


@pytest.mark.parametrize("at", [(20,), (-1,), (200, 5_000, -10), (30, 31, 60_000)])
def test_a_batch_in_parts_is_taken_alike(two: Pair, at: tuple[int, ...]) -> None:
    two.compare(Case(parts(batch(MANY), *at)))


def test_a_repeated_batch_is_told_alike(two: Pair) -> None:
    told = two.compare(Case([batch(NAMED), batch(NAMED)], answers=2))
    assert b'{"accepted":1000,"duplicates":0,"rejected":[]}' in told
    assert b'{"accepted":0,"duplicates":1000,"rejected":[]}' in told


@pytest.mark.parametrize(
    "flags",
    [
        ("--ingest-key", "secret-of-the-house"),
        ("--max-events-per-s", "4"),
        ("--max-connections", "1"),
    ],
    ids=["key", "rate", "places"],
)
def test_where_something_is_limited_the_two_agree_as_well(
    tmp_path_factory: pytest.TempPathFactory, flags: tuple[str, ...]
) -> None:
    with pair(tmp_path_factory, *flags) as limited:
        with_key = batch(events({}, {"key": "secret-of-the-house"}), b"X-Ingest-Key: wrong")
        right = batch(events({}, {}), b"X-Ingest-Key: secret")
        limited.compare(Case([with_key, right, batch(events({})), batch(MANY)], answers=4))
