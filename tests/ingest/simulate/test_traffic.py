"""The traffic of the simulator: reproducible, at the asked rate, and what its scenario says."""

from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from ingest.pipeline.schema import read_plain
from ingest.simulate.audience import HACKER_NEWS, awake
from ingest.simulate.scenarios import BOT_COUNTRY, SCENARIOS
from ingest.simulate.traffic import Traffic
from ingest.simulate.website import CHECKOUT, LEAVE, PAGES, PAID
from state.wire.messages import encode

MINUTES = 5


def traffic(name: str, rate: float = 50, seed: int = 1) -> Traffic:
    return Traffic(SCENARIOS[name], rate, seed, hour=lambda _: 14.0)


@cache
def by_minute(name: str, rate: float = 50, minutes: int = MINUTES) -> list[list[dict[str, Any]]]:
    made = traffic(name, rate)
    return [made.until(60.0 * minute) for minute in range(1, minutes + 1)]


def everything(name: str) -> list[dict[str, Any]]:
    return [event for minute in by_minute(name) for event in minute]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_seed_gives_the_same_events_however_often_they_are_asked_for(name: str):
    small, large = traffic(name, rate=10), traffic(name, rate=10)
    in_steps = [event for step in range(1, 1_001) for event in small.until(step * 0.09)]
    assert in_steps == large.until(90.0)
    assert in_steps != traffic(name, rate=10, seed=2).until(90.0)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_event_is_one_that_the_server_takes(name: str):
    events = everything(name)
    assert all(read_plain(encode(event)) is not None for event in events)
    assert len({event["eventId"] for event in events}) == len(events)


def test_a_calm_day_has_the_rate_from_its_first_minute():
    numbers = [len(minute) for minute in by_minute("calm", rate=100, minutes=8)]
    assert 0.85 < sum(numbers) / (8 * 60 * 100) < 1.15
    assert all(0.6 < number / (60 * 100) < 1.4 for number in numbers)


def test_people_go_where_links_lead():
    journeys: defaultdict[str, list[str]] = defaultdict(list)
    for event in everything("calm"):
        if event["type"] == "pageview":
            journeys[event["sessionId"]].append(event["page"])
    assert max(map(len, journeys.values())) > 5
    for pages in journeys.values():
        assert all(after in PAGES[before].next for before, after in pairwise(pages))


def test_every_page_can_be_left_and_reached():
    assert all(LEAVE in page.next for page in PAGES.values())
    assert all(name in PAGES for page in PAGES.values() for name in page.next if name != LEAVE)


def test_a_launch_multiplies_the_visitors_and_most_come_from_there():
    before, *after = by_minute("launch")
    assert max(map(len, after)) > 2 * len(before)
    sources = Counter(event["metadata"].get("referrer") for event in after[0])
    assert sources.most_common(1)[0][0] == HACKER_NEWS
    assert HACKER_NEWS not in {event["metadata"].get("referrer") for event in before}


def test_bots_come_in_waves_and_click_nothing():
    bots = [event for event in everything("bot-wave") if event["country"] == BOT_COUNTRY]
    assert {event["type"] for event in bots} == {"pageview"}
    assert len(bots) > 1_000


def test_nobody_pays_during_the_outage():
    minutes = [Counter(event["page"] for event in m) for m in by_minute("checkout-outage", 150, 6)]
    failed = [
        sum(event.get("name") == "payment-failed" for event in minute)
        for minute in by_minute("checkout-outage", 150, 6)
    ]
    assert failed[0] == 0
    assert min(failed[1:4]) > 0
    assert failed[5] == 0
    assert minutes[0][PAID] > 0
    assert minutes[2][PAID] == minutes[3][PAID] == 0
    assert minutes[5][PAID] > 0
    assert min(minute[CHECKOUT] for minute in minutes) > 0


def test_the_night_empties_the_website_and_continents_sleep_in_turn():
    numbers = [len(minute) for minute in by_minute("night", minutes=6)]
    assert numbers[5] < 0.15 * numbers[0]
    assert awake("Japan", 6.0) > 3 * awake("United States", 6.0)
    assert awake("United States", 21.0) > 3 * awake("Japan", 18.0)
