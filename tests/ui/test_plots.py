"""Map, flow and funnel: their contents, and that these are made once for all pages that ask."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from state.countries import code_of
from state.filtering.filter import EVERYTHING, Filter
from tests.state.query.test_journeys import finished, site
from tests.support import NOON, Timeline
from tests.ui.said import said
from ui.delivery import on_request
from ui.delivery.on_request import OnRequest
from ui.viewmodel.plots import flow_content, funnel_content, makers, map_content


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("USA", "USA"),
        ("United States", "USA"),
        ("us", "USA"),
        ("UK", "GBR"),
        ("Deutschland", "DEU"),
        ("Côte d'Ivoire", "CIV"),
        ("south korea", "KOR"),
        ("España", "ESP"),
        (" India ", "IND"),
        ("Turkey", "TUR"),
        ("Unknown", None),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_a_country_has_a_code_however_it_is_called(name: str, code: str | None):
    assert code_of(name) == code


def test_names_of_one_country_are_one_place_and_others_are_listed():
    timeline = Timeline()
    for number, country in enumerate(("USA", "USA", "us", "Atlantis", "India", None)):
        timeline.event(NOON + number, "pageview", f"v{number}", "/", country=country)
    content = finished(map_content(timeline.model, EVERYTHING))
    assert content["places"] == [["USA", "USA", 3], ["IND", "India", 1]]
    assert content["unplaced"] == [("Atlantis", 1), ("Unknown", 1)]
    assert (content["more"], content["total"]) == (0, 6)


def test_a_flow_names_its_pages_once():
    content = finished(flow_content(site().model, EVERYTHING))
    assert content["pages"] == ["/", "/pricing", "/signup"]
    assert content["moves"] == [[0, 1, 2], [1, 2, 1]]
    assert said(content["of"]) == "4 people here now"


def test_a_funnel_says_of_whom_how_many_went_on():
    content = finished(funnel_content(site().model, EVERYTHING, ("/", "/pricing")))
    first, last = content["steps"]
    assert (first["here"], said(first["onward"])) == ("1", "2 of 3 went on (67\u202f%)")
    assert (last["here"], last["median"], last["onward"]) == ("2", 15, None)


def test_a_goal_in_a_funnel_is_told_apart_from_a_page():
    timeline = Timeline(goals=("signup",))
    steps = finished(funnel_content(timeline.model, EVERYTHING, ("/", "goal:signup")))["steps"]
    assert [(step["page"], step["goal"]) for step in steps] == [("/", False), ("signup", True)]


def test_without_steps_there_is_no_funnel():
    assert sorted(makers(Timeline().model, ())) == ["flow", "map"]
    assert sorted(makers(Timeline().model, ("/", "/x"))) == ["flow", "funnel", "map"]


async def test_content_is_made_once_for_all_who_ask_within_its_time(
    monkeypatch: pytest.MonkeyPatch,
):
    made: list[Filter] = []

    def make(filter_: Filter) -> Generator[None, None, Any]:
        made.append(filter_)
        yield
        return {"made": len(made)}

    shared = OnRequest({"map": make})
    answers = await asyncio.gather(*(shared.get("map", EVERYTHING) for _ in range(5)))
    assert set(answers) == {'{"made":1}'}
    assert await shared.get("map", EVERYTHING) == '{"made":1}'
    assert await shared.get("map", Filter(country="India")) == '{"made":2}'
    monkeypatch.setattr(on_request, "EVERY_S", 0.0)
    assert await shared.get("map", EVERYTHING) == '{"made":3}'
