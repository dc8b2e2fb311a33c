"""From the wire to an event: what is taken, what each field becomes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from ingest.pipeline.rejection import Refusal
from ingest.pipeline.schema import ParsedEvent, read_any, read_event, read_plain
from ingest.pipeline.timestamps import common_seconds, epoch_seconds
from state.event import Event, EventType
from tests.support import at

VIEW: dict[str, Any] = {"type": "pageview", "page": "/home", "sessionId": "ann"}


def sent(**fields: Any) -> ParsedEvent | Refusal:
    """A pageview with these fields over it; None takes a field away."""
    whole = {key: value for key, value in {**VIEW, **fields}.items() if value is not None}
    return read_event(json.dumps(whole).encode())


def taken(**fields: Any) -> Event:
    answer = sent(**fields)
    assert isinstance(answer, ParsedEvent), answer
    return answer.event


def test_the_sample_of_the_specification_is_taken():
    event = taken(
        page="/products",
        sessionId="user-123",
        timestamp="2025-07-19T10:30:00Z",
        country="India",
        metadata={"device": "mobile", "referrer": "google.com"},
    )
    assert (event.type, event.page, event.session_id) == ("pageview", "/products", "user-123")
    assert (event.timestamp, event.country) == (at("2025-07-19T10:30:00"), "India")
    assert (event.device, event.referrer, event.element) == ("mobile", "google.com", None)


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "pageview"},
        {"type": "click"},
        {"type": "session_end", "page": None},
        {"type": "custom", "name": "scroll", "page": None},
        {"type": "custom", "name": "scroll", "page": "/home"},
        {"type": "pageview", "name": "first"},
    ],
)
def test_all_four_types_are_taken_with_what_they_need(fields: dict[str, Any]):
    assert taken(**fields).type == EventType(fields["type"])


def test_what_is_missing_is_none_and_the_id_is_made():
    event = taken()
    assert (event.name, event.timestamp, event.country, event.metadata) == (None, None, None, None)
    assert 1 <= len(event.id) <= 64
    assert taken().id != event.id


def test_an_event_id_of_the_sender_is_kept():
    assert taken(eventId="mine").id == "mine"


def test_an_empty_country_is_a_missing_one():
    assert taken(country="").country is None


def test_null_is_as_good_as_missing_where_a_field_is_optional():
    optional = ("name", "timestamp", "country", "metadata", "eventId")
    body = json.dumps(VIEW | dict.fromkeys(optional)).encode()
    assert isinstance(read_event(body), ParsedEvent)


def test_unknown_top_level_keys_are_ignored():
    event = taken(eventId="x", userAgent="Mozilla", nested={"a": [1, {"b": [2]}]}, id=7)
    assert event == taken(eventId="x")


def test_a_key_in_the_body_is_handed_on_and_not_stored():
    answer = sent(key="secret-of-the-house", eventId="x")
    assert isinstance(answer, ParsedEvent)
    assert answer.key == "secret-of-the-house"
    assert answer.event == taken(eventId="x")


def test_a_key_that_is_no_text_is_no_key():
    answer = sent(key=["secret-of-the-house"])
    assert isinstance(answer, ParsedEvent)
    assert answer.key is None


def test_texts_of_all_scripts_are_taken_as_they_are():
    for page in ("/продукты", "/製品", "/🛒", "/a b", "/é", "/e\u0301", "\u202e/x", "\u0080"):
        assert taken(page=page).page == page


def test_html_is_text_like_any_other():
    assert taken(page="<script>alert(1)</script>").page == "<script>alert(1)</script>"


def test_metadata_is_kept_as_it_was_sent():
    metadata = {"n": 1.5, "t": True, "l": [1, "a", None, [2]], "o": {"p": {"q": 1}}, "": ""}
    assert taken(metadata=metadata).metadata == metadata


def test_device_referrer_and_element_count_only_as_text():
    event = taken(metadata={"device": 7, "referrer": None, "element": ""})
    assert (event.device, event.referrer, event.element) == (None, None, None)
    assert taken(metadata={"element": "buy-button"}).element == "buy-button"


def test_json_may_have_space_around_it():
    assert isinstance(read_event(b" \r\n" + json.dumps(VIEW).encode() + b"\n "), ParsedEvent)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-07-20T10:30:00Z", "2025-07-20T10:30:00"),
        ("2025-07-20T10:30:00.123Z", "2025-07-20T10:30:00.123"),
        ("2025-07-20T10:30:00,5Z", "2025-07-20T10:30:00.500"),
        ("2025-07-20T10:30:00.1234567Z", "2025-07-20T10:30:00.123"),
        ("2025-07-20T10:30:00+05:30", "2025-07-20T05:00:00"),
        ("2025-07-20T10:30:00-0800", "2025-07-20T18:30:00"),
        ("2025-07-20T10:30:00+02", "2025-07-20T08:30:00"),
        ("2025-07-20T10:30:00", "2025-07-20T10:30:00"),
        ("2025-07-20 10:30:00", "2025-07-20T10:30:00"),
        ("2025-07-20T10:30", "2025-07-20T10:30:00"),
        ("2025-07-20", "2025-07-20T00:00:00"),
        ("20250720T103000Z", "2025-07-20T10:30:00"),
        ("2025-W29-7T10:30:00Z", "2025-07-20T10:30:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
    ],
)
def test_timestamps_are_iso_8601_and_utc_where_they_name_no_zone(text: str, moment: str):
    assert taken(timestamp=text).timestamp == at(moment)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_timestamp_that_python_writes_is_read(moment: datetime):
    expected = round(moment.timestamp(), 3)
    assert taken(timestamp=moment.isoformat()).timestamp == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2025", "2025-07", "10:30", "2025-13-01", "2025-02-30"),
        *("2025-07-20T25:00:00Z", "2025-07-20T10:60:00Z", "2025-07-20T10:30:61Z"),
        *("2025-07-20T10:30:00+25:00", "2025-07-20T10:30:00Zulu", "2025-07-20X10:30:00Z"),
        *("2025-07-20T10:30:00 Z", "1753007400", "20-07-2025", "+002025-07-20T10:30:00Z"),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "2025-07-20T1\u0660:30:00Z"),
    ],
)
def test_a_timestamp_that_cannot_be_parsed_is_refused(text: str):
    answer = sent(timestamp=text)
    assert isinstance(answer, Refusal)
    assert (answer.code, [error.field for error in answer.fields]) == (
        "invalid_event",
        ["timestamp"],
    )


@pytest.mark.parametrize("value", [1753007400, 1753007400000.5, True, ["2025-07-20"], {}])
def test_a_timestamp_that_is_no_text_is_refused(value: Any):
    answer = sent(timestamp=value)
    assert isinstance(answer, Refusal)
    assert [error.field for error in answer.fields] == ["timestamp"]


odd = st.sampled_from(
    [
        "",
        "a",
        "\x00",
        "\x7f",
        "\ud800",
        "x" * 65,
        "x" * 129,
        "x" * 2049,
        1,
        2**60,
        True,
        None,
        [],
        {},
    ]
)
moments = st.sampled_from(["2025-07-20T10:30:00Z", "2025-07-20", "yesterday", "0001-01-01", ""])
fields = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["pageview", "click", "session_end", "custom", "view"]) | odd,
        "sessionId": st.text(max_size=8) | odd,
        "page": st.text(max_size=8) | odd,
        "name": st.text(max_size=8) | odd,
        "timestamp": moments | odd,
        "country": st.text(max_size=8) | odd,
        "metadata": st.dictionaries(st.text(max_size=4), st.text(max_size=300) | odd) | odd,
        "eventId": st.text(max_size=8) | odd,
        "key": st.text(max_size=8) | odd,
        "more": odd,
    },
)


@given(fields, st.booleans())
@example({"name": "a\x7fb"}, False)
@example({"metadata": {str(number): "\u00e9" * 256 for number in range(16)}}, False)
@example({"metadata": {str(number): "\u00e9" * 256 for number in range(16)}}, True)
def test_a_plain_event_is_read_as_any_other_would_be(fields: dict[str, Any], escaped: bool):
    """The quick way takes an event only if the thorough one does, and takes the same from it."""
    text = json.dumps({**VIEW, **fields}, ensure_ascii=escaped)
    body = text.encode(errors="surrogatepass")
    quick, thorough = read_plain(body), read_any(body)
    if quick is not None:
        assert isinstance(thorough, ParsedEvent)
        own = {**VIEW, **fields}.get("eventId")
        assert replace(quick.event, id=own or "made") == replace(thorough.event, id=own or "made")
        assert quick.event.id == own or not own
        assert quick.key == thorough.key


def test_the_samples_of_every_type_are_plain():
    for more in ({}, {"type": "click", "metadata": {"element": "a"}}, {"eventId": "x", "key": "k"}):
        assert read_plain(json.dumps({**VIEW, **more}).encode()) is not None


def test_made_ids_have_22_letters_and_are_never_the_same():
    made = {taken().id for _ in range(1_000)}
    assert len(made) == 1_000
    assert {len(each) for each in made} == {22}


@given(st.datetimes(timezones=st.just(UTC)), st.booleans())
def test_the_common_form_of_a_timestamp_is_read_like_any_other(moment: datetime, has_millis: bool):
    text = moment.isoformat(timespec="milliseconds" if has_millis else "seconds")
    text = text.replace("+00:00", "Z")
    assert common_seconds(text) == epoch_seconds(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        *("", "Z", "2025-07-20", "2025-07-20T10:30:00", "2025-07-20T10:30:00.5Z"),
        *("2025-02-30T10:30:00Z", "2025-07-20t10:30:00Z", "2025-07-20T10:30:60Z"),
        "\u0662\u0660\u0662\u0665-07-20T10:30:00Z",
    ],
)
def test_other_forms_of_a_timestamp_are_not_common(text: str):
    assert common_seconds(text) is None
