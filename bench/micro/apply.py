"""Measures the numbers alone, without HTTP: what an event costs with 100,000 sessions running, what
a million sessions of one day take of memory, and the longest pause (in time of this process: what
the machine gives to others is none of ours). The collector is set as the server sets it; a full
collection, for which the server awaits a quiet moment, is timed by itself.

``python -m bench.micro.apply``; JSON lines."""

import argparse
import gc
import json
import random
from datetime import UTC
from pathlib import Path
from time import perf_counter, thread_time

from ingest.runtime import gc_policy
from state.alerts import standard_rules
from state.analytics import Analytics
from state.event import Event, EventType
from state.journal.base import Record
from state.model import CountingOptions

NOON = 1_753_012_800.0
KINDS = (EventType.PAGEVIEW,) * 7 + (EventType.CLICK,) * 2 + (EventType.CUSTOM,)
COUNTRIES = ("India", "USA", "Germany", "France", "Brazil", "Japan", "Kenya", None)
METADATA = tuple(
    {"device": device, "referrer": referrer}
    for device in ("desktop", "mobile")
    for referrer in ("google.com", "github.com")
)


class Stream:
    """Events of random visitors. The clock goes on by ``step_s`` an event."""

    def __init__(self, sessions: int, step_s: float, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._sessions = sessions
        self._step_s = step_s
        self._number = 0
        self._at = NOON

    def records(self, number: int, *, fresh: bool = False) -> list[Record]:
        return [self._record(fresh) for _ in range(number)]

    def _record(self, fresh: bool) -> Record:
        self._number += 1
        self._at += self._step_s
        choice = self._random
        visitor = self._number if fresh else choice.randrange(self._sessions)
        event = Event(
            id=f"event-{self._number}",
            type=choice.choice(KINDS),
            session_id=f"visitor-{visitor}",
            page=f"/page/{int(choice.expovariate(0.02))}",
            country=COUNTRIES[visitor % len(COUNTRIES)],
            metadata=METADATA[visitor % len(METADATA)],
        )
        return Record(self._number, self._at, (event,))


def analytics(*, heard: bool) -> Analytics:
    rules = standard_rules(spike_threshold=25, cooldown_s=60, milestones=(10, 100, 1_000))
    house = Analytics(CountingOptions(zone=UTC), rules)
    house.has_audience = heard
    return house


def apply_us(sessions: int, events: int, *, heard: bool) -> dict[str, object]:
    """Microseconds an event, mean of each 1,000, with so many sessions running."""
    house, stream = analytics(heard=heard), Stream(sessions, 100.0 / sessions)
    for record in stream.records(sessions, fresh=True):
        house.apply(record)
    gc_policy.begin()
    times: list[float] = []
    longest = 0.0
    for _ in range(events // 1_000):
        records = stream.records(1_000)
        began = perf_counter()
        for record in records:
            house.apply(record)
        times.append((perf_counter() - began) * 1e3)
        for record in stream.records(200):
            began = thread_time()
            house.apply(record)
            longest = max(longest, thread_time() - began)
    times.sort()
    return {
        "messages made": heard,
        "sessions": sessions,
        "median_us": round(times[len(times) // 2], 2),
        "least_us": round(times[0], 2),
        "most_us": round(times[-1], 2),
        "longest_pause_ms": round(longest * 1e3, 2),
    }


def day_of(sessions: int, events_each: int) -> dict[str, float]:
    """Memory after a day of so many sessions, and the longest pause in it."""
    house, stream = analytics(heard=False), Stream(sessions, 43_000.0 / sessions / events_each)
    gc_policy.begin()
    before, longest = resident_mb(), 0.0
    for _ in range(sessions * events_each // 1_000):
        for record in stream.records(1_000, fresh=True):
            began = thread_time()
            house.apply(record)
            longest = max(longest, thread_time() - began)
    assert house.model.day.visitors.count == sessions * events_each
    megabytes = resident_mb() - before
    began = thread_time()
    gc.collect()
    return {
        "sessions": sessions,
        "mb": round(megabytes, 1),
        "full_collection_ms": round((thread_time() - began) * 1e3, 2),
        "longest_pause_ms": round(longest * 1e3, 2),
    }


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--day", type=int, default=1_000_000, help="sessions of the day")
    asked = parser.parse_args()
    if asked.day:  # first: memory that is free counts as taken
        print(json.dumps({"day": day_of(asked.day, 1)}))
    for heard in (False, True):
        print(json.dumps({"apply": apply_us(asked.sessions, asked.events, heard=heard)}))


if __name__ == "__main__":
    main()
