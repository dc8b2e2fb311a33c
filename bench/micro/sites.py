"""Measure what sites cost: memory of an idle site, and an event on a hundred sites beside one on a
single site, in turns, at the same number of sessions."""

import argparse
import json
import tracemalloc
from statistics import median
from time import perf_counter

from state.event import Event, EventType
from state.journal.base import Record
from state.settings.settings import Settings
from state.sites.factory import build_sites
from state.sites.sites import Sites

SITES = 100
BEGUN = 1_800_000_000.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print(json.dumps({"idle": {"kib_each": round(idle_kib(), 1)}}))
    times: dict[int, list[float]] = {1: [], SITES: []}
    for _ in range(asked.rounds):
        for number in times:
            times[number].append(event_us(number, asked.events, asked.sessions))
    us = {number: median(each) for number, each in times.items()}
    ratio = round(us[SITES] / us[1], 2)
    print(json.dumps({"event": {"one_us": us[1], "hundred_us": us[SITES], "ratio": ratio}}))


def idle_kib() -> float:
    """Memory of a site that had one visitor, and has none since a day."""
    sites = build_sites(Settings(sites=("*",), max_sites=SITES + 1))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(SITES):
        apply(sites, number, BEGUN, _event(number, f"site-{number}"))
    for hour in range(1, 25):
        for site in sites:
            site.analytics.apply(Record(0, BEGUN + 3_600 * hour, ()))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / SITES / 1024


def event_us(number: int, events: int, sessions: int) -> float:
    """Microseconds an event, each in a record of its own, spread over so many sites."""
    names = [f"site-{each}" for each in range(number)]
    sites = build_sites(Settings(sites=tuple(names)))
    for site in sites:
        site.analytics.has_audience = False
    made = [_event(n, names[n % number], f"s{n % sessions}") for n in range(events + sessions)]
    for place, event in enumerate(made[:sessions]):
        apply(sites, place, BEGUN + place / 1_000, event)
    began = perf_counter()
    for place, event in enumerate(made[sessions:], sessions):
        apply(sites, place, BEGUN + place / 1_000, event)
    return round((perf_counter() - began) / events * 1e6, 2)


def apply(sites: Sites, seq: int, at: float, event: Event) -> None:
    for part in sites.parts(Record(seq, at, (event,))):
        part.site.analytics.apply(part.record)


def _event(number: int, site: str, session: str = "ann") -> Event:
    return Event(f"e{number}", EventType.PAGEVIEW, session, page=f"/{number % 20}", site=site)


if __name__ == "__main__":
    main()
