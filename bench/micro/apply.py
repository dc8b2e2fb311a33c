"""Measure the state alone, without HTTP: microseconds to apply an event with 100,000 sessions
running, memory of 300,000 running sessions of one page and of a day with a million, and the longest
pause.

    python -m bench.micro.apply [--sessions N] [--events N] [--day N] [--running N]

Prints JSON lines. Pauses are in CPU time of this thread, which excludes other processes. The
garbage collector is configured as in the server; a full collection, which the server delays until
it is idle, is timed separately."""

import argparse
import gc
import json
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, thread_time

from bench.harness.sample_records import RandomRecords, new_analytics
from ingest.runtime import gc_policy

CHUNK = 1_000
TIMED_SINGLY = 200
"""Records after each chunk that are timed one by one, for the longest pause."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--day", type=int, default=1_000_000, help="sessions of the day, or 0")
    parser.add_argument("--running", type=int, default=300_000, help="sessions of one page, or 0")
    options = parser.parse_args()
    for measure, sessions in ((measure_running, options.running), (measure_day, options.day)):
        if sessions:
            found = in_own_process(measure, sessions)
            print(json.dumps({measure.__name__.removeprefix("measure_"): found}))
    for has_audience in (False, True):
        applied = measure_apply(options.sessions, options.events, has_audience=has_audience)
        print(json.dumps({"apply": applied}))


def in_own_process(measure: Callable[[int], dict[str, float]], sessions: int) -> dict[str, float]:
    """Measure memory where no other measurement has left any: what it frees stays resident."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (sessions,))


def measure_apply(sessions: int, events: int, *, has_audience: bool) -> dict[str, object]:
    """Return microseconds an event, from means of 1,000, with ``sessions`` running sessions."""
    analytics = new_analytics(has_audience=has_audience)
    source = RandomRecords(sessions, 100.0 / sessions)
    for record in source.next(sessions, new_visitors=True):
        analytics.apply(record)
    gc_policy.freeze_startup_objects()
    times_us: list[float] = []
    longest_s = 0.0
    for _ in range(events // CHUNK):
        records = source.next(CHUNK)
        started_at = perf_counter()
        for record in records:
            analytics.apply(record)
        times_us.append((perf_counter() - started_at) / CHUNK * 1e6)
        for record in source.next(TIMED_SINGLY):
            started_at = thread_time()
            analytics.apply(record)
            longest_s = max(longest_s, thread_time() - started_at)
    times_us.sort()
    return {
        "messages_made": has_audience,
        "sessions": sessions,
        "median_us": round(times_us[len(times_us) // 2], 2),
        "min_us": round(times_us[0], 2),
        "max_us": round(times_us[-1], 2),
        "longest_pause_ms": round(longest_s * 1e3, 2),
    }


def measure_running(sessions: int) -> dict[str, float]:
    """Return the memory of ``sessions`` sessions of one page, all of which are running."""
    analytics = new_analytics(has_audience=False, max_sessions=sessions)
    source = RandomRecords(sessions, 290.0 / sessions)
    gc_policy.freeze_startup_objects()
    before_mb = resident_mb()
    for _ in range(sessions // CHUNK):
        for record in source.next(CHUNK, new_visitors=True):
            analytics.apply(record)
    running = len(analytics.model.sessions)
    used_mb = resident_mb() - before_mb
    return {
        "sessions": running,
        "mb": round(used_mb, 1),
        "bytes_each": round(used_mb * 2**20 / running),
    }


def measure_day(sessions: int) -> dict[str, float]:
    """Return the memory after a day of ``sessions`` single-event sessions, and the longest
    pause."""
    analytics = new_analytics(has_audience=False)
    source = RandomRecords(sessions, 43_000.0 / sessions)
    gc_policy.freeze_startup_objects()
    before_mb, longest_s = resident_mb(), 0.0
    for _ in range(sessions // CHUNK):
        for record in source.next(CHUNK, new_visitors=True):
            started_at = thread_time()
            analytics.apply(record)
            longest_s = max(longest_s, thread_time() - started_at)
    assert analytics.model.day.visitors.count == sessions // CHUNK * CHUNK
    used_mb = resident_mb() - before_mb
    started_at = thread_time()
    gc.collect()
    return {
        "sessions": sessions,
        "mb": round(used_mb, 1),
        "full_collection_ms": round((thread_time() - started_at) * 1e3, 2),
        "longest_pause_ms": round(longest_s * 1e3, 2),
    }


def resident_mb() -> float:
    """Read the resident set size of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    main()
