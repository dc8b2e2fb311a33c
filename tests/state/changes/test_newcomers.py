"""Sources that bring people for the first time, and the alert about them."""

import pytest

from state.alert_rules.rule import AlertRule
from state.changes import newcomers as module
from state.changes.newcomers import KNOWN_S, NEW_S, Newcomers
from state.checkpoint import dump, restore
from state.event import UNKNOWN
from tests.state.watching.site import DAY, HOUR, Site
from tests.support import NOON

NEW_SOURCE = AlertRule("new source", "new_source")
OLD = ["google.com"] * 40 + ["github.com"] * 10
HN = "news.ycombinator.com"


def lived(minutes: int = DAY) -> Site:
    """Forty people from google.com and ten from github.com, a day long unless said otherwise."""
    return rush(Site(NEW_SOURCE), minutes)


def rush(site: Site, minutes: int, *new: str) -> Site:
    """The same people for so long, and others from these sources."""
    sources = [*OLD, *new]
    site.page_and_source = lambda visitor: ("/", sources[visitor])
    return site.lives(minutes, len(sources))


def test_a_source_that_was_never_seen_is_an_alert_with_itself_as_the_cause():
    site = rush(lived(), 10, *[HN] * 12)
    [alert] = site.alerts
    assert (alert.rule, alert.state) == ("new source", "started")
    assert alert.message == f"New source: 12 here from {HN}"
    assert (alert.cause, alert.threshold, alert.people) == (f"19 % from {HN}", 10, 62)
    assert alert.at - NOON - DAY * 60 == 60, "at the first minute that knows it"


def test_it_ends_when_half_of_the_least_people_have_gone():
    site = rush(lived(), 10, *[HN] * 12)
    rush(site, 10, *[HN] * 5)
    assert site.told == [("new source", DAY + 1, None)]
    rush(site, 10, *[HN] * 4)
    [(_, _, ended)] = site.told
    assert ended is not None
    assert DAY + 20 < ended <= DAY + 26, "their sessions have timed out"
    assert site.alerts[0].end is not None
    assert site.alerts[0].end.startswith("The new source is over after 2")


def test_after_an_hour_a_source_is_not_new_and_does_not_come_again():
    site = rush(lived(), 2 * HOUR, *[HN] * 12)
    assert site.told == [("new source", DAY + 1, DAY + HOUR + 1)]
    rush(rush(site, HOUR), HOUR, *[HN] * 30)
    assert len(site.alerts) == 1


def test_a_few_people_are_none_and_more_of_them_within_the_hour_are():
    site = rush(lived(), 30, *[HN] * 9)
    assert site.alerts == []
    rush(site, 10, *[HN] * 10)
    assert [alert.message for alert in site.alerts] == [f"New source: 10 here from {HN}"]


def test_on_the_first_day_all_sources_are_new_and_none_is_an_alert():
    assert rush(lived(DAY - 30), 10, *[HN] * 30).alerts == []


@pytest.mark.parametrize("source", ["", "Direct"])
def test_people_without_a_source_come_from_none(source: str):
    assert rush(lived(), 10, *[source] * 30).alerts == []


def test_of_two_new_sources_the_larger_one_is_told():
    site = rush(lived(), 10, *["lobste.rs"] * 12, *[HN] * 14)
    assert [alert.causes[0].name for alert in site.alerts] == [HN]


def test_from_a_checkpoint_within_an_alert_all_goes_on_alike():
    whole, later = rush(lived(), 10, *[HN] * 12), Site(NEW_SOURCE)
    restore(later.analytics, list(dump(whole.analytics)))
    later.minute = whole.minute
    for site in (whole, later):
        rush(site, HOUR)
    assert later.alerts == whole.alerts
    assert list(later.model.newcomers.dump()) == list(whole.model.newcomers.dump())


def test_a_source_is_new_for_an_hour_and_again_after_35_days():
    found = Newcomers()
    found.note(0, {"a": 2, UNKNOWN: 9})
    assert found.of(NEW_S - 1, {"a": 1}) == {"a": 1}
    assert found.of(NEW_S, {"a": 1}) == {}
    found.note(KNOWN_S, {"b": 3})
    found.note(KNOWN_S + 60, {"a": 3, "b": 1})
    assert found.of(KNOWN_S + 61, {"a": 4, "b": 6}) == {"b": 6, "a": 4}


def test_made_up_sources_take_no_more_than_their_bytes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SOURCES_BYTES", 1_000)
    found = Newcomers()
    for minute in range(100):
        found.note(minute * 60.0, {f"made-up-{minute}.example": 1, "google.com": 5})
    [kept] = found.dump()
    assert sum(56 + len(name) for name, _, _ in kept.seen) <= 1_000
    assert kept.seen[-1] == ("google.com", 0.0, 99 * 60.0)
