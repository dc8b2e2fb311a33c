"""A person among 50,000, and a name among all names: found in steps, page by page."""

import random
from collections import Counter
from collections.abc import Generator
from typing import TypeVar

import pytest

from state import query
from state.filtering.filter import EVERYTHING, Filter
from state.model import Model
from state.query.finding import KEYS, PEOPLE_A_STEP, Order
from state.query.names import NAMES_A_STEP
from state.sessions.session import Session
from tests.support import NOON, Timeline

T = TypeVar("T")
INDIA = Filter("India")
Ranked = list[tuple[str, int]]


def finish(search: Generator[None, None, T]) -> tuple[T, int]:
    """The result, and how many steps it took."""
    steps = 0
    while True:
        try:
            next(search)
        except StopIteration as done:
            return done.value, steps
        steps += 1


def walk_names(model: Model, which: query.WhichList, *, listed: int, most: int) -> Ranked:
    """All names beyond the largest, page by page. The rest that each page names is what follows."""
    told: Ranked = []
    rests: list[int] = []
    cursor = None
    while True:
        search = query.further_names(model, which, listed=listed, after=cursor, most=most)
        (page, rest, cursor), _ = finish(search)
        assert len(page) <= most
        told += page.items()
        rests += [rest + sum(count for _, count in told)]
        if cursor is None:
            break
    assert len(set(rests)) == 1
    return told


def ranked(counts: Counter[str]) -> Ranked:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


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
    found, _ = finish(query.find_names(crowd.model, query.WhichList("pages", INDIA), "PRICING", 3))
    here = query.here_by(crowd.model, "pages", INDIA, most=1_000).counts
    pricing = {name: count for name, count in here.items() if "Pricing" in name}
    assert found.names == len(pricing)
    assert list(found.counts.items()) == list(pricing.items())[:3]


@pytest.mark.parametrize("wanted", [EVERYTHING, INDIA])
def test_the_pages_of_a_list_of_now_are_all_names_once(crowd: Timeline, wanted: Filter):
    pages = Counter(str(session.current_page) for session in everyone(crowd, wanted))
    which = query.WhichList("pages", wanted)
    assert walk_names(crowd.model, which, listed=50, most=40) == ranked(pages)[50:]


def test_the_pages_of_a_list_of_today_are_all_names_once_and_its_rest_is_what_is_not_remembered():
    line = Timeline(max_names=300)
    views = Counter[str]()
    for number in range(400):
        times = 3 if number % 7 == 0 else 1
        views[f"/{number}"] += times
        for _ in range(times):
            line.event(NOON + number, session_id=f"visitor-{number}", page=f"/{number}")
    which = query.WhichList("pages", EVERYTHING, is_today=True)
    listed = query.today_by(line.model, "pages").counts
    remembered = {f"/{number}" for number in range(300)}
    expected = [
        (name, count) for name, count in ranked(views) if name not in listed and name in remembered
    ]
    assert walk_names(line.model, which, listed=50, most=40) == expected
    (page, rest, cursor), _ = finish(query.further_names(line.model, which, listed=50, most=500))
    forgotten = sum(count for name, count in views.items() if name not in remembered)
    assert (rest, cursor) == (forgotten, None)
    assert len(page) == 250


def test_names_are_looked_through_in_steps():
    line = Timeline()
    for number in range(12_000):
        line.event(NOON, session_id=f"visitor-{number}", page=f"/{number}")
    search = query.further_names(line.model, query.WhichList("pages", EVERYTHING), listed=50)
    _, steps = finish(search)
    assert steps == -(-12_000 // NAMES_A_STEP)


def test_some_names_of_a_list_are_counted(crowd: Timeline):
    pages = Counter(str(session.current_page) for session in everyone(crowd, INDIA))
    names = [*[*pages][:3], "/nowhere"]
    counts = query.counts_of_names(crowd.model, query.WhichList("pages", INDIA), names)
    assert counts == {name: pages[name] for name in names}
    today = query.WhichList("pages", EVERYTHING, is_today=True)
    views = query.counts_of_names(crowd.model, today, names)
    assert views["/nowhere"] == 0
    assert all(views[name] > 0 for name in names[:3])


def test_a_search_goes_through_the_names_of_today(crowd: Timeline):
    found, _ = finish(
        query.find_names(crowd.model, query.WhichList("pages", EVERYTHING, True), "pricing", 100)
    )
    assert sorted(found.counts) == sorted(f"/Pricing/{number}" for number in range(50))
    assert sum(found.counts.values()) == 9_000 - sum(
        count
        for name, count in crowd.model.day.pages.counts().items()
        if not name.startswith("/Pricing")
    )
