"""The wallboard as its address wants it."""

import pytest

from state.filtering.filter import Filter
from tests.support import Timeline
from tests.ui.test_viewmodel import shown
from ui.viewmodel.wallboard import STANDARD, Wall, filter_names, wall_of


@pytest.mark.parametrize("tv", ["", "0", "true", "11"])
def test_without_its_parameter_the_page_is_no_wallboard(tv: str) -> None:
    assert wall_of({"tv": tv, "panels": "pages"}) is None


@pytest.mark.parametrize(
    ("panels", "lists"),
    [
        ("", STANDARD),
        ("pages,sources,countries", STANDARD),
        ("devices", ("devices", "pages", "sources")),
        ("nonsense,,devices, entries ,devices", ("devices", "entries", "pages")),
        ("devices,pages,exits,sources", ("devices", "pages", "exits")),
    ],
)
def test_the_first_three_lists_are_those_of_the_address(
    panels: str, lists: tuple[str, ...]
) -> None:
    assert wall_of({"tv": "1", "panels": panels}) == Wall(lists, 0)


@pytest.mark.parametrize(
    ("rotate", "seconds"),
    [("20", 20), ("1", 5), ("99999", 3600), ("0", 0), ("-3", 0), ("x", 0), ("9" * 5000, 0)],
)
def test_the_seconds_of_a_turn_are_bounded(rotate: str, seconds: int) -> None:
    wall = wall_of({"tv": "1", "rotate": rotate})
    assert wall is not None
    assert wall.rotate_s == seconds


def test_the_lists_that_take_turns_are_those_named_or_else_all_of_now() -> None:
    named = wall_of({"tv": "1", "rotate": "20", "panels": "pages,exits,devices,sources"})
    assert named == Wall(("pages", "exits", "devices", "sources"), 20)
    few = wall_of({"tv": "1", "rotate": "20", "panels": "devices"})
    assert few is not None
    assert few.lists[:3] == ("devices", "pages", "sources")
    assert set(few.lists) >= {"entries", "countries", "returning"}
    assert "exits" not in few.lists


def test_the_filter_is_named() -> None:
    assert filter_names(shown(Timeline(), Filter(country="India", page="/a"))) == [
        ("Country", "country", "India"),
        ("Has seen", "page", "/a"),
    ]
    assert filter_names(shown(Timeline())) == []
