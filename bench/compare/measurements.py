"""What is measured of one server: each function here runs the load client against it and returns
what the table needs. Nothing is taken for granted: answers and frames are counted."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from time import time_ns
from typing import Any

from bench.harness.cpu import Others
from bench.harness.process import Server, pinned

WATCHERS = 100
RATE = 400
BATCH = 100
SENDERS = 256
IDLE = 1_000
REACHED = 0.9
"""A rate counts as kept when so much of it was reached."""
SAMPLED = 4
LOAD_S = 180.0

Result = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How long and how often. Seconds are those of one measurement, without its warm-up."""

    rounds: int = 3
    rare_rounds: int = 3
    """rounds that look for the highest rate and measure memory"""
    ingest_s: float = 4
    batch_s: float = 3
    steady_s: float = 8
    step_s: float = 3
    warm_up: int = 10_000
    refine: int = 2
    """how often the step between the last rate that was kept and the first that wasn't is halved"""
    first_rate: float = 250
    variants: bool = True
    """also the peers that only the fan-out tells apart"""


QUICK = Plan(
    rounds=2,
    rare_rounds=1,
    ingest_s=1.5,
    batch_s=1,
    steady_s=2.5,
    step_s=1,
    warm_up=2_000,
    refine=0,
    variants=False,
)


@dataclass
class Load:
    """The load client, and what went wrong under it."""

    program: Path
    core: int | None
    server_core: int | None
    pages: int
    commands: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def run(self, row: str, server: Server, *words: str) -> Result:
        """One run; its JSON. The command is kept, so that it can be told."""
        beside_server, beside_load = Others(self.server_core, server.pid), Others(self.core)
        with pinned(self.core):
            command = self._command(server, *words)
            ended = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=LOAD_S
            )
        if ended.returncode not in (0, 1):
            raise RuntimeError(f"load against {server.name}: {ended.stderr.strip()}")
        told = f"load --port PORT --server PID --pages {self.pages} {' '.join(words)}"
        self.commands.setdefault(row, told)
        result: Result = json.loads(ended.stdout)
        shares = {"server": beside_server.share(), "load": beside_load.share()}
        return result | {"others_share": shares}

    def hold(self, server: Server, watchers: int) -> "subprocess.Popen[str]":
        words = self._command(server, "--watch", str(watchers), "--hold")
        pipe = subprocess.PIPE
        with pinned(self.core):
            return subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)

    def check(self, row: str, server: Server, result: Result) -> Result:
        """Note what was refused or lost. A run is only worth something without."""
        for fault in faults(result):
            self.problems.append(f"{server.name}: {row}: {fault}")
        return result

    def _command(self, server: Server, *words: str) -> list[str]:
        tag = f"b{time_ns() // 1000:x}"
        whom = ["--port", str(server.port), "--server", str(server.pid), "--tag", tag]
        return [str(self.program), *whom, "--pages", str(self.pages), *words]


def faults(result: Result) -> list[str]:
    """What shouldn't be, in words."""
    names = {
        "errors": "requests answered otherwise than well",
        "lost": "frames lost",
        "extra": "frames too many",
        "ids_missed": "events whose id was not seen",
        "gone": "sockets that ended, or sent what RFC 6455 forbids",
    }
    found = [f"{result[key]} {words}" for key, words in names.items() if result.get(key)]
    if result.get("errors"):
        found[0] += f" (status {result['odd_status']})"
    return found


def ingest(load: Load, server: Server, plan: Plan) -> dict[str, Result]:
    """Events one by one and in batches, as fast as 32 connections get answers; nobody watches."""
    one = ("--seconds", f"{plan.ingest_s:g}", "--warm-up", str(plan.warm_up))
    many = ("--batch", str(BATCH), "--seconds", f"{plan.batch_s:g}", "--warm-up", str(plan.warm_up))
    results = {
        "ingest": load.check("ingest", server, load.run("ingest", server, *one)),
        "batch": load.check("batch", server, load.run("batch", server, *many)),
    }
    _check_account(load, server, results)
    return results


def acked(load: Load, server: Server, plan: Plan) -> dict[str, Result]:
    """Events one by one from so many connections that a journal can keep many at once."""
    words = ("--posts", str(SENDERS), "--seconds", f"{plan.ingest_s:g}")
    result = load.run("acked", server, *words, "--warm-up", str(plan.warm_up))
    results = {"acked": load.check("acked", server, result)}
    _check_account(load, server, results)
    return results


def fan_out(load: Load, server: Server, plan: Plan) -> dict[str, Result]:
    """A steady rate that all can bear, with 100 clients that look for every event."""
    seconds = f"{plan.steady_s:g}"
    words = ("--watch", str(WATCHERS), "--rate", str(RATE), "--seconds", seconds)
    result = load.run("fan_out", server, *words, "--warm-up", str(2 * RATE))
    results = {"fan_out": load.check("fan_out", server, result)}
    _check_account(load, server, results)
    return results


def highest_rate(load: Load, server: Server, plan: Plan) -> dict[str, Result]:
    """Doubles the rate until it isn't reached or a frame is lost, then looks in between. What
    counts is the rate up to the arrival of the last frame, of runs that lost none."""
    steps: list[Result] = []
    kept, rate = 0.0, plan.first_rate
    while _step(load, server, plan, rate, steps):
        kept, rate = rate, rate * 2
    beyond = rate
    for _ in range(plan.refine):
        rate = (kept + beyond) / 2
        if _step(load, server, plan, rate, steps):
            kept = rate
        else:
            beyond = rate
    load.commands["highest"] = re.sub(r"--rate \S+", "--rate RATE", load.commands["highest"])
    whole = [step for step in steps if not faults(step)]
    best = max(whole, key=lambda step: float(step["rate"]), default={"rate": 0.0})
    broken = [step["asked_rate"] for step in steps if faults(step)]
    return {"highest": {**best, "lost_at": min(broken, default=None), "steps": steps}}


def memory(load: Load, server: Server, plan: Plan) -> dict[str, Result]:
    """Of a server that has done nothing else yet: a thousand clients join and stay."""
    before = server.resident()
    load.commands["memory"] = f"load --port PORT --watch {IDLE} --hold"
    with load.hold(server, IDLE) as holding:
        assert holding.stdout is not None and holding.stdin is not None
        line = holding.stdout.readline()
        held = int(json.loads(line)["held"]) if line else 0
        after = server.resident()
        holding.stdin.close()
    if held != IDLE:
        load.problems.append(f"{server.name}: memory: {IDLE - held} sockets did not stay")
    return {"memory": {"held": held, "before": before, "after": after}}


def _step(load: Load, server: Server, plan: Plan, rate: float, steps: list[Result]) -> bool:
    words = ("--watch", str(WATCHERS), "--sample", str(SAMPLED), "--rate", f"{rate:g}")
    result = load.run("highest", server, *words, "--seconds", f"{plan.step_s:g}")
    steps.append(result)
    return not faults(result) and result["rate"] >= REACHED * rate


def _check_account(load: Load, server: Server, results: dict[str, Result]) -> None:
    """The server's own count must be what the client was told."""
    if server.name.startswith("bound"):
        return
    told = sum(result["accepted_ever"] for result in results.values())
    counted = server.accepted()
    if told != counted:
        load.problems.append(f"{server.name}: {told} events accepted, but {counted} counted")
