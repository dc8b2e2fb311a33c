"""Filters in the address of the page, and the values that the picker offers."""

from collections.abc import Generator
from typing import TypeVar

import pytest

from state.filtering.filter import FIELDS, Filter
from tests.support import NOON, Timeline
from ui.viewmodel.filters import PICKED, Option, filter_of, in_address, options, unknown_fields
from ui.viewmodel.sought import Sought, sought_of

T = TypeVar("T")
TIMEOUT_S = 300.0


def finish(steps: Generator[None, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


@pytest.fixture
def line() -> Timeline:
    line = Timeline()
    line.event(NOON, session_id="ann", page="/pricing", country="Germany")
    line.event(
        NOON, session_id="bob", page="/pricing", country="Germany", metadata={"referrer": "hn"}
    )
    line.event(NOON, session_id="cem", page="/blog", country="India")
    line.event(NOON, "session_end", session_id="cem", page="/blog", country="India")
    return line


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, Filter()),
        ({"country": "India", "page": "", "other": "x"}, Filter("India")),
        ({"on": "/a", "source": "hn", "device": 7}, Filter.of({"on": "/a", "source": "hn"})),
        ({"channel": "ai", "system": "iOS"}, Filter.of({"channel": "ai", "system": "iOS"})),
        ({"returning": "true"}, Filter.of({"returning": "returning"})),
        ({"returning": "new"}, Filter.of({"returning": "new"})),
        ({"returning": "often"}, Filter()),
        ({"country": "c" * 99}, Filter("c" * 64)),
        ({"minutes": "10"}, Filter(within_s=600.0)),
        ({"minutes": "5"}, Filter()),
        ({"minutes": "31"}, Filter()),
        ({"minutes": "0"}, Filter()),
        ({"minutes": "1e1"}, Filter()),
        ({"minutes": "\u0663"}, Filter()),
    ],
)
def test_a_filter_is_read_from_the_address(values: dict[str, object], wanted: Filter):
    assert filter_of(values, TIMEOUT_S) == wanted
    assert filter_of(in_address(wanted), TIMEOUT_S) == wanted


def test_the_picker_offers_who_is_here_first_and_then_the_names_of_today(line: Timeline):
    assert finish(options(line.model, Sought("PRIC"))) == [
        Option("on", "/pricing", 2),
        Option("page", "/pricing", 2),
    ]
    assert finish(options(line.model, Sought("ind"))) == [Option("country", "India", 0)]
    assert Option("source", "hn", 1) in finish(options(line.model, Sought("")))


def test_a_country_is_found_by_the_names_that_a_browser_shows(line: Timeline):
    germany = Option("country", "Germany", 2)
    assert finish(options(line.model, sought_of("Deutschl", ["DE"]))) == [germany]
    assert finish(options(line.model, sought_of("Deutschl", ["IN", 7, "??"]))) == [
        Option("country", "India", 0)
    ]
    assert finish(options(line.model, sought_of("Deutschl", None))) == []


def test_a_slip_of_the_finger_finds_what_is_near(line: Timeline):
    assert finish(options(line.model, Sought("germny"))) == [Option("country", "Germany", 2)]
    assert finish(options(line.model, Sought("zzzzzz"))) == []


def test_every_field_of_a_filter_has_a_chip_to_take_it_off():
    assert {each.name for each in PICKED} == {name for name, _ in FIELDS}


def test_the_picker_finds_channels_browsers_systems_and_campaigns(line: Timeline):
    known = {"channel": "email", "browser": "Firefox", "os": "iOS", "campaign": "spring"}
    line.event(NOON, session_id="dan", page="/blog", metadata=known)
    found = {text: finish(options(line.model, Sought(text))) for text in known.values()}
    assert found == {
        "email": [Option("channel", "email", 1)],
        "Firefox": [Option("browser", "Firefox", 1)],
        "iOS": [Option("system", "iOS", 1)],
        "spring": [Option("campaign", "spring", 1)],
    }
    wanted = Filter.of({"channel": "email", "browser": "Opera", "campaign": "fall"})
    assert unknown_fields(line.model, wanted) == ["browser", "campaign"]


def test_a_value_that_nobody_had_today_is_unknown(line: Timeline):
    wanted = Filter.of({"country": "germany", "page": "/blog", "source": "hn", "device": "tv"})
    assert unknown_fields(line.model, wanted) == ["country", "device"]
