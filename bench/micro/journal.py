"""Measure the journals alone, without HTTP: appends a second with 256 waiting at once, how long an
append waits, and how fast a start reads a million events.

    python -m bench.micro.journal [--appends N] [--events N] [--directory DIR]

Prints JSON lines. DIR decides which disk is measured. Needs redis-server, which runs with
``appendfsync always``."""

import argparse
import asyncio
import gc
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

from bench.harness.percentiles import percentile
from bench.harness.sample_journal import write_journal
from bench.harness.sample_records import RandomRecords, new_analytics
from state.journal.base import Journal, RecordHandler
from state.journal.factory import open_journal, open_reader
from state.journal.sqlite.journal import Durability
from tools.local_processes import running_redis

CONCURRENT_APPENDS = 256
SESSIONS = 100_000
SLEEP_S = 0.001
KINDS: tuple[tuple[str, Durability], ...] = (
    ("memory:", "full"),
    ("sqlite:", "full"),
    ("sqlite:", "fast"),
    ("redis:", "full"),
)
REPLAYS = ("decode", "decode and apply", "decode and apply, no gc")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--appends", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=1_000_000, help="events that a start reads")
    parser.add_argument("--directory", type=Path, help="where the journals are")
    options = parser.parse_args(arguments)
    with (
        TemporaryDirectory(dir=options.directory) as folder,
        running_redis(Path(folder)) as redis,
    ):
        for is_applied in (False, True):
            for kind, durability in KINDS:
                unused = f"{kind[:-1]}-{durability}-{is_applied}"
                url = {
                    "sqlite:": f"sqlite:{folder}/{unused}.db",
                    "redis:": f"{redis.journal}?stream={unused}",
                }.get(kind, kind)
                journal = open_journal(url, durability=durability, epoch="e", clock=time)
                row = asyncio.run(measure_appends(journal, options.appends, is_applied))
                print(json.dumps({"journal": kind, "durability": durability} | row), flush=True)
        path = Path(folder) / "visitors.db"
        write_journal(path, options.events, timestamps=False)
        asyncio.run(copy_journal(f"sqlite:{path}", redis.journal))
        for what in REPLAYS:
            for url in (f"sqlite:{path}", redis.journal):
                print(json.dumps(asyncio.run(measure_replay(url, what))), flush=True)


async def measure_appends(journal: Journal[Any], number: int, is_applied: bool) -> dict[str, Any]:
    """Append one event a record from 256 concurrent senders; apply them if ``is_applied``."""
    analytics, waits_s = new_analytics(has_audience=False), [0.0] * number
    await journal.start(RecordHandler(analytics.apply if is_applied else lambda record: None))
    records: Iterator[Any] = iter(enumerate(RandomRecords(SESSIONS, 0.0).next(number)))

    async def send() -> None:
        for index, record in records:
            appended_at = perf_counter()
            await journal.append(record.what)
            waits_s[index] = perf_counter() - appended_at
            await asyncio.sleep(0)

    gc.collect()
    started_at = perf_counter()
    await asyncio.gather(*(send() for _ in range(CONCURRENT_APPENDS)))
    elapsed_s = perf_counter() - started_at
    await journal.stop()
    waits_s.sort()
    return {
        "applied": is_applied,
        "concurrent": CONCURRENT_APPENDS,
        "appends_per_s": round(number / elapsed_s),
        "wait_ms_p50": round(percentile(waits_s, 50) * 1_000, 2),
        "wait_ms_p99": round(percentile(waits_s, 99) * 1_000, 2),
        "wait_ms_max": round(waits_s[-1] * 1_000, 2),
    }


async def measure_replay(url: str, what: str) -> dict[str, Any]:
    """Start a journal that has events, which reads them all. ``what`` is one of ``REPLAYS``."""
    analytics = new_analytics(has_audience=False)
    journal = open_journal(url, durability="full", epoch="e", clock=time)
    gc.collect()
    if what.endswith("no gc"):
        gc.disable()
    longest_s = [0.0]
    monitor = asyncio.create_task(record_longest_pause(longest_s))
    started_at = perf_counter()
    await journal.start(RecordHandler(analytics.apply if "apply" in what else lambda record: None))
    elapsed_s = perf_counter() - started_at
    gc.enable()
    monitor.cancel()
    await journal.stop()
    return {
        "journal": url.partition(":")[0],
        "replay": what,
        "events": journal.progress.done,
        "seconds": round(elapsed_s, 2),
        "events_per_s": round(journal.progress.done / elapsed_s),
        "longest_pause_ms": round(longest_s[0] * 1_000, 1),
    }


async def record_longest_pause(longest_s: list[float]) -> None:
    """Keep, in the list's one item, the longest time that the event loop was blocked."""
    while True:
        started_at = perf_counter()
        await asyncio.sleep(SLEEP_S)
        longest_s[0] = max(longest_s[0], perf_counter() - started_at - SLEEP_S)


async def copy_journal(source: str, target: str) -> None:
    """Append the events of one journal to another, one a record."""
    journal = open_journal(target, durability="full", epoch="e", clock=time)
    await journal.start(RecordHandler(lambda record: None))
    reader, seq = open_reader(source), 0
    while records := reader.read(seq):
        seq = records[-1].seq
        await asyncio.gather(*(journal.append(record.what) for record in records))
    reader.close()
    await journal.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
