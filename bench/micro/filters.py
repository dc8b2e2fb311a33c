"""What a filter costs: how long the event loop stands still while a new one is counted, how long
that takes, what a question takes afterwards, and what an event costs more with filters in use.

``python -m bench.micro.filters [--sessions N] [--steps N]``; JSON lines."""

import argparse
import asyncio
import json
import random
import sys
from datetime import UTC
from time import perf_counter

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

START = 1_753_012_800.0
PAGES = 2_000
COUNTRIES = ("India", "USA", "Germany", "Brazil")
NOTHING = IngestTotals(0, 0, 0, {})
BEAT_S = 0.0005


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--events", type=int, default=20_000, help="to measure what one costs")
    asked = parser.parse_args(arguments)
    house = filled(asked.sessions, asked.steps)
    gc_policy.begin()
    asyncio.run(measure(house, asked.events))


def filled(sessions: int, steps: int) -> Analytics:
    house = Analytics(CountingOptions(zone=UTC, session_timeout_s=3_000), [])
    house.has_audience = False
    dice, number = random.Random(1), 0
    for step in range(steps):
        for session in range(sessions):
            number += 1
            house.apply(
                Record(number, START + number * 1e-3, (event(dice, number, session, step),))
            )
    return house


def event(dice: random.Random, number: int, session: int, step: int) -> Event:
    """Each visit begins at ``/``; the other pages are seen the more the smaller their number."""
    page = "/" if not step else f"/page-{int(PAGES * dice.random() ** 3)}"
    country = COUNTRIES[session % len(COUNTRIES)]
    return Event(str(number), EventType.PAGEVIEW, f"visitor-{session}", page, country=country)


async def measure(house: Analytics, events: int) -> None:
    model = house.model
    builder = FilterBuilder(model, Hub(house, epoch="bench"), lambda: model.now)
    running = asyncio.create_task(builder.run())
    await asyncio.sleep(0.1)
    cost_of_events("no filter", house, events)
    for wanted in (Filter(page="/"), Filter(page="/page-0"), Filter(page="/page-1999")):
        await ask(builder, house, wanted)
    await ask(builder, house, Filter(country="India"))
    await ask(builder, house, Filter("USA", "/page-0"))
    cost_of_events("5 filters", house, events)
    running.cancel()


async def ask(builder: FilterBuilder, house: Analytics, wanted: Filter) -> None:
    model, pauses = house.model, [0.0]
    beating = asyncio.create_task(beat(pauses))
    began = perf_counter()
    assert await builder.complete(wanted) is None
    counted_s = perf_counter() - began
    beating.cancel()
    began = perf_counter()
    told = query.summary(model, wanted, model.now, dashboards=0, account=NOTHING)
    query.sessions(model, wanted, model.now)
    question_s = perf_counter() - began
    row = {
        "filter": f"{wanted.country or ''} {wanted.page or ''}".strip(),
        "active": told.total_active,
        "counted_ms": round(counted_s * 1000, 1),
        "longest_pause_ms": round(max(pauses) * 1000, 1),
        "question_ms": round(question_s * 1000, 2),
    }
    print(json.dumps(row), flush=True)


async def beat(pauses: list[float]) -> None:
    """Notes by how much each short sleep was longer than asked."""
    while True:
        began = perf_counter()
        await asyncio.sleep(BEAT_S)
        pauses.append(perf_counter() - began - BEAT_S)


def cost_of_events(what: str, house: Analytics, events: int) -> None:
    """Events of sessions that are there, behind all that came before."""
    dice, model = random.Random(2), house.model
    made = [event(dice, 10**9 + model.seq + n, dice.randrange(100), 1) for n in range(events)]
    began = perf_counter()
    for number, each in enumerate(made):
        house.apply(Record(number, model.now + 1e-4, (each,)))
    spent_s = perf_counter() - began
    print(json.dumps({"event": what, "us": round(spent_s / events * 1e6, 2)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
