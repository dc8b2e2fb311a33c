"""The sentence names what explains most of a change; the tops behind it are exact or unknown."""

import pytest

from state.changes import tops
from state.changes.cause import Cause, causes
from state.changes.tops import KeptTops, PeopleTops, changes
from state.sessions import live_counter
from state.sessions.labels import NO_LABELS, learn
from state.sessions.live_counter import LiveCounter
from state.sessions.people import People


def people(*groups: tuple[int, str, str, str]) -> People:
    """Groups of so many people: page, source, country."""
    made = People()
    for count, page, source, country in groups:
        labels = learn(NO_LABELS, {"device": "desktop", "referrer": source})
        for _ in range(count):
            made.enter((page, page, country, labels))
    return made


def kept(of: People, at: float = 600.0) -> KeptTops:
    moments = PeopleTops()
    moments.advance(at, of)
    top = moments.since(at)
    assert top is not None
    return top


CALM = ((18, "/", "google.com", "USA"), (10, "/pricing", "Unknown", "India"))


def test_a_rush_is_explained_by_its_source_its_page_and_nothing_else():
    rush = people(*CALM, (80, "/blog/x", "news.ycombinator.com", "USA"), (20, "/", "a.org", "UK"))
    assert causes(rush, kept(people(*CALM))) == (
        Cause("sources", "news.ycombinator.com", 80, 0.8),
        Cause("pages", "/blog/x", 80, 0.8),
        Cause("countries", "USA", 80, 0.8),
    )


def test_what_was_always_large_explains_nothing():
    """Most are from Google before and after: the ten more from elsewhere are the cause."""
    before = people((500, "/", "google.com", "USA"))
    now = people((500, "/", "google.com", "USA"), (10, "/jobs", "a.org", "India"))
    assert [cause.name for cause in causes(now, kept(before))] == ["a.org", "/jobs", "India"]


def test_fewer_people_are_explained_by_who_is_missing():
    before = people((40, "/", "google.com", "USA"), (60, "/checkout", "a.org", "India"))
    now = people((38, "/", "google.com", "USA"), (3, "/checkout", "a.org", "India"))
    best = causes(now, kept(before))[0]
    assert (best.name, best.change, round(best.share, 2)) == ("a.org", -57, 0.97)


def test_without_a_name_that_stands_out_there_is_no_cause():
    spread = [(2, f"/{n}", f"{n}.org", f"Country {n}") for n in range(20)]
    assert causes(people(*spread), kept(People())) == ()
    nameless = people((50, "", "Unknown", "Unknown"))
    assert causes(nameless, kept(People())) == ()
    assert causes(people(*CALM), kept(people(*CALM))) == ()


def test_a_name_that_was_too_small_to_be_kept_counts_for_at_least_its_rise(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(tops, "TOP_KEPT", 2)
    before = people((9, "/a", "a", "A"), (5, "/b", "b", "B"), (3, "/c", "c", "C"))
    now = people((9, "/a", "a", "A"), (5, "/b", "b", "B"), (45, "/c", "c", "C"))
    top = kept(before)
    assert top.tops["sources"].count("c") is None
    assert causes(now, top)[0] == Cause("sources", "c", 42, 1.0)
    assert changes(top, "sources", {"c": 45, "a": 9}) == [None, 0]


def test_changes_are_against_the_first_minute_that_is_kept():
    moments = PeopleTops()
    for minute in range(40):
        moments.advance(minute * 60.0, people((minute, "/", "a", "A")))
    first = moments.since(0.0)
    assert first is not None
    assert (first.at, first.people) == (9 * 60.0, 9)
    assert moments.since(39 * 60.0 + 1) is None
    assert changes(first, "pages", {"/": 12, "/new": 4}) == [3, 4]


def test_a_top_does_not_depend_on_the_order_of_its_counts_or_on_what_was_asked_before():
    """With more names than are looked through: of equal counts all are in it or none."""
    names = [f"/{number}" for number in range(live_counter.FEW + 500)]
    one, other = LiveCounter(), LiveCounter()
    for name in names[:40]:
        one.add(name)
    for name in names:
        one.add(name)
    one.largest(20)
    for name in reversed(names):
        other.add(name)
    for name in reversed(names[:40]):
        other.add(name)
    assert tops.top_of(one) == tops.top_of(other)
    assert tops.top_of(one).counts == dict.fromkeys(sorted(names[:40]), 2)
    assert tops.top_of(one).floor == 1
