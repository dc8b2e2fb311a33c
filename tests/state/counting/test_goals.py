"""Goals: which events complete one, and how many did today."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.checkpoint import dump, restore
from state.counting.goals import DayGoals
from state.query import stats
from state.wire.messages import encode
from tests.support import NOON, Timeline, at, event

GOALS = ("signup", "/thank-you", "/order/*", "/order/*/paid")
NIGHT = at("2025-07-20T23:59:00")


@pytest.mark.parametrize(
    ("fields", "goal"),
    [
        ({"kind": "custom", "name": "signup"}, "signup"),
        ({"kind": "custom", "name": "Signup"}, None),
        ({"kind": "custom", "name": "/thank-you"}, None),
        ({"page": "/thank-you"}, "/thank-you"),
        ({"page": "/thank-you/"}, None),
        ({"page": "/order/7"}, "/order/*"),
        ({"page": "/order/7/paid"}, "/order/*"),
        ({"page": "/order/"}, "/order/*"),
        ({"page": "/order"}, None),
        ({"page": "signup"}, None),
        ({"kind": "click", "page": "/thank-you"}, None),
        ({"kind": "heartbeat", "page": "/thank-you"}, None),
        ({"kind": "session_end", "page": "/thank-you"}, None),
    ],
)
def test_an_event_completes_the_first_goal_that_it_fits(fields: dict, goal: str | None):
    assert DayGoals(GOALS).of(event(**fields)) == goal


@given(st.text(max_size=20), st.text("ab*.(", max_size=8))
def test_a_page_goal_without_a_star_is_that_page_alone(page: str, rest: str):
    goal = "/" + rest.replace("*", "")
    assert (DayGoals((goal,)).of(event(page=page or "/")) == goal) is ((page or "/") == goal)


def told(line: Timeline) -> dict:
    return json.loads(encode(stats(line.model))).get("goals", {})


def test_completions_and_their_visitors_are_counted_and_told_with_the_event():
    line = Timeline(goals=("signup", "/order/*"))
    line.event(NOON, session_id="ann", page="/order/1")
    line.event(NOON + 1, session_id="ann", page="/order/2")
    line.event(NOON + 2, "custom", session_id="bob", name="signup")
    line.event(NOON + 3, "custom", session_id="bob", name="other")
    assert told(line) == {
        "signup": {"completions": 1, "visitors": 1},
        "/order/*": {"completions": 2, "visitors": 1},
    }
    updates = line.said("visitor_update")
    assert [each["event"].get("goal") for each in updates] == [
        "/order/*",
        "/order/*",
        "signup",
        None,
    ]
    assert updates[0]["stats"]["goals"]["/order/*"] == {"completions": 1, "visitors": 1}


def test_without_goals_nothing_is_said_of_them():
    line = Timeline()
    line.event(NOON)
    assert "goals" not in json.loads(encode(stats(line.model)))
    assert "goal" not in line.said("visitor_update")[0]["event"]


def test_a_duplicate_completes_nothing_and_midnight_and_reset_begin_anew():
    line = Timeline(goals=("/a",))
    once = event(page="/a")
    line.record(NIGHT, once, once)
    assert told(line)["/a"] == {"completions": 1, "visitors": 1}
    line.tick(NIGHT + 60)
    assert told(line)["/a"] == {"completions": 0, "visitors": 0}
    line.event(NIGHT + 61, page="/a")
    assert told(line)["/a"] == {"completions": 1, "visitors": 1}
    line.reset(NIGHT + 62)
    assert told(line)["/a"] == {"completions": 0, "visitors": 0}


def test_goals_go_on_from_a_checkpoint():
    line, later = Timeline(goals=("/a", "b")), Timeline(goals=("/a", "b"))
    for number in range(1_000):
        line.event(NOON, session_id=f"{number % 700}", page="/a")
    restore(later.analytics, list(dump(line.analytics)))
    assert (
        told(later)
        == told(line)
        == {
            "/a": {"completions": 1_000, "visitors": 700},
            "b": {"completions": 0, "visitors": 0},
        }
    )
    later.event(NOON, session_id="5", page="/a")
    assert told(later)["/a"] == {"completions": 1_001, "visitors": 700}


def test_other_goals_are_other_numbers_and_none_are_those_of_before():
    assert Timeline(goals=("/a",)).analytics.meaning != Timeline().analytics.meaning
    assert "goals" not in Timeline().limits.as_text()


def test_more_visitors_than_are_kept_are_unknown_also_after_a_checkpoint(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("state.counting.goals.VISITORS_KEPT", 3)
    line, later = Timeline(goals=("/a",)), Timeline(goals=("/a",))
    for number in range(3):
        line.event(NOON, session_id=f"{number}", page="/a")
    assert told(line)["/a"] == {"completions": 3, "visitors": 3}
    line.event(NOON, session_id="one more", page="/a")
    restore(later.analytics, list(dump(line.analytics)))
    assert told(later) == told(line) == {"/a": {"completions": 4, "visitors": None}}
