"""Each site is what a server of its own would be; one journal holds all."""

from itertools import cycle
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from state.checkpoint import CheckpointMismatch
from state.event import BotHit, Entry, Event, EventType, Logout, Reset, Tick
from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.journal.base import Record
from state.journal.codec import decode, encode
from state.settings.site_names import SiteNames
from state.sites.checkpoint import dump_sites, restore_sites
from state.sites.keys import SiteKeys
from state.sites.site import Site
from state.sites.sites import Sites
from state.wire.messages import encode as encode_message
from tests.state.histories import (
    FILTERS,
    ZONE_NAME,
    Step,
    analytics,
    answers,
    records_of,
    starts,
    steps,
)
from tests.state.naive import Naive
from tests.state.test_naive_model import check, check_sessions
from tests.support import NOON, event

KEYS = ("shop", "blog", "docs")
BECOME_BOTS = (EventType.CLICK, EventType.CUSTOM)
GOALS = ("scroll", "/a", "/*", "never")


def sites(*items: str, most: int = 5, **limits: object) -> Sites:
    def make(key: str, name: str, hosts: tuple[str, ...]) -> Site:
        of = analytics(**limits)
        return Site(key, name, hosts, of, Hub(of, epoch="e"))

    return Sites(SiteKeys(SiteNames.of(items, most)), make)


def scattered(history: list[Step], dice: list[int]) -> list[Step]:
    """The same history with each entry at one of three sites, and a bot now and then."""
    turns = cycle(dice)
    return [
        (pause, [_at(KEYS[next(turns)], each, next(turns)) for each in what])
        for pause, what in history
    ]


def _at(key: str, entry: Entry, turn: int) -> Entry:
    if isinstance(entry, Tick | Logout):
        return entry
    if isinstance(entry, Event) and turn == 2 and entry.type in BECOME_BOTS:
        return BotHit("Googlebot", key)
    return replace(entry, site=key)


def apply(to: Sites, record: Record) -> dict[str, list[bytes]]:
    """The messages of a record by site."""
    said: dict[str, list[bytes]] = {}
    for part in to.parts(record):
        applied = part.site.analytics.apply(part.record)
        said[part.site.key] = [encode_message(message) for message in applied.messages]
    return said


dice = st.lists(st.integers(0, 2), min_size=1, max_size=60)


@given(starts, steps, dice)
def test_each_site_says_what_a_server_of_its_own_would_say(
    start: float, history: list[Step], turns: list[int]
):
    #   journal:   shop+blog   tick   blog   shop+docs …     one server
    #   shop's:    shop        tick          shop             servers of their own
    together = sites(*KEYS)
    alone = {key: analytics() for key in KEYS}
    for record in records_of(start, scattered(history, turns)):
        said = apply(together, record)
        for key, of in alone.items():
            own = tuple(e for e in record.what if isinstance(e, Tick) or e.site == key)  # type: ignore[union-attr]
            messages = of.apply(replace(record, what=own)).messages if own else []
            assert said.get(key, []) == [encode_message(message) for message in messages]
            site = together.named(key)
            assert site is not None
            assert answers(site.analytics, site.model.now) == answers(of, site.model.now)
            assert site.model.bots.counts(record.at) == of.model.bots.counts(record.at)


@given(starts, steps, dice, st.sampled_from(FILTERS))
def test_every_number_of_a_site_equals_a_naive_count(
    start: float, history: list[Step], turns: list[int], wanted: Filter
):
    """Of people, signals, tabs, bots and goals, whatever happens at the other sites."""
    journal = records_of(start, scattered(history, turns))
    together = sites(*KEYS, goals=GOALS)
    for record in journal:
        apply(together, record)
    for site in together:
        own = [
            replace(record, what=what)
            for record in journal
            if (what := tuple(e for e in record.what if getattr(e, "site", None) == site.key))
        ]
        if not own:
            continue
        naive = Naive(own, ZoneInfo(ZONE_NAME))
        naive.now = now = site.model.now
        check(site.analytics, naive, wanted)
        check_sessions(site.analytics, naive, wanted)
        bots = site.model.bots.counts(now)
        assert (bots.today, bots.names) == (naive.bots_today().total(), naive.bots_today())
        assert bots.last_minute == naive.bots_last_minute()
        assert site.model.day.goals is not None
        assert site.model.day.goals.counts() == naive.goals(GOALS)


@given(starts, steps, dice, st.data())
def test_all_sites_go_on_from_a_checkpoint(
    start: float, history: list[Step], turns: list[int], data: st.DataObject
):
    journal = records_of(start, scattered(history, turns))
    cut = data.draw(st.integers(0, len(journal)))
    whole, later = sites(*KEYS), sites(*KEYS)
    for record in journal[:cut]:
        apply(whole, record)
    restore_sites(later, list(dump_sites(whole)))
    for record in journal[cut:]:
        assert apply(later, record) == apply(whole, record)
    for one, other in zip(whole, later, strict=True):
        now = one.model.now
        assert answers(one.analytics, now) == answers(other.analytics, now)


@given(steps, dice)
def test_the_entries_of_sites_come_back_from_a_journal(history: list[Step], turns: list[int]):
    for _, what in scattered(history, turns):
        assert decode(encode(what)) == tuple(what)


def test_entries_without_a_site_are_the_first_ones():
    of = sites(*KEYS)
    apply(of, Record(1, NOON, (event(), Reset("x", "blog"), BotHit("Bot"))))
    assert [len(site.model.sessions) for site in of] == [1, 0, 0]
    assert of.first.model.bots.counts(NOON).today == 1
    assert of.first.name == "shop"


def test_entries_of_a_site_that_the_settings_have_not_are_left_out():
    of = sites("shop")
    record = Record(1, NOON, (event(site="blog"), event(site="shop"), event(site="blog")))
    (part,) = of.parts(record)
    assert (part.site.name, part.places) == ("shop", [1])
    assert of.named("blog") is None


def test_with_a_star_a_site_begins_with_its_first_entry_up_to_the_most():
    of, begun = sites("*", most=3), []
    of.on_begin(lambda site: begun.append(site.name))
    apply(of, Record(1, NOON, tuple(event(site=key) for key in ("a", "b", "c", "a"))))
    assert begun == ["a", "b"]
    assert [site.name for site in of] == ["default", "a", "b"]
    assert [site.model.day.events for site in of] == [1, 2, 1], "c's event isn't lost"


def test_a_reset_of_a_site_resets_that_one_alone():
    of = sites(*KEYS)
    apply(of, Record(1, NOON, tuple(event(site=key) for key in KEYS)))
    apply(of, Record(2, NOON + 1, (Reset("test", "blog"),)))
    assert [site.model.day.events for site in of] == [1, 0, 1]


def test_a_tick_is_for_the_sites_where_something_is_due():
    of = sites(*KEYS)
    apply(of, Record(1, NOON, (event(site="blog"),)))
    seqs = [site.model.seq for site in of]
    assert not of.due(NOON + 5)
    assert of.due(NOON + 61)
    assert [part.site.name for part in of.parts(Record(2, NOON + 61, (Tick(),)))] == ["blog"]
    assert [site.model.seq for site in of] == seqs


def test_a_checkpoint_of_one_site_is_loaded_as_the_first_of_several():
    before, after = sites(), sites(*KEYS)
    apply(before, Record(1, NOON, (event(),)))
    restore_sites(after, list(dump_sites(before)))
    assert [site.model.day.events for site in after] == [1, 0, 0]


def test_a_checkpoint_leaves_out_a_site_that_is_gone_and_a_new_one_is_empty():
    before, after = sites("shop", "blog"), sites("docs", "blog")
    apply(before, Record(1, NOON, (event(site="shop"), event(site="blog"))))
    restore_sites(after, list(dump_sites(before)))
    assert [(site.name, site.model.day.events) for site in after] == [("docs", 0), ("blog", 1)]


def test_a_checkpoint_that_breaks_off_changes_nothing():
    before, after = sites(*KEYS), sites(*KEYS)
    apply(before, Record(1, NOON, tuple(event(site=key) for key in KEYS)))
    pieces = list(dump_sites(before))
    for cut in (1, len(pieces) // 2, len(pieces) - 1):
        with pytest.raises(CheckpointMismatch):
            restore_sites(after, pieces[:cut])
        assert [site.model.day.events for site in after] == [0, 0, 0]
    other = sites(*KEYS, max_names=7)
    with pytest.raises(CheckpointMismatch):
        restore_sites(other, pieces)
    assert [site.model.day.events for site in other] == [0, 0, 0]


def test_a_checkpoint_in_which_two_sites_became_one_is_refused():
    before, after = sites("*", most=2), sites("shop", "blog")
    apply(before, Record(1, NOON, (event(), event(site="shop"))))
    with pytest.raises(CheckpointMismatch, match="are one by these settings"):
        restore_sites(after, list(dump_sites(before)))
    assert [site.model.day.events for site in after] == [0, 0]
