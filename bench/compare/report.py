"""The report: medians, spreads and ratios of what was measured, as Markdown."""

import os
import platform
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from json import loads
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness.process import node

DASH = "–"  # noqa: RUF001
TIMES = "×"  # noqa: RUF001
MODULES = ("express", "ws")
BUSY = 0.95
DISTURBED = 0.1
LABELS = {
    "ours": "ours",
    "ours-memory": "ours, journal in memory",
    "express": "Express + ws",
    "fastapi": "FastAPI",
    "fastapi-json": "FastAPI, `send_json`",
    "bound": "the bound",
    "bound-one-write": "the bound, a write per event",
}

Rounds = list[dict[str, dict[str, Any]]]
"""For each round, by server and then by measurement, what the load client told."""


@dataclass(frozen=True)
class Row:
    """One line of the table. ``read`` gives 0 where nothing was measured. ``asked`` is, for a peer,
    the least that the ratio should be, ``at_most`` the most."""

    title: str
    measurement: str
    read: Callable[[dict[str, Any]], float]
    digits: int = 1
    more_is_better: bool = False
    asked: dict[str, float] = field(default_factory=dict)
    at_most: dict[str, float] = field(default_factory=dict)


def _cpu_us(result: dict[str, Any], per: str) -> float:
    return float(result["server_cpu_s"]) / result[per] * 1e6 if result[per] else 0


def _frame_ms(result: dict[str, Any], percentile: str) -> float:
    return float((result["frame_ms"] or {percentile: 0})[percentile])


ROWS = (
    Row(
        "CPU µs per event, one a request, 32 connections",
        "ingest",
        lambda result: _cpu_us(result, "accepted"),
        asked={"express": 10, "fastapi": 7},
        at_most={"bound": 1.9},
    ),
    Row(
        "CPU µs per event, batches of 100",
        "batch",
        lambda result: _cpu_us(result, "accepted"),
        digits=2,
    ),
    Row(
        "CPU µs per frame (its share of the POST included), 100 clients, 400 events/s",
        "fan_out",
        lambda result: _cpu_us(result, "frames"),
        digits=2,
        asked={"express": 6, "fastapi": 6},
        at_most={"bound": 1.3},
    ),
    Row(
        "events/s without a lost frame, 100 clients",
        "highest",
        lambda result: float(result["rate"]),
        digits=0,
        more_is_better=True,
        asked={"express": 20, "fastapi": 18},
    ),
    Row(
        "events/s, 256 connections; ours answers after fsync, the others keep nothing",
        "acked",
        lambda result: float(result["rate"]),
        digits=0,
        more_is_better=True,
        asked={"express": 6, "fastapi": 4, "ours-memory": 0.5},
    ),
    Row(
        "POST → frame, p50 in ms, 100 clients, 400 events/s",
        "fan_out",
        lambda result: _frame_ms(result, "p50"),
        digits=2,
    ),
    Row(
        "POST → frame, p99 in ms, 100 clients, 400 events/s",
        "fan_out",
        lambda result: _frame_ms(result, "p99"),
        digits=2,
        asked={"express": 5, "fastapi": 2},
    ),
    Row(
        "KiB of memory per idle `/ws` connection, of 1,000",
        "memory",
        lambda result: (result["after"] - result["before"]) / max(1, result["held"]) / 1024,
    ),
)


@dataclass(frozen=True)
class Run:
    """What was done: the call, our commit, the commands by what they are for, what went wrong."""

    call: str
    commit: str
    commands: dict[str, str]
    problems: Sequence[str]


def report(rounds: Rounds, run: Run) -> str:
    """The whole report; the tables first."""
    names = [name for name in LABELS if any(name in each for each in rounds)]
    parts = [
        f"Measured by `{run.call}`: medians of the rounds, in brackets the least and the most.",
        numbers(rounds, names),
        "How many times better ours is: medians of the ratios within each round. Against the "
        "bound it is how many times its cost ours is.",
        ratios(rounds, [name for name in names if name != "ours"]),
        "## Notes",
        "\n".join(f"- {note}" for note in [*notes(rounds), *run.problems]) or "Nothing was lost.",
        "## Commands",
        "\n".join(f"- {row}: `{command}`" for row, command in run.commands.items()),
        "## Machine",
        "\n".join(f"- {line}" for line in [f"ours: {run.commit}", *machine()]),
    ]
    return "\n\n".join(parts) + "\n"


def numbers(rounds: Rounds, names: Sequence[str]) -> str:
    lines = [_line("", *(LABELS[name] for name in names)), _line(*["---"] * (len(names) + 1))]
    for row in ROWS:
        found = [values(rounds, row, name) for name in names]
        if any(found):
            lines.append(_line(row.title, *(_spread(each, row.digits) for each in found)))
    return "\n".join(lines)


def ratios(rounds: Rounds, peers: Sequence[str]) -> str:
    lines = [_line("", *(LABELS[name] for name in peers)), _line(*["---"] * (len(peers) + 1))]
    for row in ROWS:
        if any(paired(rounds, row, peer) for peer in peers):
            lines.append(_line(row.title, *(_ratio_cell(rounds, row, peer) for peer in peers)))
    return "\n".join(lines)


def values(rounds: Rounds, row: Row, name: str) -> list[float]:
    """What was measured of a server, one value a round."""
    measured = [
        each[name][row.measurement] for each in rounds if row.measurement in each.get(name, {})
    ]
    return [value for value in map(row.read, measured) if value > 0]


def paired(rounds: Rounds, row: Row, peer: str) -> list[float]:
    """How many times better ours was than the peer in each round."""
    found = []
    for each in rounds:
        ours, theirs = values([each], row, "ours"), values([each], row, peer)
        if ours and theirs:
            better, worse = (ours, theirs) if row.more_is_better else (theirs, ours)
            found.append(better[0] / worse[0])
    return found


def notes(rounds: Rounds) -> list[str]:
    """What a reader should know of single measurements."""
    found = []
    for number, each in enumerate(rounds, 1):
        for name, measured in each.items():
            for what, result in measured.items():
                found += [f"round {number}, {LABELS[name]}, {what}: {n}" for n in _of(result)]
    return found


def machine() -> list[str]:
    """What it was measured with."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    packages = " ".join(f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "uvloop"))
    lock = Path(__file__).parents[1] / "peers" / "express" / "package-lock.json"
    modules = loads(lock.read_text())["packages"]
    peers = " ".join(f"{name} {modules[f'node_modules/{name}']['version']}" for name in MODULES)
    return [
        f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.release()}; the server on one core, the load on another",
        f"Python {platform.python_version()}, {packages}; Node {_node_version()}, {peers}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    ]


def _node_version() -> str:
    return subprocess.check_output([node(), "--version"], text=True).strip()


def _of(result: dict[str, Any]) -> list[str]:
    found = []
    if result.get("asked_rate") and result.get("rate", 0) < 0.97 * result["asked_rate"]:
        found.append(f"only {result['rate']:.0f} of {result['asked_rate']:.0f} events/s reached")
    for whose, share in result.get("others_share", {}).items():
        if share > DISTURBED:
            found.append(
                f"others used {share:.0%} of the core of the {whose}; don't trust this one"
            )
    if "steps" in result and result.get("own_cpu_s", 0) > BUSY * result.get("frames_s", 0):
        found.append("the load client was busy all the time; the server may bear more")
    if result.get("lost_at"):
        found.append(f"frames were lost, or requests failed, at {result['lost_at']:.0f} events/s")
    return found


def _ratio_cell(rounds: Rounds, row: Row, peer: str) -> str:
    found = paired(rounds, row, peer)
    if not found:
        return DASH
    if peer.startswith("bound"):
        found = [1 / ratio for ratio in found]
    cell = f"{_spread(found, 2)} {TIMES}"
    if peer in row.asked:
        met = median(found) >= row.asked[peer]
        return f"{cell}, asked ≥ {row.asked[peer]:g}: {_word(met)}"
    if peer in row.at_most:
        met = median(found) <= row.at_most[peer]
        return f"{cell}, asked ≤ {row.at_most[peer]:g}: {_word(met)}"
    return cell


def _word(met: bool) -> str:
    return "met" if met else "**missed**"


def _spread(found: Sequence[float], digits: int) -> str:
    if not found:
        return DASH
    middle = f"{median(found):,.{digits}f}"
    if len(found) == 1:
        return middle
    return f"{middle} ({min(found):,.{digits}f}{DASH}{max(found):,.{digits}f})"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
