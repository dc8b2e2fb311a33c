"""Measures whether an honest sender and an honest dashboard notice ten kinds of hostile clients at
work at once: pages without a browser, unknown paths, halves, silence, the worst of every field,
filters, readers that never read, the page's socket, smuggling, poison (``bench/hostile/``).

    python -m bench.hostile [--minutes 20] [--rate 100] [--without KIND …] [--folder PATH] [flags]

One line of JSON a minute, then a verdict: the time from POST to answer, events that were answered
with 201 and are missing in the totals or at the dashboard, gaps, memory, bytes of log. Everything
stays on the loopback, each hostile client with an address of its own, and the limits are set, so
that the loopback is not spared."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import httpx

from bench.harness.process import START_S, Server, stop
from bench.hostile.well_behaved import PAGE, Sender, Watcher

ROOT = Path(__file__).parents[2]
MINUTE_S = 60.0
LIMITS = {
    "--max-events-per-s": "2000",
    "--max-reads-per-s": "100",
    "--max-pages-per-s": "5",
    "--max-messages-per-s": "50",
    "--max-filters-per-s": "10",
}
CATCH_UP_S = 30.0


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Hostile clients beside honest ones.")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=100, help="honest events a second")
    parser.add_argument("--without", nargs="*", default=[], help="kinds that stay away")
    parser.add_argument("--folder", type=Path, help="for log and journal, which are kept then")
    asked, flags = parser.parse_known_args(arguments)
    with TemporaryDirectory() as temporary:
        folder: Path = asked.folder or Path(temporary)
        with served(folder, flags) as server:
            soak = Soak(server, folder / "log", asked.rate, asked.minutes * MINUTE_S)
            asyncio.run(soak.run(asked.without))


@contextmanager
def served(folder: Path, flags: list[str]) -> Iterator[Server]:
    """The server with limits, a journal in a file and a log; noon is not near midnight."""
    noon = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    limits = [word for limit in LIMITS.items() for word in limit]
    words = ["--port", "0", "--journal", f"sqlite:{folder}/hostile.db", "--timezone", noon]
    command = [sys.executable, str(ROOT / "main.py"), *words, *limits, *flags]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=clean())
    try:
        yield Server("ours", process.pid, port_of(folder / "log"))
    finally:
        stop(process)


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("VISITORS_")}


def port_of(log: Path) -> int:
    """Out of the first line of the log, once the server answers."""
    until = monotonic() + START_S
    while monotonic() < until:
        port = log.read_text().partition("\n")[0].rpartition(":")[2]
        with suppress(httpx.HTTPError):
            if port and httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success:
                return int(port)
        sleep(0.05)
    raise RuntimeError(f"no start: {log.read_text()}")


class Soak:
    """The honest ones, the hostile ones in a process of their own, and the account."""

    def __init__(self, server: Server, log: Path, rate: float, seconds: float) -> None:
        self._server = server
        self._log = log
        self._seconds = seconds
        self._sender = Sender(server.port, rate)
        self._watcher = Watcher(server.port)
        self._hostile: dict[str, dict[str, int]] = {}
        self._megabytes: list[float] = []
        self._told = 0

    async def run(self, without: Sequence[str]) -> None:
        watching = asyncio.create_task(self._watcher.run())
        words = ["-m", "bench.hostile.attack", str(self._server.port), str(self._seconds), *without]
        attack = await asyncio.create_subprocess_exec(
            sys.executable, *words, stdout=subprocess.PIPE, cwd=ROOT
        )
        listening = asyncio.create_task(self._listen(attack))
        reporting = asyncio.create_task(self._report())
        try:
            await self._sender.run(self._seconds)
            await asyncio.wait_for(attack.wait(), CATCH_UP_S)
            await listening
            await self._catch_up()
        finally:
            reporting.cancel()
            watching.cancel()
            if attack.returncode is None:
                attack.kill()
                await attack.wait()
        print(json.dumps({"verdict": await self._verdict()}), flush=True)

    async def _listen(self, attack: asyncio.subprocess.Process) -> None:
        assert attack.stdout is not None
        while line := await attack.stdout.readline():
            self._hostile = json.loads(line)

    async def _report(self) -> None:
        """A line a minute; three lines at least."""
        pause_s = min(MINUTE_S, self._seconds / 3)
        began = monotonic()
        for number in range(1, round(self._seconds / pause_s) + 1):
            await asyncio.sleep(max(0.0, began + number * pause_s - monotonic()))
            times, self._told = self._sender.times_ms[self._told :], len(self._sender.times_ms)
            self._megabytes.append(round(self._server.resident() / 1e6, 1))
            row = {
                "minute": round(number * pause_s / MINUTE_S, 2),
                "sent": self._sender.sent,
                "acked": len(self._sender.acked),
                **percentiles(times),
                "mb": self._megabytes[-1],
                "log_bytes": self._log.stat().st_size,
                "frames_mb": round(self._watcher.bytes / 1e6, 1),
                "hostile": self._hostile,
            }
            print(json.dumps(row), flush=True)

    async def _catch_up(self) -> None:
        """Wait until the dashboard has heard of all that was answered, with a bound."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_S):
                while not self._sender.acked <= self._watcher.seen:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

    async def _verdict(self) -> dict[str, Any]:
        acked, watcher = self._sender.acked, self._watcher
        return {
            "sent": self._sender.sent,
            "acked": len(acked),
            "failures": self._sender.failures,
            **percentiles(self._sender.times_ms),
            "max_ms": round(max(self._sender.times_ms, default=0.0), 1),
            "lost_in_totals": max(0, len(acked) - await self._counted()),
            "unseen": len(acked - watcher.seen),
            "gaps": watcher.gaps,
            "snapshots": watcher.snapshots,
            "mb_third": self._megabytes[max(0, len(self._megabytes) // 3 - 1)],
            "mb_end": self._megabytes[-1],
            "log_bytes": self._log.stat().st_size,
            "hostile": {name: sum(done.values()) for name, done in self._hostile.items()},
        }

    async def _counted(self) -> int:
        """Honest events in the totals."""
        url = f"http://127.0.0.1:{self._server.port}/api/analytics/summary"
        async with httpx.AsyncClient(trust_env=False, timeout=CATCH_UP_S) as http:
            summary = (await http.get(url)).json()
        return int(summary["pagesVisited"].get(PAGE, 0))


def percentiles(times_ms: list[float]) -> dict[str, float]:
    ordered = sorted(times_ms) or [0.0]
    return {
        f"p{part}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * part // 100)], 1)
        for part in (50, 99)
    }


if __name__ == "__main__":
    main(sys.argv[1:])
