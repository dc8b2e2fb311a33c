"""Pages of sessions: a hundred at a time, none twice, none left out."""

import pytest

from state import query
from state.filtering.filter import EVERYTHING, Filter
from tests.support import NOON, Timeline

INDIA = Filter(country="India")


@pytest.fixture
def line() -> Timeline:
    """Seven sessions, s0 the oldest; those with an even number are from India."""
    line = Timeline()
    for number in range(7):
        country = "USA" if number % 2 else "India"
        line.event(NOON + number, session_id=f"s{number}", country=country)
    return line


def pages(line: Timeline, wanted: Filter, limit: int) -> list[list[str]]:
    """All pages, one after the other."""
    found, cursor = [], None
    for _ in range(20):
        page = query.sessions(line.model, wanted, line.model.now, limit=limit, cursor=cursor)
        found.append([session.session_id for session in page.sessions])
        if page.next_cursor is None:
            return found
        cursor = int(page.next_cursor)
    raise AssertionError(f"the pages don't end: {found}")


def test_most_recent_activity_comes_first(line: Timeline):
    line.event(NOON + 10, session_id="s0")
    assert pages(line, EVERYTHING, 100) == [["s0", "s6", "s5", "s4", "s3", "s2", "s1"]]


def test_pages_hold_each_session_once(line: Timeline):
    assert pages(line, EVERYTHING, 3) == [["s6", "s5", "s4"], ["s3", "s2", "s1"], ["s0"]]


def test_a_page_that_is_just_full_is_the_last_one(line: Timeline):
    assert pages(line, EVERYTHING, 7) == [[f"s{n}" for n in range(6, -1, -1)]]


def test_pages_under_a_filter_hold_what_matches(line: Timeline):
    assert pages(line, INDIA, 3) == [["s6", "s4", "s2"], ["s0"]]


def test_a_page_under_a_filter_that_fits_nothing_is_empty(line: Timeline):
    assert pages(line, Filter(country="Atlantis"), 3) == [[]]


def test_count_is_all_that_match_on_whatever_page(line: Timeline):
    for wanted, count in ((EVERYTHING, 7), (INDIA, 4), (Filter(country="Atlantis"), 0)):
        first = query.sessions(line.model, wanted, NOON, limit=1)
        assert first.count == count
        cursor = int(first.next_cursor or 0)
        assert query.sessions(line.model, wanted, NOON, limit=1, cursor=cursor).count == count


def test_a_session_that_stirs_between_two_pages_shows_up_once_at_most(line: Timeline):
    first = query.sessions(line.model, EVERYTHING, NOON, limit=3)
    line.event(NOON + 10, session_id="s2")
    line.event(NOON + 11, session_id="new")
    rest = query.sessions(line.model, EVERYTHING, NOON, cursor=int(first.next_cursor or 0))
    assert [s.session_id for s in rest.sessions] == ["s3", "s1", "s0"]


def test_a_session_that_ends_between_two_pages_is_gone(line: Timeline):
    first = query.sessions(line.model, EVERYTHING, NOON, limit=3)
    line.event(NOON + 10, "session_end", session_id="s2")
    rest = query.sessions(line.model, EVERYTHING, NOON, cursor=int(first.next_cursor or 0))
    assert [s.session_id for s in rest.sessions] == ["s3", "s1", "s0"]


def test_a_hundred_are_on_a_page():
    line = Timeline()
    for number in range(101):
        line.event(NOON, session_id=f"s{number}")
    page = query.sessions(line.model, EVERYTHING, NOON)
    assert (len(page.sessions), page.count, page.next_cursor is not None) == (100, 101, True)


def test_nobody_active_is_an_empty_page():
    page = query.sessions(Timeline().model, EVERYTHING, NOON)
    assert (page.count, page.sessions, page.next_cursor) == (0, [], None)


def test_sessions_of_a_page_come_without_their_steps(line: Timeline):
    [*_, oldest] = query.sessions(line.model, EVERYTHING, NOON).sessions
    assert not oldest.steps
    assert query.session(line.model, "s0", NOON).steps
