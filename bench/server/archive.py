"""Measures ``main.py export`` and ``main.py import`` in each format, as processes of their own from
start to end: events a second, the most memory, and the size of the file.

``python -m bench.server.archive [--events N] [--directory DIR]``; JSON lines.
DIR decides which disk."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

from msgspec.structs import replace

from bench.micro.apply import Stream
from state.event import EventType
from state.journal.base import Record
from state.journal.codec import encode
from state.journal.sqlite.database import Row, row_of
from state.journal.sqlite.store import Store

ROOT = Path(__file__).parents[2]
SESSIONS = 100_000
ROWS_AT_ONCE = 1_000
FORMATS = ("ndjson", "csv", "parquet")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--directory", type=Path, help="where the files lie")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory(dir=asked.directory) as room:
        journal = Path(room) / "visitors.db"
        write(journal, asked.events)
        for each in FORMATS:
            file, new = Path(room) / f"visitors.{each}", Path(room) / f"{each}.db"
            out = ran("export", "--journal", f"sqlite:{journal}", "--out", str(file))
            back = ran("import", str(file), "--journal", f"sqlite:{new}")
            size = {"bytes_per_event": round(os.stat(file).st_size / asked.events)}
            for command, cost in (("export", out), ("import", back)):
                told = {"command": command, "format": each, "events": asked.events}
                speed = {"events_per_s": round(asked.events / cost["seconds"])}
                print(json.dumps(told | speed | cost | size), flush=True)


def write(path: Path, number: int) -> None:
    """A journal of so many events, one a record, with all fields that most of them have."""
    store = Store(path, synchronous="OFF", fresh_epoch="e", clock=time)
    stream = Stream(SESSIONS, 0.01)
    for start in range(0, number, ROWS_AT_ONCE):
        rows = [_row(each) for each in stream.records(min(ROWS_AT_ONCE, number - start))]
        store.insert(rows)
    store.close()


def _row(record: Record) -> Row:
    at, [event] = round(record.at, 3), record.what
    name = "scroll" if event.type is EventType.CUSTOM else None
    return row_of(record.seq, at, encode([replace(event, name=name, timestamp=at)]))


def ran(*words: str) -> dict[str, Any]:
    """What one command costs."""
    began = perf_counter()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *words], stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    took_s = perf_counter() - began
    return {"seconds": round(took_s, 2), "most_mb": round(used.ru_maxrss / 1024)}


if __name__ == "__main__":
    main(sys.argv[1:])
