"""Measure what a filter costs: how long its counts take to build and block the event loop, how long
a query takes afterwards, and how much more an event costs while filters are in use.

    python -m bench.micro.filters [--sessions N] [--steps N] [--events N]

Prints JSON lines."""

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Sequence
from datetime import UTC
from time import perf_counter

from bench.harness.sample_records import NOON
from ingest.runtime import gc_policy
from ingest.runtime.filter_builder import FilterBuilder
from state import query
from state.analytics import Analytics
from state.event import Event, EventType
from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.journal.base import Record
from state.model import CountingOptions
from state.query import IngestTotals

PAGES = 2_000
COUNTRIES = ("India", "USA", "Germany", "Brazil")
FILTERS = (
    Filter(page="/"),
    Filter(page="/page-0"),
    Filter(page="/page-1999"),
    Filter(country="India"),
    Filter("USA", "/page-0"),
)
NO_TOTALS = IngestTotals(0, 0, 0, {})
SLEEP_S = 0.0005


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--steps", type=int, default=10, help="events of each session")
    parser.add_argument("--events", type=int, default=20_000, help="events to time")
    options = parser.parse_args(arguments)
    analytics = filled_analytics(options.sessions, options.steps)
    gc_policy.freeze_startup_objects()
    asyncio.run(measure(analytics, options.events))


async def measure(analytics: Analytics, events: int) -> None:
    model = analytics.model
    builder = FilterBuilder(model, Hub(analytics, epoch="bench"), lambda: model.now)
    running = asyncio.create_task(builder.run())
    await asyncio.sleep(0.1)
    measure_events("no filter", analytics, events)
    for filter_ in FILTERS:
        await measure_filter(builder, analytics, filter_)
    measure_events(f"{len(FILTERS)} filters", analytics, events)
    running.cancel()


async def measure_filter(builder: FilterBuilder, analytics: Analytics, filter_: Filter) -> None:
    """Build the counts of one filter, then query them."""
    model, pauses = analytics.model, [0.0]
    monitor = asyncio.create_task(record_pauses(pauses))
    started_at = perf_counter()
    assert await builder.wait_for(filter_) is None
    build_s = perf_counter() - started_at
    monitor.cancel()
    started_at = perf_counter()
    summary = query.summary(model, filter_, model.now, dashboards=0, totals=NO_TOTALS)
    query.sessions(model, filter_, model.now)
    query_s = perf_counter() - started_at
    row = {
        "filter": f"{filter_.country or ''} {filter_.page or ''}".strip(),
        "active": summary.total_active,
        "build_ms": round(build_s * 1000, 1),
        "longest_pause_ms": round(max(pauses) * 1000, 1),
        "query_ms": round(query_s * 1000, 2),
    }
    print(json.dumps(row), flush=True)


def measure_events(what: str, analytics: Analytics, events: int) -> None:
    """Time new events of 100 running sessions."""
    choice, model = random.Random(2), analytics.model
    made = [
        random_event(choice, 10**9 + model.seq + n, choice.randrange(100), 1) for n in range(events)
    ]
    started_at = perf_counter()
    for number, event in enumerate(made):
        analytics.apply(Record(number, model.now + 1e-4, (event,)))
    spent_s = perf_counter() - started_at
    print(json.dumps({"event": what, "us": round(spent_s / events * 1e6, 2)}), flush=True)


async def record_pauses(pauses: list[float]) -> None:
    """Append, for each short sleep, by how many seconds it was late."""
    while True:
        started_at = perf_counter()
        await asyncio.sleep(SLEEP_S)
        pauses.append(perf_counter() - started_at - SLEEP_S)


def filled_analytics(sessions: int, steps: int) -> Analytics:
    """Make a state with ``sessions`` running sessions of ``steps`` events each."""
    analytics = Analytics(CountingOptions(zone=UTC, session_timeout_s=3_000), [])
    analytics.has_audience = False
    choice, number = random.Random(1), 0
    for step in range(steps):
        for session in range(sessions):
            number += 1
            event = random_event(choice, number, session, step)
            analytics.apply(Record(number, NOON + number * 1e-3, (event,)))
    return analytics


def random_event(choice: random.Random, number: int, session: int, step: int) -> Event:
    """Make a pageview: of ``/`` in step 0, then of pages with small numbers more often."""
    page = "/" if not step else f"/page-{int(PAGES * choice.random() ** 3)}"
    country = COUNTRIES[session % len(COUNTRIES)]
    return Event(str(number), EventType.PAGEVIEW, f"visitor-{session}", page, country=country)


if __name__ == "__main__":
    main(sys.argv[1:])
