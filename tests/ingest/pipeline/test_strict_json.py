"""Bytes that are no JSON, or look like it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.schema import ParsedEvent, read_event
from ingest.pipeline.strict_json import Document, _check_value, _is_good, parse, split
from state import query
from state.hub.snapshots import snapshot
from state.wire.messages import encode
from tests.support import NOON, Timeline

START = b'{"type": "pageview", "page": "/", "sessionId": "ann", '


def code(body: bytes) -> str:
    answer = read_event(body)
    return answer.code if isinstance(answer, Refusal) else "taken"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{]",
        b"nonsense",
        b"{'type': 'pageview'}",
        b'{"type": "pageview",}',
        b'{"type": "pageview"} x',
        b'{"a": 1} {"b": 2}',
        b'{"a": 01}',
        b'{"a": +1}',
        b'{"a": .5}',
        b'{"a": 0x10}',
        b'{"a": "\n"}',
        b'{"a": "\\x41"}',
        b'{"a": "\x00"}',
        b'{"a": undefined}',
        b"{1: 2}",
        b"// a comment\n{}",
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\xc0\x80"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-16-le"),
        '{"a": 1}'.encode("utf-32"),
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
    ],
    ids=lambda body: ascii(body[:20]),
)
def test_what_is_no_json_is_refused(body: bytes):
    answer = read_event(body)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.status) == ("invalid_json", 400)
    assert answer.message.endswith(".")


@pytest.mark.parametrize(
    "value", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1" * 5_000, b"[" * 900]
)
def test_values_that_json_has_not_are_refused_wherever_they_stand(value: bytes):
    assert code(START + b'"metadata": {"a": ' + value + b"}}") in ("invalid_json", "invalid_event")
    assert code(START + b'"unknown": ' + value + b"}") == "invalid_json"
    assert code(START + b'"country": ' + value + b"}") in ("invalid_json", "invalid_event")


def test_a_number_of_thousands_of_digits_is_refused_and_no_exception():
    digits = b"9" * 4_301
    for body in (digits, b"[" + digits + b"]", START + b'"metadata": {"a": ' + digits + b"}}"):
        assert code(body) in ("invalid_json", "invalid_event")


def test_huge_integers_that_parse_are_out_of_range():
    for digits in (b"9" * 20, b"9" * 400, b"9" * 4_000):
        assert code(START + b'"metadata": {"a": ' + digits + b"}}") == "invalid_event"


def test_deep_nesting_in_what_is_ignored_harms_nobody():
    body = START + b'"unknown": ' + b"[" * 500 + b"]" * 500 + b"}"
    assert code(body) == "taken"


def test_of_two_keys_of_the_same_name_the_last_one_counts():
    answer = read_event(START + b'"page": "/last"}')
    assert isinstance(answer, ParsedEvent)
    assert answer.event.page == "/last"


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(body: bytes):
    assert code(body) in ("taken", "invalid_json", "invalid_event")


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["type", "page", "sessionId", "metadata", "x"]), documents))
def test_any_json_is_taken_or_refused_with_its_fields(value: dict[str, object]):
    answer = read_event(json.dumps(value).encode())
    if isinstance(answer, Refusal) and answer.code == "invalid_event":
        assert answer.fields
    else:
        assert isinstance(answer, ParsedEvent) or answer.code == "invalid_json"


@given(documents)
def test_whatever_is_taken_into_metadata_can_be_written_as_strict_json(value: object):
    body = json.dumps({"type": "pageview", "page": "/", "sessionId": "a", "metadata": {"v": value}})
    answer = read_event(body.encode())
    if isinstance(answer, ParsedEvent):
        written = json.dumps(answer.event.metadata, ensure_ascii=False, allow_nan=False)
        assert json.loads(written.encode()) == answer.event.metadata


@given(documents, st.text(), st.text(), st.text())
def test_whatever_was_accepted_every_answer_can_still_be_written(
    value: object, page: str, session_id: str, country: str
):
    body = {"type": "pageview", "page": page, "sessionId": session_id, "country": country}
    answer = read_event(json.dumps(body | {"metadata": {"v": value}}).encode())
    if isinstance(answer, Refusal):
        return
    line = Timeline()
    line.record(NOON, answer.event)
    [update, activity] = line.messages
    assert (update["data"]["event"]["page"], activity["data"]["journey"]) == (page, [page])
    assert strictly(snapshot(line.model, NOON, dashboards=0, epoch="e"))["seq"] == 2
    one = strictly(query.session(line.model, session_id, NOON))
    assert one["sessionId"] == session_id


def strictly(answer: object) -> dict[str, object]:
    """An answer as a reader without mercy reads it."""
    return json.loads(encode(answer).decode(), parse_constant=lambda name: 1 / 0)


def test_strict_json_is_marked_as_such():
    assert parse(b'{"a": 1}') == Document({"a": 1}, strict=True)
    lenient = parse(b'{"a": NaN}')
    assert isinstance(lenient, Document)
    assert lenient.strict is False


def test_split_gives_the_items_of_an_array_in_their_bytes():
    items = split(b'[1, {"a": [2, 3]}, "x"]')
    assert not isinstance(items, Refusal)
    assert [json.loads(bytes(item)) for item in items] == [1, {"a": [2, 3]}, "x"]


def test_one_bad_item_does_not_spoil_the_array():
    items = split(b'[{"a": 1}, {"a": NaN}, {"a": 2}]')
    assert not isinstance(items, Refusal)
    assert [isinstance(parse(item), Document) for item in items] == [True, True, True]
    assert len(items) == 3


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"7", b"[", b"[1", b"[1] x", b"[" * 500_000, b"[\xff]", b"\xff"], ids=len
)
def test_what_is_no_array_is_refused(body: bytes):
    refusal = split(body)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "invalid_json"


@given(st.dictionaries(st.text(max_size=3), documents, max_size=4), st.integers(1, 5))
def test_a_quick_look_finds_what_the_thorough_one_finds(value: dict[str, object], levels: int):
    wrong: list[FieldError] = []
    _check_value(value, "metadata", 3, levels, wrong)
    assert _is_good(value, 3, levels) is (not wrong)
