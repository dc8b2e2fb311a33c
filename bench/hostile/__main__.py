"""Measure whether well-behaved clients notice eleven attacks that run at once (attack.py).

    python -m bench.hostile [--minutes M] [--rate R] [--without ATTACK …] [--folder DIR] [flags]

Prints one line of JSON a minute, then a verdict: times from POST to response, events that were
answered with 201 and are missing in the totals or on ``/ws``, gaps, memory, bytes of log. Other
flags go to the server. All connections are on the loopback, each attack with an address of its own,
and the rate limits are set, which exempt the loopback by default."""

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

from bench.harness.percentiles import summary_ms
from bench.harness.process import ROOT, START_S, Server, our_command, wait_until_ready
from bench.hostile.well_behaved import PAGE, Sender, Watcher
from tools.local_processes import stop

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
    parser = argparse.ArgumentParser(
        prog="python -m bench.hostile", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=100, help="well-behaved events a second")
    parser.add_argument("--without", nargs="*", default=[], help="attacks to leave out")
    parser.add_argument("--folder", type=Path, help="keep log and journal there")
    options, flags = parser.parse_known_args(arguments)
    with TemporaryDirectory() as temporary:
        folder: Path = options.folder or Path(temporary)
        with logged_server(folder, flags) as server:
            soak = Soak(server, folder / "log", options.rate, options.minutes * MINUTE_S)
            asyncio.run(soak.run(options.without))


class Soak:
    """Runs the well-behaved clients here, the attacks in another process, and compares what was
    sent with what arrived."""

    def __init__(self, server: Server, log: Path, rate: float, seconds: float) -> None:
        self._server = server
        self._log = log
        self._seconds = seconds
        self._sender = Sender(server.port, rate)
        self._watcher = Watcher(server.port)
        self._attacks: dict[str, dict[str, int]] = {}
        self._megabytes: list[float] = []

    async def run(self, without: Sequence[str]) -> None:
        """Run the attacks except those named; print a row a minute and the verdict."""
        watching = asyncio.create_task(self._watcher.run())
        words = ["-m", "bench.hostile.attack", str(self._server.port), str(self._seconds), *without]
        attack = await asyncio.create_subprocess_exec(
            sys.executable, *words, stdout=subprocess.PIPE, cwd=ROOT
        )
        reading = asyncio.create_task(self._read_outcomes(attack))
        reporting = asyncio.create_task(self._report())
        try:
            await self._sender.run(self._seconds)
            await asyncio.wait_for(attack.wait(), CATCH_UP_S)
            await reading
            await self._catch_up()
        finally:
            reporting.cancel()
            watching.cancel()
            if attack.returncode is None:
                attack.kill()
                await attack.wait()
        print(json.dumps({"verdict": await self._verdict()}), flush=True)

    async def _read_outcomes(self, attack: asyncio.subprocess.Process) -> None:
        assert attack.stdout is not None
        while line := await attack.stdout.readline():
            self._attacks = json.loads(line)

    async def _report(self) -> None:
        """Print a row a minute, at least three in all."""
        pause_s = min(MINUTE_S, self._seconds / 3)
        started_at, reported = monotonic(), 0
        for number in range(1, round(self._seconds / pause_s) + 1):
            await asyncio.sleep(max(0.0, started_at + number * pause_s - monotonic()))
            times_s = self._sender.times_s[reported:]
            reported += len(times_s)
            self._megabytes.append(round(self._server.resident_bytes() / 1e6, 1))
            row = {
                "minute": round(number * pause_s / MINUTE_S, 2),
                "sent": self._sender.sent,
                "acked": len(self._sender.acked),
                **summary_ms(times_s),
                "mb": self._megabytes[-1],
                "log_bytes": self._log.stat().st_size,
                "frames_mb": round(self._watcher.received_bytes / 1e6, 1),
                "attacks": self._attacks,
            }
            print(json.dumps(row), flush=True)

    async def _catch_up(self) -> None:
        """Wait, at most 30 s, until the watcher has every event that was answered with 201."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_S):
                while not self._sender.acked <= self._watcher.event_ids:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

    async def _verdict(self) -> dict[str, Any]:
        acked, watcher = self._sender.acked, self._watcher
        return {
            "sent": self._sender.sent,
            "acked": len(acked),
            "failures": self._sender.failures,
            **summary_ms(self._sender.times_s),
            "lost_in_totals": max(0, len(acked) - await self._counted_events()),
            "lost_on_ws": len(acked - watcher.event_ids),
            "gaps": watcher.gaps,
            "snapshots": watcher.snapshots,
            "mb_after_a_third": self._megabytes[max(0, len(self._megabytes) // 3 - 1)],
            "mb_end": self._megabytes[-1],
            "log_bytes": self._log.stat().st_size,
            "attacks": {name: sum(outcomes.values()) for name, outcomes in self._attacks.items()},
        }

    async def _counted_events(self) -> int:
        """Read how many well-behaved events the totals contain."""
        url = f"{self._server.base_url}/api/analytics/summary"
        async with httpx.AsyncClient(trust_env=False, timeout=CATCH_UP_S) as http:
            summary = (await http.get(url)).json()
        return int(summary["pagesVisited"].get(PAGE, 0))


@contextmanager
def logged_server(folder: Path, flags: Sequence[str]) -> Iterator[Server]:
    """Run the server with limits, a SQLite journal and its log in ``folder``.

    Its timezone makes it noon now, so that no run crosses midnight.
    """
    noon = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    limits = [word for limit in LIMITS.items() for word in limit]
    journal = f"sqlite:{folder}/hostile.db"
    command = our_command("--journal", journal, "--timezone", noon, *limits, *flags)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=_own_environment())
    try:
        server = Server("ours", process.pid, _read_port(folder / "log"))
        wait_until_ready(server)
        yield server
    finally:
        stop(process)


def _own_environment() -> dict[str, str]:
    """Return the environment without settings of the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VISITORS_")}


def _read_port(log: Path) -> int:
    """Wait for the first line of the log, which ends with the port.

    Raises:
        RuntimeError: there is none within 30 s.
    """
    deadline = monotonic() + START_S
    while monotonic() < deadline:
        line, newline, _ = log.read_text().partition("\n")
        if newline and (port := line.rpartition(":")[2]).isdigit():
            return int(port)
        sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text()}")


if __name__ == "__main__":
    main(sys.argv[1:])
