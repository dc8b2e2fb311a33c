"""The report in Markdown: medians, spreads and ratios of the measurements."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from json import loads
from statistics import median

from bench.compare.rows import LABELS, ROWS, Rounds, Row
from bench.harness.build import EXPRESS, node_program
from bench.harness.environment import cpu_model
from bench.load.client import Result

DASH = "–"  # noqa: RUF001
TIMES = "×"  # noqa: RUF001
NODE_PACKAGES = ("express", "ws", "ua-parser-js", "isbot")
PYTHON_PACKAGES = ("fastapi", "uvicorn", "uvloop")
BUSY = 0.95
"""Share of its core from which on the load client may limit the measured rate."""
REACHED = 0.97
"""Share of the requested rate below which a note says so."""
DISTURBED = 0.1
"""Share of a core that other processes may use before a note says so."""


@dataclass(frozen=True)
class Run:
    """The call, the commit of our server, the commands by measurement, and what went wrong."""

    call: str
    commit: str
    commands: dict[str, str]
    problems: Sequence[str]


def markdown(rounds: Rounds, run: Run) -> str:
    """Format the whole report."""
    names = [name for name in LABELS if any(name in measured for measured in rounds)]
    parts = [
        f"Measured by `{run.call}`: medians of the rounds, in brackets minimum and maximum.",
        medians_table(rounds, names),
        "How many times better ours is: medians of the ratios within each round. Against the C "
        "baseline it is how many times its cost ours is.",
        ratios_table(rounds, [name for name in names if name != "ours"]),
        "## Notes",
        "\n".join(f"- {note}" for note in [*notes(rounds), *run.problems]) or "Nothing was lost.",
        "## Commands",
        "\n".join(f"- {row}: `{command}`" for row, command in run.commands.items()),
        "## Machine",
        "\n".join(f"- {line}" for line in [f"ours: {run.commit}", *machine()]),
    ]
    return "\n\n".join(parts) + "\n"


def medians_table(rounds: Rounds, names: Sequence[str]) -> str:
    """Format the figures, a column for each server."""
    lines = _head(names)
    for row in ROWS:
        found = [values(rounds, row, name) for name in names]
        if any(found):
            lines.append(_line(row.title, *(_spread(each, row.digits) for each in found)))
    return "\n".join(lines)


def ratios_table(rounds: Rounds, peers: Sequence[str]) -> str:
    """Format the ratios and whether they meet their targets, a column for each peer."""
    lines = _head(peers)
    for row in ROWS:
        if any(ratios(rounds, row, peer) for peer in peers):
            lines.append(_line(row.title, *(_ratio_cell(rounds, row, peer) for peer in peers)))
    return "\n".join(lines)


def values(rounds: Rounds, row: Row, name: str) -> list[float]:
    """Return the figures of a server, one for each round that has one."""
    results = [
        measured[name][row.measurement]
        for measured in rounds
        if row.measurement in measured.get(name, {})
    ]
    return [value for value in map(row.value, results) if value > 0]


def ratios(rounds: Rounds, row: Row, peer: str) -> list[float]:
    """Return, for each round, how many times better ours was than the peer."""
    found = []
    for measured in rounds:
        ours, theirs = values([measured], row, "ours"), values([measured], row, peer)
        if ours and theirs:
            better, worse = (ours, theirs) if row.more_is_better else (theirs, ours)
            found.append(better[0] / worse[0])
    return found


def notes(rounds: Rounds) -> list[str]:
    """List what limits the validity of single measurements."""
    found = []
    for number, measured in enumerate(rounds, 1):
        for name, results in measured.items():
            for what, result in results.items():
                prefix = f"round {number}, {LABELS[name]}, {what}"
                found += [f"{prefix}: {note}" for note in _notes_of(result)]
    return found


def machine() -> list[str]:
    """Describe the machine and the versions."""
    packages = " ".join(f"{name} {version(name)}" for name in PYTHON_PACKAGES)
    modules = loads((EXPRESS / "package-lock.json").read_text())["packages"]
    peers = " ".join(
        f"{name} {modules[f'node_modules/{name}']['version']}" for name in NODE_PACKAGES
    )
    node_version = subprocess.check_output([node_program(), "--version"], text=True).strip()
    return [
        f"{cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        "the server on one core, the load on another",
        f"Python {platform.python_version()}, {packages}; Node {node_version}, {peers}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    ]


def _notes_of(result: Result) -> list[str]:
    found = []
    rate, requested = result.get("rate", 0), result.get("requested_rate", 0)
    if rate < REACHED * requested:
        found.append(f"only {rate:.0f} of {requested:.0f} events/s reached")
    for side, share in result.get("others_share", {}).items():
        if share > DISTURBED:
            found.append(
                f"other processes used {share:.0%} of the core of the {side}: not reliable"
            )
    if "steps" in result and result.get("own_cpu_s", 0) > BUSY * result.get("frames_s", 0):
        found.append("the load client's core was fully used; the server may sustain more")
    if result.get("lost_at"):
        found.append(f"frames were lost, or requests failed, at {result['lost_at']:.0f} events/s")
    return found


def _ratio_cell(rounds: Rounds, row: Row, peer: str) -> str:
    found = ratios(rounds, row, peer)
    if not found:
        return DASH
    if peer.startswith("baseline"):
        found = [1 / ratio for ratio in found]
    cell = f"{_spread(found, 2)} {TIMES}"
    if peer in row.at_least:
        met = median(found) >= row.at_least[peer]
        return f"{cell}, target ≥ {row.at_least[peer]:g}: {_verdict(met)}"
    if peer in row.at_most:
        met = median(found) <= row.at_most[peer]
        return f"{cell}, target ≤ {row.at_most[peer]:g}: {_verdict(met)}"
    return cell


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def _spread(found: Sequence[float], digits: int) -> str:
    if not found:
        return DASH
    middle = f"{median(found):,.{digits}f}"
    if len(found) == 1:
        return middle
    return f"{middle} ({min(found):,.{digits}f}{DASH}{max(found):,.{digits}f})"


def _head(names: Sequence[str]) -> list[str]:
    return [_line("", *(LABELS[name] for name in names)), _line(*["---"] * (len(names) + 1))]


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
