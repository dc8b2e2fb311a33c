"""Measures the journals alone, without HTTP: how many appends a second they take when many wait at
once, how long the loop and the slowest of them wait, and how fast a start reads a million events.

``python bench/journal.py [--directory DIR]``; JSON lines. DIR decides which disk it is."""

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from apply import Stream, analytics

from state.journal.base import Follower, Journal
from state.journal.codec import encode
from state.journal.database import row_of
from state.journal.opening import open_journal
from state.journal.sqlite import Durability
from state.journal.store import Store

WAITING = 256
SESSIONS = 100_000
KINDS: tuple[tuple[str, Durability], ...] = (
    ("memory:", "full"),
    ("sqlite:", "full"),
    ("sqlite:", "fast"),
)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=1_000_000, help="that a start reads")
    parser.add_argument("--directory", type=Path, help="where the journals lie")
    asked = parser.parse_args(arguments)
    for kind, durability in KINDS:
        for is_applied in (False, True):
            with TemporaryDirectory(dir=asked.directory) as room:
                name = kind if kind == "memory:" else f"{kind}{room}/visitors.db"
                journal = open_journal(name, durability=durability, epoch="e", clock=time)
                told = asyncio.run(append(journal, asked.appends, is_applied))
            print(json.dumps({"journal": kind, "durability": durability} | told), flush=True)
    with TemporaryDirectory(dir=asked.directory) as room:
        path = Path(room) / "visitors.db"
        write(path, asked.events)
        for what in ("decode", "decode and apply", "decode and apply, no gc"):
            print(json.dumps(asyncio.run(replay(path, what))), flush=True)


async def append(journal: Journal[Any], number: int, is_applied: bool) -> dict[str, Any]:
    """One event a record, always so many of them waiting for their turn."""
    house, waits = analytics(heard=False), [0.0] * number
    await journal.start(Follower(house.apply if is_applied else lambda record: None))
    todo: Iterator[Any] = iter(enumerate(Stream(SESSIONS, 0.0).records(number)))

    async def sender() -> None:
        for place, record in todo:
            asked_at = perf_counter()
            await journal.append(record.what)
            waits[place] = perf_counter() - asked_at
            await asyncio.sleep(0)

    gc.collect()
    began = perf_counter()
    await asyncio.gather(*(sender() for _ in range(WAITING)))
    took_s = perf_counter() - began
    await journal.stop()
    waits.sort()
    return {
        "applied": is_applied,
        "waiting": WAITING,
        "appends_per_s": round(number / took_s),
        "wait_ms_p50": round(waits[number // 2] * 1_000, 2),
        "wait_ms_p99": round(waits[number * 99 // 100] * 1_000, 2),
        "wait_ms_max": round(waits[-1] * 1_000, 2),
    }


def write(path: Path, number: int) -> None:
    """A journal of so many events of one day, one a record."""
    store = Store(path, synchronous="OFF", fresh_epoch="e", clock=time)
    stream = Stream(SESSIONS, 0.01)
    for _ in range(number // 1_000):
        records = stream.records(1_000)
        store.insert([row_of(each.seq, each.at, encode(each.what)) for each in records])
    store.close()


async def replay(path: Path, what: str) -> dict[str, Any]:
    house, bytes_long = analytics(heard=False), os.stat(path).st_size
    journal = open_journal(f"sqlite:{path}", durability="full", epoch="e", clock=time)
    gc.collect()
    if what.endswith("no gc"):
        gc.disable()
    longest = [0.0]
    watching = asyncio.create_task(watch(longest))
    began = perf_counter()
    await journal.start(Follower(house.apply if "apply" in what else lambda record: None))
    took_s = perf_counter() - began
    gc.enable()
    watching.cancel()
    await journal.stop()
    return {
        "replay": what,
        "events": journal.progress.done,
        "seconds": round(took_s, 2),
        "events_per_s": round(journal.progress.done / took_s),
        "bytes_per_event": round(bytes_long / journal.progress.done),
        "loop_longest_ms": round(longest[0] * 1_000, 1),
    }


async def watch(longest: list[float]) -> None:
    """How long others have to wait for their turn at most."""
    while True:
        asked_at = perf_counter()
        await asyncio.sleep(0.001)
        longest[0] = max(longest[0], perf_counter() - asked_at - 0.001)


if __name__ == "__main__":
    main(sys.argv[1:])
