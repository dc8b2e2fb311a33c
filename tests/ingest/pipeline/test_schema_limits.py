"""Every limit on a field, on both sides of its edge; and all that is wrong told at once."""

import json
from typing import Any

import pytest

from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.schema import ParsedEvent, read_event
from ingest.tracking.request import TrackRequest, read_request

VIEW: dict[str, Any] = {"type": "pageview", "page": "/home", "sessionId": "ann"}
CUSTOM: dict[str, Any] = {"type": "custom", "name": "scroll", "sessionId": "ann"}


def wrong_fields(value: Any) -> list[str]:
    """The fields that a refusal names; empty where the event is taken."""
    answer = read_event(json.dumps(value).encode())
    if isinstance(answer, ParsedEvent):
        return []
    assert (answer.code, answer.status) == ("invalid_event", 400)
    assert answer.message
    assert all(error.message for error in answer.fields)
    return [error.field for error in answer.fields]


def nested(levels: int) -> dict[str, Any]:
    """An object of so many levels."""
    return {"in": nested(levels - 1)} if levels > 1 else {"leaf": 1}


def sized(size: int) -> dict[str, Any]:
    """An object of exactly so many bytes of JSON."""
    return {"text": "x" * (size - len('{"text":""}'))}


LAST_TAKEN: list[tuple[str, Any]] = [
    ("page", "p"),
    ("page", "p" * 2048),
    ("page", "🛒" * 2048),
    ("sessionId", "s"),
    ("sessionId", "s" * 128),
    ("name", "n"),
    ("name", "n" * 64),
    ("country", ""),
    ("country", "c" * 64),
    ("eventId", "e" * 64),
    ("metadata", {}),
    ("metadata", {f"k{n}": n for n in range(32)}),
    ("metadata", {"in": {f"k{n}": n for n in range(32)}}),
    ("metadata", nested(4)),
    ("metadata", {"a": [[[1]]]}),
    ("metadata", sized(8192)),
    ("metadata", {"n": 2**53}),
    ("metadata", {"n": -(2**53)}),
    ("metadata", {"n": 1.7976931348623157e308}),
    ("metadata", {"n": 5e-324}),
    ("metadata", {"": "an empty key"}),
    ("metadata", {"text": "\u0080\u2028\ufeff\uffff"}),
]
FIRST_REFUSED: list[tuple[str, Any]] = [
    ("page", ""),
    ("page", "p" * 2049),
    ("page", 7),
    ("page", ["/home"]),
    ("sessionId", ""),
    ("sessionId", "s" * 129),
    ("sessionId", 7),
    ("sessionId", None),
    ("name", "n" * 65),
    ("name", False),
    ("country", "c" * 65),
    ("country", 7),
    ("eventId", "e" * 65),
    ("eventId", 7),
    ("type", None),
    ("type", ""),
    ("type", "PAGEVIEW"),
    ("type", "page_view"),
    ("type", ["pageview"]),
    ("type", {}),
    ("metadata", []),
    ("metadata", "text"),
    ("metadata", 7),
    ("metadata", True),
    ("metadata", {f"k{n}": n for n in range(33)}),
    ("metadata", sized(8193)),
]
FIRST_REFUSED_INSIDE: list[tuple[dict[str, Any], str]] = [
    ({"in": {f"k{n}": n for n in range(33)}}, "metadata.in"),
    (nested(5), "metadata.in.in.in.in"),
    ({"a": [[[[1]]]]}, "metadata.a[0][0][0]"),
    ({"n": 2**53 + 1}, "metadata.n"),
    ({"n": -(2**53) - 1}, "metadata.n"),
    ({"n": 2**64}, "metadata.n"),
    ({"n": 10**300}, "metadata.n"),
    ({"list": [1, {"n": 2**60}]}, "metadata.list[1].n"),
    ({"text": "a\x00b"}, "metadata.text"),
    ({"n": float("nan")}, "metadata.n"),
    ({"n": float("inf")}, "metadata.n"),
    ({"n": [float("-inf")]}, "metadata.n[0]"),
]
CONTROL = [*map(chr, range(0x20)), "\x7f"]


@pytest.mark.parametrize(("field", "value"), LAST_TAKEN)
def test_what_just_fits_is_taken(field: str, value: Any):
    assert wrong_fields(VIEW | {field: value}) == []


@pytest.mark.parametrize(("field", "value"), FIRST_REFUSED)
def test_what_just_does_not_fit_is_refused_by_name(field: str, value: Any):
    assert wrong_fields(VIEW | {field: value}) == [field]


@pytest.mark.parametrize(("metadata", "field"), FIRST_REFUSED_INSIDE)
def test_what_is_wrong_inside_metadata_is_named_with_its_path(metadata: dict[str, Any], field: str):
    assert wrong_fields(VIEW | {"metadata": metadata}) == [field]


@pytest.mark.parametrize("kind", ["pageview", "click"])
def test_a_page_is_required_where_somebody_is_on_one(kind: str):
    assert wrong_fields({"type": kind, "sessionId": "ann"}) == ["page"]


def test_a_name_is_required_for_custom_alone():
    assert wrong_fields({"type": "custom", "sessionId": "ann"}) == ["name"]
    assert wrong_fields({"type": "session_end", "sessionId": "ann"}) == []


def test_a_page_that_is_optional_still_has_its_limits():
    assert wrong_fields(CUSTOM | {"page": ""}) == [], "empty means missing"
    assert wrong_fields(CUSTOM | {"page": "p" * 2049}) == ["page"]


@pytest.mark.parametrize("character", [*CONTROL, "\ud800", "\udfff"], ids=ascii)
@pytest.mark.parametrize("field", ["page", "sessionId", "name", "country", "eventId"])
def test_control_characters_and_lone_surrogates_are_refused(field: str, character: str):
    assert wrong_fields(VIEW | {field: f"a{character}b"}) == [field]


@pytest.mark.parametrize("character", ["\x00", "\n", "\x7f", "\udc00"], ids=ascii)
def test_in_metadata_they_are_refused_in_values_and_in_keys(character: str):
    for metadata in ({"a": character}, {"a": [character]}):
        [field] = wrong_fields(VIEW | {"metadata": metadata})
        assert field.startswith("metadata.a")
    [field] = wrong_fields(VIEW | {"metadata": {f"a{character}": 1}})
    assert field == "metadata"


def test_a_pair_of_surrogates_is_a_character():
    body = b'{"type": "pageview", "page": "\\ud83d\\uded2", "sessionId": "ann"}'
    answer = read_event(body)
    assert isinstance(answer, ParsedEvent)
    assert answer.event.page == "🛒"


def test_all_wrong_fields_are_told_at_once():
    wrong = {
        "type": "dance",
        "page": "",
        "sessionId": 7,
        "name": "\x00",
        "timestamp": "soon",
        "country": [],
        "eventId": "e" * 65,
        "metadata": {"a": float("nan"), "b": "\ud800", "c": nested(4), "d": 2**60},
    }
    assert sorted(wrong_fields(wrong)) == sorted(
        [
            *("type", "page", "sessionId", "name", "timestamp", "country", "eventId"),
            *("metadata.a", "metadata.b", "metadata.c.in.in.in", "metadata.d"),
        ]
    )


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null", b"true", b"[{}]"])
def test_an_event_that_is_no_object_is_refused(body: bytes):
    answer = read_event(body)
    assert isinstance(answer, Refusal)
    assert answer.code == "invalid_event"


@pytest.mark.parametrize("value", [0, 7, 7.0, 86_400_000])
def test_a_whole_number_may_be_written_with_a_point(value: float):
    answer = read_event(
        json.dumps({"type": "leave", "sessionId": "a", "engagedMs": value}).encode()
    )
    assert isinstance(answer, ParsedEvent)
    assert answer.event.engaged_ms == int(value)
    body = {"type": "leave", "url": "https://a.example/", "engagedMs": value}
    asked = read_request(json.dumps(body).encode())
    assert isinstance(asked, TrackRequest)
    assert asked.engaged_ms == int(value)


@pytest.mark.parametrize("value", [-1, 7.5, 86_400_001, "7", True, 1e300, [7]])
def test_any_other_engagement_is_refused(value: object):
    wrong = [FieldError("engagedMs", "should be a whole number from 0 to 86400000")]
    body = json.dumps({"type": "leave", "sessionId": "a", "engagedMs": value}).encode()
    answer = read_event(body)
    assert isinstance(answer, Refusal)
    assert answer.fields == wrong
    body = json.dumps({"type": "leave", "url": "https://a.example/", "engagedMs": value}).encode()
    asked = read_request(body)
    assert isinstance(asked, Refusal)
    assert asked.fields == wrong
