"""A million invented visitors, pages and event ids within twenty minutes, in a process of its own:
prints what is known at the end, and the memory on the way."""

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from resource import getpagesize
from typing import Any

from state import query
from state.alerts import standard_rules
from state.analytics import Analytics
from state.event import Event, EventType
from state.filtering.filter import EVERYTHING
from state.journal.base import Record
from state.model import CountingOptions
from tests.support import NOON, NOTHING_SENT

EVENTS = 1_000_000
STEP_S = 0.0012
LOOKS = 10


def main() -> None:
    rules = standard_rules(spike_threshold=25, cooldown_s=60, milestones=(1_000,))
    house = Analytics(CountingOptions(zone=UTC, max_event_ids=100_000), rules)
    house.has_audience = False
    memory: list[int] = []
    for record in records():
        house.apply(record)
        if record.seq % (EVENTS // LOOKS) == 0:
            memory.append(resident_bytes())
    told = query.summary(
        house.model, EVERYTHING, house.model.now, dashboards=0, totals=NOTHING_SENT
    )
    print(json.dumps({"memory": memory} | numbers(told)))


def records() -> Iterator[Record]:
    for number in range(1, EVENTS + 1):
        event = Event(
            id=f"{number:064x}",
            type=EventType.PAGEVIEW,
            session_id=f"visitor-{number:032x}",
            page=f"/page/{number:032x}",
            country=f"country {number}",
        )
        yield Record(number, NOON - 43_200 + number * STEP_S, (event,))


def numbers(told: Any) -> dict[str, int]:
    return {
        "active": told.total_active,
        "today": told.total_today,
        "events": told.total_events,
        "pages": sum(told.pages_visited.values()),
        "countries": sum(told.countries.values()),
        "last minute": told.visitors_last_minute,
    }


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


if __name__ == "__main__":
    main()
