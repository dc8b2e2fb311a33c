"""Measures the journals alone, without HTTP: how many appends a second they take when many wait at
once, how long the loop and the slowest of them wait, and how fast a start reads a million events.

``python -m bench.micro.journal [--directory DIR]``; JSON lines. DIR decides which disk it is. Needs
redis-server; it keeps all (``appendfsync always``)."""

import argparse
import asyncio
import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

from bench.micro.apply import Stream, analytics
from state.journal.base import Journal, RecordHandler
from state.journal.codec import encode
from state.journal.factory import open_journal, open_reader
from state.journal.sqlite.database import row_of
from state.journal.sqlite.journal import Durability
from state.journal.sqlite.store import Store
from tools.demo_cluster import free_ports, redis_command, stop, wait_for

WAITING = 256
SESSIONS = 100_000
KINDS: tuple[tuple[str, Durability], ...] = (
    ("memory:", "full"),
    ("sqlite:", "full"),
    ("sqlite:", "fast"),
    ("redis:", "full"),
)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=1_000_000, help="that a start reads")
    parser.add_argument("--directory", type=Path, help="where the journals lie")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory(dir=asked.directory) as room, redis_server(Path(room)) as redis:
        for number, (kind, durability) in enumerate((*KINDS, *KINDS)):
            is_applied = number >= len(KINDS)
            name = {"sqlite:": f"sqlite:{room}/{number}.db", "redis:": f"{redis}?stream={number}"}
            journal = open_journal(
                name.get(kind, kind), durability=durability, epoch="e", clock=time
            )
            told = asyncio.run(append(journal, asked.appends, is_applied))
            print(json.dumps({"journal": kind, "durability": durability} | told), flush=True)
        path = Path(room) / "visitors.db"
        write(path, asked.events)
        asyncio.run(copy(f"sqlite:{path}", redis))
        for what in ("decode", "decode and apply", "decode and apply, no gc"):
            for name in (f"sqlite:{path}", redis):
                told = asyncio.run(replay(name, what))
                print(json.dumps(told), flush=True)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The journal in a server of its own."""
    [port] = free_ports(1)
    process = subprocess.Popen(redis_command(folder, port), stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop([process])


async def copy(name: str, to: str) -> None:
    """The same events in another journal, one an entry."""
    journal = open_journal(to, durability="full", epoch="e", clock=time)
    await journal.start(RecordHandler(lambda record: None))
    reader, seq = open_reader(name), 0
    while records := reader.read(seq):
        seq = records[-1].seq
        await asyncio.gather(*(journal.append(record.what) for record in records))
    reader.close()
    await journal.stop()


async def append(journal: Journal[Any], number: int, is_applied: bool) -> dict[str, Any]:
    """One event a record, always so many of them waiting for their turn."""
    house, waits = analytics(heard=False), [0.0] * number
    await journal.start(RecordHandler(house.apply if is_applied else lambda record: None))
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


async def replay(name: str, what: str) -> dict[str, Any]:
    house = analytics(heard=False)
    journal = open_journal(name, durability="full", epoch="e", clock=time)
    gc.collect()
    if what.endswith("no gc"):
        gc.disable()
    longest = [0.0]
    watching = asyncio.create_task(watch(longest))
    began = perf_counter()
    await journal.start(RecordHandler(house.apply if "apply" in what else lambda record: None))
    took_s = perf_counter() - began
    gc.enable()
    watching.cancel()
    await journal.stop()
    return {
        "journal": name.partition(":")[0],
        "replay": what,
        "events": journal.progress.done,
        "seconds": round(took_s, 2),
        "events_per_s": round(journal.progress.done / took_s),
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
