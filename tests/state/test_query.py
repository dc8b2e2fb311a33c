"""What the numbers mean, and what a filter lets through."""

import pytest

from state import query
from state.filtering.filter import EVERYTHING, Filter
from state.hub.snapshots import snapshot
from state.wire.messages import Summary
from tests.support import NOON, Timeline, event

INDIA = Filter(country="India")
PRODUCTS = Filter(page="/products")


@pytest.fixture
def line() -> Timeline:
    """Ann (India) at /home, /products, then a click at /cart; bob (USA) at /home twice; cem from
    nowhere clicks at /products; dan (India) has left."""
    line = Timeline()
    line.event(NOON, session_id="ann", page="/home", country="India")
    line.event(NOON + 1, session_id="ann", page="/products", country="India")
    line.event(NOON + 2, "click", session_id="ann", page="/cart", country="India")
    line.event(NOON + 3, session_id="bob", page="/home", country="USA")
    line.event(NOON + 4, session_id="bob", page="/home", country="USA")
    line.event(NOON + 5, "click", session_id="cem", page="/products")
    line.event(NOON + 6, session_id="dan", page="/home", country="India")
    line.event(NOON + 7, "session_end", session_id="dan", page="/bye", country="India")
    return line


def summary(line: Timeline, wanted: Filter = EVERYTHING) -> Summary:
    return query.summary(
        line.model,
        wanted,
        line.model.now,
        dashboards=3,
        totals=query.IngestTotals(1, 0, 0, {"x": 1}),
    )


def active(line: Timeline, wanted: Filter) -> list[str]:
    page = query.sessions(line.model, wanted, line.model.now)
    assert page.count == len(page.sessions)
    return [session.session_id for session in page.sessions]


def events(line: Timeline, wanted: Filter) -> list[tuple[str, str]]:
    return [(e.session_id, e.page) for e in query.recent_events(line.model, wanted)]


def test_without_a_filter_everything_counts(line: Timeline):
    all_of_it = summary(line)
    assert (all_of_it.total_active, all_of_it.total_today, all_of_it.total_events) == (3, 4, 8)
    assert all_of_it.pages_visited == {"/home": 4, "/products": 1}
    assert all_of_it.countries == {"India": 2, "USA": 1, "Unknown": 1}
    assert (all_of_it.visitors_last_minute, all_of_it.total_dashboards) == (4, 3)
    assert all_of_it.visitors_per_minute == [0] * 9 + [4]
    assert all_of_it.rejected == {"x": 1}
    assert all_of_it.as_of == "2025-07-20T12:00:07.000Z"


def test_recent_events_come_newest_first(line: Timeline):
    assert events(line, EVERYTHING)[:2] == [("dan", "/bye"), ("dan", "/home")]
    assert len(events(line, EVERYTHING)) == 8


def test_at_most_fifty_recent_events_are_told():
    line = Timeline()
    for number in range(51):
        line.event(NOON, page=f"/{number}")
    told = [page for _, page in events(line, EVERYTHING)]
    assert (len(told), told[0], told[-1]) == (50, "/50", "/1")


def test_a_filter_looks_for_its_fifty_events_among_older_ones():
    line = Timeline()
    line.event(NOON, page="/rare")
    for _ in range(60):
        line.event(NOON, page="/often")
    assert events(line, Filter(page="/rare")) == [("ann", "/rare")]


def test_a_country_lets_its_sessions_and_events_through(line: Timeline):
    numbers = summary(line, INDIA)
    assert active(line, INDIA) == ["ann"]
    assert (numbers.total_active, numbers.total_today) == (1, 2)
    assert (numbers.visitors_last_minute, numbers.visitors_per_minute[-1]) == (2, 2)
    assert {session for session, _ in events(line, INDIA)} == {"ann", "dan"}


def test_pages_under_a_country_are_the_pageviews_of_its_active_sessions(line: Timeline):
    assert summary(line, INDIA).pages_visited == {"/home": 1, "/products": 1}


def test_a_page_lets_through_sessions_that_viewed_it_and_events_at_it(line: Timeline):
    numbers = summary(line, PRODUCTS)
    assert active(line, PRODUCTS) == ["ann"], "cem only clicked there"
    assert events(line, PRODUCTS) == [("cem", "/products"), ("ann", "/products")]
    assert (numbers.visitors_last_minute, numbers.visitors_per_minute[-1]) == (2, 2)
    assert numbers.pages_visited == {"/home": 1, "/products": 1}


def test_visitors_of_today_are_not_known_under_a_page(line: Timeline):
    assert summary(line, PRODUCTS).total_today is None
    assert summary(line, Filter("India", "/products")).total_today is None


def test_country_and_page_have_to_match_both(line: Timeline):
    both = Filter("India", "/products")
    assert active(line, both) == ["ann"]
    assert events(line, both) == [("ann", "/products")]
    assert summary(line, both).visitors_last_minute == 1
    assert active(line, Filter("USA", "/products")) == []


def test_missing_countries_are_found_as_unknown(line: Timeline):
    unknown = Filter(country="Unknown")
    assert active(line, unknown) == ["cem"]
    assert events(line, unknown) == [("cem", "/products")]
    assert summary(line, unknown).total_today == 1


def test_a_filter_that_fits_nothing_finds_nothing(line: Timeline):
    nowhere = Filter(country="Atlantis")
    numbers = summary(line, nowhere)
    assert (numbers.total_active, numbers.total_today, numbers.pages_visited) == (0, 0, {})
    assert (numbers.visitors_last_minute, numbers.visitors_per_minute) == (0, [0] * 10)
    assert numbers.recent_events == []
    assert active(line, nowhere) == []


def test_a_session_is_filtered_by_its_last_country_its_events_by_their_own():
    line = Timeline()
    line.event(NOON, page="/a", country="India")
    line.event(NOON + 1, page="/b", country="USA")
    line.event(NOON + 2, page="/c")
    assert (active(line, INDIA), active(line, Filter(country="USA"))) == ([], ["ann"])
    assert events(line, INDIA) == [("ann", "/a")]
    assert events(line, Filter(country="Unknown")) == [("ann", "/c")]


def test_the_minute_under_a_filter_counts_matching_events_of_the_last_sixty_seconds():
    #   0 ann at /a          50 ann at /b          60 tick: /a is too old, /b is not
    line = Timeline()
    line.event(NOON, page="/a")
    line.event(NOON + 50, page="/b")
    line.tick(NOON + 60)
    assert summary(line, Filter(page="/a")).visitors_last_minute == 0
    assert summary(line, Filter(page="/b")).visitors_last_minute == 1
    assert summary(line, Filter(page="/a")).visitors_per_minute == [0] * 8 + [1, 0]


def test_rankings_of_visits_go_by_the_first_event_of_the_visit():
    line = Timeline()
    line.event(NOON, country="India", metadata={"device": "mobile", "referrer": "a.org"})
    line.event(NOON + 1, country="USA", metadata={"device": "desktop", "referrer": "b.org"})
    numbers = summary(line)
    assert (numbers.countries, numbers.devices) == ({"India": 1}, {"mobile": 1})
    assert numbers.referrers == {"a.org": 1}


def test_fifty_pages_are_named_the_most_viewed_first_and_others_last():
    line = Timeline()
    for number in range(60):
        for _ in range(2 if number < 3 else 1):
            line.event(NOON, page=f"/{number:02}")
    pages = summary(line).pages_visited
    assert list(pages)[:3] == ["/00", "/01", "/02"]
    assert (list(pages)[-1], pages["(other)"], len(pages)) == ("(other)", 10, 51)
    assert sum(pages.values()) == 63


def test_under_a_filter_too_the_most_viewed_pages_are_named():
    #   one visit: 1,100 pages once each, then /top fifty times
    line = Timeline()
    for number in range(1_100):
        line.event(NOON, page=f"/{number}", country="India")
    for _ in range(50):
        line.event(NOON, page="/top", country="India")
    pages = summary(line, INDIA).pages_visited
    assert pages.get("/top") == 50
    assert sum(pages.values()) == 1_150


def test_detailed_stats_hold_the_unfiltered_and_the_filtered_numbers(line: Timeline):
    answer = query.detailed(line.model, INDIA, line.model.now)
    assert (answer.filter.country, answer.filter.page) == ("India", None)
    assert (answer.stats.total_active, answer.filtered.total_active) == (3, 1)
    assert [s.session_id for s in answer.filtered.sessions] == ["ann"]
    assert {e.session_id for e in answer.filtered.events} == {"ann", "dan"}


def test_of_more_than_a_hundred_sessions_detailed_stats_and_snapshot_show_the_newest_hundred():
    line = Timeline()
    line.record(NOON, *(event(session_id=f"s{n}", country="India") for n in range(101)))
    for shown in (
        query.detailed(line.model, INDIA, NOON).filtered.sessions,
        snapshot(line.model, NOON, dashboards=0, epoch="e").sessions,
    ):
        assert [s.session_id for s in shown] == [f"s{n}" for n in range(100, 0, -1)]
