"""A person among 50,000, and a name among all names: found in steps, page by page."""

import random
from collections.abc import Generator
from typing import TypeVar

import pytest

from state import query
from state.filtering.filter import EVERYTHING, Filter
from state.query.finding import KEYS, PEOPLE_A_STEP, Order
from state.sessions.session import Session
from tests.support import NOON, Timeline

T = TypeVar("T")
INDIA = Filter("India")


def finish(search: Generator[None, None, T]) -> tuple[T, int]:
    """The result, and how many steps it took."""
    steps = 0
    while True:
        try:
            next(search)
        except StopIteration as done:
            return done.value, steps
        steps += 1


@pytest.fixture(scope="module")
def crowd() -> Timeline:
    dice, line = random.Random(3), Timeline()
    for number in range(9_000):
        who = number if number < 4_000 else dice.randrange(4_000)
        line.event(
            NOON + number / 100,
            session_id=f"visitor-{who}",
            page=f"/{dice.choice(['blog', 'Pricing', 'docs'])}/{dice.randrange(50)}",
            country="India" if who % 3 else "USA",
            metadata={"referrer": f"site{who % 7}.org"},
        )
    return line


def everyone(line: Timeline, wanted: Filter) -> list[Session]:
    return [s for s in line.model.sessions.running.values() if wanted.matches(s)]


@pytest.mark.parametrize("wanted", [EVERYTHING, INDIA, Filter(within_s=60.0)])
@pytest.mark.parametrize("order", list(Order))
def test_the_pages_of_an_order_are_all_people_once(crowd: Timeline, order: Order, wanted: Filter):
    told: list[Session] = []
    cursor = None
    while True:
        search = query.find_people(crowd.model, wanted, order=order, after=cursor, most=700)
        found, _ = finish(search)
        told += found.sessions
        cursor = found.cursor
        if cursor is None:
            break
    expected = everyone(crowd, wanted)
    if wanted.within_s:
        expected = [s for s in expected if s.last_activity_at + 60 > crowd.model.now]
    assert told == sorted(expected, key=KEYS[order])
    assert found.total == len(expected)


@pytest.mark.parametrize("text", ["VISITOR-3999", "/pricing/7", "usa", "SITE3", "nobody"])
def test_a_text_is_looked_for_in_id_page_country_and_source(crowd: Timeline, text: str):
    found, steps = finish(query.find_people(crowd.model, EVERYTHING, text=text, most=5_000))
    expected = {
        s.id
        for s in everyone(crowd, EVERYTHING)
        if any(
            text.lower() in (t or "").lower() for t in (s.id, s.current_page, s.country, s.referrer)
        )
    }
    assert {session.id for session in found.sessions} == expected
    assert steps == -(-4_000 // PEOPLE_A_STEP)


def test_names_are_found_in_all_of_a_list(crowd: Timeline):
    found, _ = finish(query.find_names(crowd.model, "pages", INDIA, "PRICING", 3))
    here = query.here_by(crowd.model, "pages", INDIA, most=1_000).counts
    pricing = {name: count for name, count in here.items() if "Pricing" in name}
    assert found.names == len(pricing)
    assert list(found.counts.items()) == list(pricing.items())[:3]
