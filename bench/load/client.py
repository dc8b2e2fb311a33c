"""Run the load client from Python. Every function needs the program that
``harness.build.compile_load_client`` makes."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time_ns
from typing import Any

from bench.harness.cpu import CoreContention, pinned_to
from bench.harness.process import Server

TIMEOUT_S = 180.0

Result = dict[str, Any]
"""The JSON of the load client; ``report()`` in load.c lists its fields."""


def run_load(program: Path, server: Server, *options: str) -> Result:
    """Run the load client and return its result.

    Raises:
        subprocess.CalledProcessError: a request was rejected, or an option is wrong.
    """
    command = [str(program), *_target(server), *options]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    result: Result = json.loads(ended.stdout)
    return result


async def start_load(program: Path, server: Server, *options: str) -> asyncio.subprocess.Process:
    """Start the load client in the background. Its stdout is a pipe that gets the result."""
    command = [str(program), *_target(server), *options]
    return await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)


@contextmanager
def held_connections(
    program: Path, server: Server, number: int, core: int | None = None
) -> Iterator[int]:
    """Hold connections to ``/ws``. Yields how many are open after all were opened."""
    command = [str(program), *_target(server), "--watch", str(number), "--hold"]
    pipe = subprocess.PIPE
    with (
        pinned_to(core),
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process,
    ):
        assert process.stdout is not None and process.stdin is not None
        line = process.stdout.readline()
        yield int(json.loads(line)["held"]) if line else 0
        process.stdin.close()


@dataclass
class LoadClient:
    """The load client on one core, with a list of what went wrong.

    ``pages`` is the number of page names in the events. ``commands`` has, by measurement, the
    command to show in a report. ``problems`` has one sentence for each fault of a result.
    """

    program: Path
    core: int | None
    server_core: int | None
    pages: int
    commands: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def run(self, measurement: str, server: Server, *options: str) -> Result:
        """Run the load client and return its result.

        ``others_share`` in it is the share of both cores that other processes used.

        Raises:
            RuntimeError: the load client could not run.
        """
        server_core = CoreContention(self.server_core, server.pid)
        load_core = CoreContention(self.core)
        tag = f"b{time_ns() // 1000:x}"
        command = [*_target(server), "--tag", tag, "--pages", str(self.pages), *options]
        with pinned_to(self.core):
            ended = subprocess.run(
                [str(self.program), *command],
                check=False,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
            )
        if ended.returncode not in (0, 1):
            raise RuntimeError(f"load against {server.name}: {ended.stderr.strip()}")
        shown = f"load --port PORT --server PID --pages {self.pages} {' '.join(options)}"
        self.commands.setdefault(measurement, shown)
        result: Result = json.loads(ended.stdout)
        shares = {"server": server_core.share(), "load": load_core.share()}
        return result | {"others_share": shares}

    def run_checked(self, measurement: str, server: Server, *options: str) -> Result:
        """Run the load client and note each fault of its result in ``problems``."""
        result = self.run(measurement, server, *options)
        for fault in faults(result):
            self.problems.append(f"{server.name}: {measurement}: {fault}")
        return result


def faults(result: Result) -> list[str]:
    """List, in words, the rejected requests and lost frames of a result."""
    names = {
        "errors": "requests rejected or unanswered",
        "lost": "frames lost",
        "extra": "frames too many",
        "ids_missed": "events whose id was in no frame",
        "gone": "sockets that closed or violated RFC 6455",
    }
    found = [f"{result[key]} {words}" for key, words in names.items() if result.get(key)]
    if result.get("errors"):
        found[0] += f" (status {result['error_status']})"
    return found


def _target(server: Server) -> list[str]:
    return ["--port", str(server.port), "--server", str(server.pid)]
