"""Measure docs/deploy/backup.sh on the journal of a running server, and what a restore takes: a
start from the backup, with its checkpoint and without.

    python -m bench.server.backup [--events N] [--directory DIR]

Prints JSON lines. DIR decides which disk is measured. Needs sqlite3."""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from bench.harness.http_client import post_event
from bench.harness.percentiles import summary_ms
from bench.harness.process import ROOT, our_command, running
from bench.harness.sample_journal import write_journal

SCRIPT = ROOT / "docs" / "deploy" / "backup.sh"
START_S = 600.0
PAUSE_S = 0.005


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--directory", type=Path, help="where the files are")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(dir=options.directory) as folder:
        measure(Path(folder), options.events)


def measure(folder: Path, events: int) -> None:
    journal, backups = folder / "visitors.db", folder / "backups"
    backups.mkdir()
    write_journal(journal, events)
    make_checkpoint(journal)
    with serving(journal) as (base_url, start_s):
        report("start of the server", start_s)
        seconds, times_s = asyncio.run(back_up_during_posts(base_url, journal, backups))
    [backup] = backups.glob("*.db")
    checkpoint = backup.with_name(backup.name + ".checkpoint")
    report("backup", seconds, mb=size_mb(backup), checkpoint_mb=size_mb(checkpoint))
    print(json.dumps({"what": "POST during backup", "posts": len(times_s)} | summary_ms(times_s)))
    restore(backup, checkpoint, "checkpoint")
    checkpoint.unlink(missing_ok=True)
    restore(backup, checkpoint, "no checkpoint")


def make_checkpoint(journal: Path) -> None:
    started_at = perf_counter()
    command = [sys.executable, str(ROOT / "main.py"), "checkpoint"]
    words = [*command, "--journal", f"sqlite:{journal}"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    report("checkpoint", perf_counter() - started_at)


def restore(backup: Path, checkpoint: Path, how: str) -> None:
    """Copy the backup as documented and start a server from the copy."""
    target = backup.with_name("restored.db")
    started_at = perf_counter()
    for source in filter(Path.exists, (backup, checkpoint)):
        copy = target.with_name(source.name.replace(backup.name, target.name))
        subprocess.run(["cp", str(source), str(copy)], check=True)
    with serving(target):
        report(f"restore with {how}", perf_counter() - started_at)
    for path in target.parent.glob(f"{target.name}*"):
        path.unlink()


async def back_up_during_posts(
    base_url: str, journal: Path, backups: Path
) -> tuple[float, list[float]]:
    """Run the script while events are posted. Returns its seconds and those of each POST.

    Raises:
        SystemExit: the script failed.
    """
    times_s: list[float] = []
    started_at = perf_counter()
    script = await asyncio.create_subprocess_exec(
        str(SCRIPT), str(journal), str(backups), stdout=subprocess.DEVNULL
    )
    ended = asyncio.create_task(script.wait())
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        while not ended.done():
            posted_at = perf_counter()
            await post_event(http, f"during-backup-{len(times_s)}", len(times_s))
            times_s.append(perf_counter() - posted_at)
            await asyncio.sleep(PAUSE_S)
    if code := await ended:
        raise SystemExit(f"{SCRIPT.name} ended with {code}")
    return perf_counter() - started_at, times_s


@contextmanager
def serving(journal: Path) -> Iterator[tuple[str, float]]:
    """Run a server on the journal. Yields its URL and the seconds until it was ready."""
    started_at = perf_counter()
    command = our_command("--journal", f"sqlite:{journal}")
    with running("ours", command, start_s=START_S) as server:
        yield server.base_url, perf_counter() - started_at


def size_mb(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1) if path.exists() else 0.0


def report(what: str, seconds: float, **more: float) -> None:
    print(json.dumps({"what": what, "seconds": round(seconds, 2)} | more), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
