"""Measures our server beside others that do the same work, in one run on one machine: Express with
ws, plain FastAPI, and a C program that does nothing but answer. Read the ratios; the figures depend
on the machine. ``python -m bench.compare --help`` shows what can be varied.

Each round starts every server anew, in another order, on a core of its own; the load client runs
on another one. Raw data and the report go to ``bench/results/``. The exit code is 1 if our server
lost a frame or answered a request wrongly, other than in the search for its highest rate."""

import argparse
import json
import os
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bench.compare import measurements as measure
from bench.compare.measurements import QUICK, Load, Plan, Result
from bench.compare.report import LABELS, Rounds, Run, report
from bench.harness.process import (
    BENCH,
    Missing,
    Server,
    WebSocketProtocol,
    build,
    commands,
    revision,
    running,
    told,
    told_build,
)

MAIN = ("ours", "express", "fastapi", "bound")
VARIANTS = ("fastapi-json", "bound-one-write")
SAFE = ("ours", "express", "fastapi", "ours-memory")
"""Ours with a journal on disk, beside others without one, ours among them."""

Measure = Callable[[Load, Server, Plan], dict[str, Result]]


def main() -> int:
    asked = arguments()
    try:
        build(asked.out / "build")
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server_core, load_core = cores()
    load = Load(asked.out / "build" / "load", load_core, server_core, asked.pages)
    load.commands["build"] = told_build()
    found = Bench(asked, load, server_core).run()
    run = Run(asked.call, revision(asked.tree), load.commands, load.problems)
    text = report(found, run)
    save(asked, found, run, text)
    print(text)
    return 1 if any(problem.startswith("ours:") for problem in load.problems) else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="two short rounds, within 3 minutes")
    parser.add_argument("--rounds", type=int, help="rounds (default: 3, or 2 with --quick)")
    parser.add_argument("--only", nargs="+", choices=LABELS, help="servers (default: all)")
    parser.add_argument("--rows", nargs="+", choices=GROUPS, help="measurements (default: all)")
    parser.add_argument("--pages", type=int, default=50, help="pages visited (default: 50)")
    parser.add_argument("--name", default="compare", help="names the two files of results")
    parser.add_argument("--out", type=Path, default=BENCH / "results", help="their folder")
    parser.add_argument("--tree", type=Path, default=BENCH.parent, help="checkout of our server")
    asked = parser.parse_args()
    asked.call = call(asked)
    asked.plan = QUICK if asked.quick else Plan()
    if asked.rounds is not None:
        if asked.rounds < 1:
            parser.error("rounds should be at least 1")
        asked.plan = replace(asked.plan, rounds=asked.rounds)
    asked.out = asked.out.resolve()
    return asked


def call(asked: argparse.Namespace) -> str:
    """The command to tell in the report: without folders of this machine."""
    words = ["python -m bench.compare", *(["--quick"] if asked.quick else [])]
    for flag in ("rounds", "only", "rows", "pages"):
        value = getattr(asked, flag)
        if value is not None:
            words += [f"--{flag}", *(value if isinstance(value, list) else [str(value)])]
    return " ".join(words)


def cores() -> tuple[int | None, int | None]:
    """One for the server and one for the load; with a single one they have to share."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


class Bench:
    """All rounds of one call."""

    def __init__(self, asked: argparse.Namespace, load: Load, core: int | None) -> None:
        self._asked = asked
        self._plan: Plan = asked.plan
        self._load = load
        self._core = core
        self._frames = WebSocketProtocol()

    def run(self) -> Rounds:
        found: Rounds = []
        for number in range(self._plan.rounds):
            measured: dict[str, dict[str, Result]] = {}
            for group in self._asked.rows or GROUPS:
                for name in self._order(number, group):
                    print(f"round {number + 1}: {group}, {LABELS[name]}", file=sys.stderr)
                    measured.setdefault(name, {}).update(self._measure(group, name, number))
            found.append(measured)
        return found

    def _order(self, number: int, group: str) -> Sequence[str]:
        """Ours first in the first round, since the bound copies the size of our frames; then each
        round begins with the next one."""
        names = list(SAFE if group == "acked" else MAIN)
        if self._plan.variants and group == "fan-out":
            names += VARIANTS
        if self._asked.only:
            names = [name for name in names if name in self._asked.only]
        if not names:
            return []
        shift = number % len(names)
        return [*names[shift:], *names[:shift]]

    def _measure(self, group: str, name: str, number: int) -> dict[str, Result]:
        measured: dict[str, Result] = {}
        built = self._asked.out / "build"
        command = commands(self._asked.tree, built, self._frames)[name]
        self._load.commands.setdefault(name, told(command))
        if group == "acked" and name == "ours":
            command = [*command, "--journal", f"sqlite:{fresh(built / 'acked.db')}"]
            self._load.commands.setdefault("ours, acked", f"{told(command[:-1])} sqlite:FILE")
        with running(name, command, self._core) as server:
            for each in GROUPS[group]:
                if each not in RARE or number < self._plan.rare_rounds:
                    measured |= each(self._load, server, self._plan)
        if name == "ours" and "fan_out" in measured:
            sizes = measured["fan_out"]
            self._frames = WebSocketProtocol(
                int(sizes["update_bytes"]), int(sizes["activity_bytes"])
            )
        return measured


GROUPS: dict[str, tuple[Measure, ...]] = {
    "fan-out": (measure.fan_out, measure.highest_rate),
    "ingest": (measure.ingest,),
    "acked": (measure.acked,),
    "memory": (measure.memory,),
}
"""What is measured on one start of a server. Fan-out comes first: it tells the bound the sizes."""
RARE = (measure.highest_rate, measure.memory)


def fresh(database: Path) -> Path:
    """The name of a database that isn't there."""
    for each in database.parent.glob(f"{database.name}*"):
        each.unlink()
    return database


def save(asked: argparse.Namespace, found: Rounds, run: Run, text: str) -> None:
    data = {**asdict(run), "plan": asdict(asked.plan), "rounds": found}
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / f"{asked.name}.json").write_text(json.dumps(data, indent=1) + "\n")
    (asked.out / f"{asked.name}.md").write_text(text)


if __name__ == "__main__":
    sys.exit(main())
