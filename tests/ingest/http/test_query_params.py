"""What a query string may ask for."""

from typing import Any

import pytest

from ingest.http.query_params import MOST_SESSIONS, read_cursor, read_filter, read_limit
from ingest.pipeline.rejection import Refusal
from state.filtering.filter import Filter


def refused(answer: object, *fields: str) -> bool:
    return (
        isinstance(answer, Refusal)
        and answer.status == 400
        and tuple(error.field for error in answer.fields) == fields
    )


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, Filter()),
        ({"country": "", "page": ""}, Filter()),
        ({"country": None, "page": None}, Filter()),
        ({"country": "India"}, Filter("India", None)),
        ({"page": "/products"}, Filter(None, "/products")),
        ({"country": "India", "page": "/", "other": 7}, Filter("India", "/")),
        ({"country": "c" * 64, "page": "p" * 2048}, Filter("c" * 64, "p" * 2048)),
        ({"on": "/", "source": "", "device": None, "returning": ""}, Filter(on="/")),
        ({"source": "a.org", "device": "tv"}, Filter.of({"source": "a.org", "device": "tv"})),
        (
            {"channel": "search", "browser": "Firefox", "system": "iOS", "campaign": "spring"},
            Filter(labels=((2, "search"), (3, "Firefox"), (4, "iOS"), (5, "spring"))),
        ),
        ({"returning": "true"}, Filter.of({"returning": "returning"})),
        ({"returning": True}, Filter.of({"returning": "returning"})),
        ({"returning": False}, Filter.of({"returning": "new"})),
    ],
)
def test_a_filter_is_read_and_empty_or_null_is_none(values: dict[str, Any], wanted: Filter):
    assert read_filter(values) == wanted


@pytest.mark.parametrize("value", [7, True, 0, [], {}, ["India"]])
def test_a_filter_that_is_no_text_is_refused(value: Any):
    assert refused(read_filter({"country": value}), "country")
    assert refused(read_filter({"page": value}), "page")
    assert refused(read_filter({"page": value, "country": value}), "country", "page")


@pytest.mark.parametrize("value", [7, 0, [], {}, "yes", "TRUE", "new"])
def test_returning_is_true_or_false(value: Any):
    assert refused(read_filter({"returning": value}), "returning")


def test_a_filter_longer_than_its_field_is_refused():
    assert refused(read_filter({"on": "p" * 2049, "source": "s" * 257}), "on", "source")
    assert refused(read_filter({"country": "c" * 65}), "country")
    assert refused(read_filter({"page": "p" * 2049}), "page")


@pytest.mark.parametrize(
    ("text", "limit"), [(None, 100), ("1", 1), ("0100", 100), (str(MOST_SESSIONS), MOST_SESSIONS)]
)
def test_a_limit_is_a_whole_number_and_a_hundred_where_it_is_missing(text: str | None, limit: int):
    assert read_limit({} if text is None else {"limit": text}) == limit


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1.5", "1e2", "ten", "²", "٣", "9" * 5_000, str(MOST_SESSIONS + 1)]
)
def test_any_other_limit_is_refused(text: str):
    assert refused(read_limit({"limit": text}), "limit")


def test_a_cursor_is_what_an_answer_named_and_empty_is_the_first_page():
    assert read_cursor({"cursor": "17"}) == 17
    assert read_cursor({"cursor": ""}) is None
    assert read_cursor({}) is None


@pytest.mark.parametrize("text", ["-1", "a", "1 ", "1.0", "²", "9" * 5_000])
def test_any_other_cursor_is_refused(text: str):
    assert refused(read_cursor({"cursor": text}), "cursor")
