"""Measures docs/deploy/backup.sh on a journal of so many events, beside a server that takes more,
and then what a restore takes: a start from the backup, with its checkpoint and without.

``python -m bench.server.backup [--events N] [--directory DIR]``; JSON lines.
DIR decides which disk."""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from bench.server.archive import write
from bench.server.latency import ROOT, STARTED, percentile, post

SCRIPT = ROOT / "docs" / "deploy" / "backup.sh"
START_S = 600.0
PAUSE_S = 0.005


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--directory", type=Path, help="where the files lie")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory(dir=asked.directory) as room:
        measure(Path(room), asked.events)


def measure(room: Path, events: int) -> None:
    journal, backups = room / "visitors.db", room / "backups"
    backups.mkdir()
    write(journal, events)
    make_checkpoint(journal)
    with serving(journal) as (url, took_s):
        tell("start of the server", took_s)
        seconds, times = asyncio.run(back_up_beside_posts(url, journal, backups))
    [backup] = backups.glob("*.db")
    checkpoint = backup.with_name(backup.name + ".checkpoint")
    tell("backup", seconds, mb=size_mb(backup), checkpoint_mb=size_mb(checkpoint))
    p50, p99 = (round(percentile(times, part) * 1000, 1) for part in (50, 99))
    print(json.dumps({"what": "POST meanwhile", "posts": len(times), "p50_ms": p50, "p99_ms": p99}))
    restore(backup, checkpoint, "checkpoint")
    checkpoint.unlink(missing_ok=True)
    restore(backup, checkpoint, "no checkpoint")


def make_checkpoint(journal: Path) -> None:
    began = perf_counter()
    command = [sys.executable, str(ROOT / "main.py"), "checkpoint"]
    words = [*command, "--journal", f"sqlite:{journal}"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    tell("checkpoint", perf_counter() - began)


def restore(backup: Path, checkpoint: Path, how: str) -> None:
    """Copies as documented and starts from the copy."""
    target = backup.with_name("restored.db")
    began = perf_counter()
    for source in filter(Path.exists, (backup, checkpoint)):
        place = target.with_name(source.name.replace(backup.name, target.name))
        subprocess.run(["cp", str(source), str(place)], check=True)
    with serving(target):
        tell(f"restore with {how}", perf_counter() - began)
    for each in target.parent.glob(f"{target.name}*"):
        each.unlink()


async def back_up_beside_posts(url: str, journal: Path, backups: Path) -> tuple[float, list[float]]:
    times: list[float] = []
    began = perf_counter()
    script = await asyncio.create_subprocess_exec(
        str(SCRIPT), str(journal), str(backups), stdout=subprocess.DEVNULL
    )
    done = asyncio.create_task(script.wait())
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        while not done.done():
            asked = perf_counter()
            await post(http, f"meanwhile-{len(times)}", len(times))
            times.append(perf_counter() - asked)
            await asyncio.sleep(PAUSE_S)
    if code := await done:
        raise SystemExit(f"{SCRIPT.name} ended with {code}")
    return perf_counter() - began, sorted(times)


@contextmanager
def serving(journal: Path) -> Iterator[tuple[str, float]]:
    """A server of the journal that is ready, and how long that took."""
    command = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
    began = perf_counter()
    with subprocess.Popen(
        [*command, "--journal", f"sqlite:{journal}"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline().removeprefix(STARTED).strip()
            url = said.replace("localhost", "127.0.0.1")
            asyncio.run(become_ready(url))
            yield url, perf_counter() - began
        finally:
            server.terminate()
            server.wait(START_S)


async def become_ready(url: str) -> None:
    async with asyncio.timeout(START_S), httpx.AsyncClient(base_url=url, trust_env=False) as http:
        while True:
            try:
                if (await http.get("/healthz")).json()["ready"]:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)


def size_mb(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1) if path.exists() else 0.0


def tell(what: str, seconds: float, **more: float) -> None:
    print(json.dumps({"what": what, "seconds": round(seconds, 2)} | more), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
