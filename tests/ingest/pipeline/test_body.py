"""Bodies: their kind, their size while they come in, and the events of a batch."""

from collections.abc import AsyncIterator

import pytest

from ingest.pipeline.body import EVENT_TYPES, events_of, read, wrong_type
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.rejection import STATUS, Refusal


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json", "APPLICATION/JSON", "application/json; charset=utf-8"),
        *("text/plain", "text/plain;charset=UTF-8"),
    ],
)
def test_json_and_plain_text_are_allowed_kinds(content_type: str):
    assert wrong_type({"content-type": content_type}, EVENT_TYPES) is None


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_other_kinds_are_refused(content_type: str):
    refusal = wrong_type({"content-type": content_type}, EVENT_TYPES)
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("unsupported_media_type", 415)


def test_a_compressed_body_is_refused_with_the_word_that_says_how():
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    refusal = wrong_type(headers, EVENT_TYPES)
    assert refusal is not None
    assert (refusal.status, "gzip" in refusal.message) == (415, True)
    assert wrong_type(headers | {"content-encoding": "identity"}, EVENT_TYPES) is None


async def test_a_body_of_just_the_limit_is_read():
    assert await read(chunks(b"ab", b"", b"cd"), "4", 4) == b"abcd"
    assert await read(chunks(b"abcd"), "", 4) == b"abcd"


@pytest.mark.parametrize("claimed", ["", "4", "5", "9" * 50, "-1", "many"])
async def test_a_body_beyond_the_limit_is_refused_whatever_its_length_claims(claimed: str):
    refusal = await read(chunks(b"ab", b"cde"), claimed, 4)
    assert isinstance(refusal, Refusal)
    assert refusal.status == 413


async def test_a_body_that_claims_too_much_is_refused_unread():
    async def nothing() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    assert isinstance(await read(nothing(), "5", 4), Refusal)


@pytest.mark.parametrize(
    ("body", "content_type", "count"),
    [
        (b"[]", "application/json", 0),
        (b' [{"a": 1}, 2]', "application/json", 2),
        (b'[{"a": 1}, 2]', "text/plain", 2),
        (b'{"a": 1}\n{"a": 2}', "application/x-ndjson", 2),
        (b'{"a": 1}\r\n\r\n  \n{"a": 2}\r\n', "application/x-ndjson", 2),
        (b'{"a": 1}\nno json\n', "text/plain", 2),
        (b"", "application/x-ndjson", 0),
        (b"[" + b"1," * 999 + b"1]", "application/json", 1_000),
        (b"1\n" * 1_000, "application/x-ndjson", 1_000),
    ],
)
def test_a_batch_is_an_array_or_lines(body: bytes, content_type: str, count: int):
    found = events_of(body, content_type)
    assert not isinstance(found, Refusal)
    assert len(found) == count


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"[" + b"1," * 1_000 + b"1]", "application/json"), (b"1\n" * 1_001, "text/plain")],
)
def test_a_thousand_and_one_events_are_too_many(body: bytes, content_type: str):
    refusal = events_of(body, content_type)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too_large"


@pytest.mark.parametrize("body", [b'{"a": 1}', b"", b"7", b'{"a": 1}\n{"a": 2}'])
def test_json_that_is_no_array_is_no_batch(body: bytes):
    refusal = events_of(body, "application/json")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "invalid_json"


def test_every_refusal_has_a_status_of_the_contract_and_is_counted():
    assert set(STATUS.values()) == {202, 400, 401, 403, 404, 405, 413, 415, 426, 429, 503}
    ledger = Ledger()
    for code in ("forbidden", "forbidden", "too_large"):
        ledger.count(Refusal(code, "No."))
    assert ledger.rejected() == {"forbidden": 2, "too_large": 1}
    ledger.clear()
    assert ledger.rejected() == {}
