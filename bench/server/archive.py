"""Measure ``main.py export`` and ``main.py import`` in each format: events a second of the whole
process, its peak memory, and the size of the file.

    python -m bench.server.archive [--events N] [--directory DIR]

Prints JSON lines. DIR decides which disk is measured."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.harness.process import ROOT
from bench.harness.sample_journal import write_journal

FORMATS = ("ndjson", "csv", "parquet")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--directory", type=Path, help="where the files are")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(dir=options.directory) as name:
        folder = Path(name)
        journal = folder / "visitors.db"
        write_journal(journal, options.events)
        for format_ in FORMATS:
            file, target = folder / f"visitors.{format_}", folder / f"{format_}.db"
            exported = run("export", "--journal", f"sqlite:{journal}", "--out", str(file))
            imported = run("import", str(file), "--journal", f"sqlite:{target}")
            size = {"bytes_per_event": round(os.stat(file).st_size / options.events)}
            for command, cost in (("export", exported), ("import", imported)):
                row = {"command": command, "format": format_, "events": options.events}
                speed = {"events_per_s": round(options.events / cost["seconds"])}
                print(json.dumps(row | speed | cost | size), flush=True)


def run(*words: str) -> dict[str, Any]:
    """Run a command of main.py. Returns its seconds and its peak memory in MiB.

    Raises:
        SystemExit: it failed.
    """
    started_at = perf_counter()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *words], stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    elapsed_s = perf_counter() - started_at
    return {"seconds": round(elapsed_s, 2), "peak_mb": round(used.ru_maxrss / 1024)}


if __name__ == "__main__":
    main(sys.argv[1:])
