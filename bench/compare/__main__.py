"""Compare our server with others that do the same work: Express with ws, FastAPI, and a C program
that only answers. ``python -m bench.compare --help`` lists the options.

Each round starts every server again, in another order, on one core; the load client runs on another
core. The report and the raw data are written to ``bench/results/``. The figures depend on the
machine, so compare the ratios. Exit code 1: our server lost a frame or rejected a request, except
in the search for its highest rate; 2: a tool is missing."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bench.compare.measurements import GROUPS, QUICK, SOME_ROUNDS, Plan
from bench.compare.report import Run, markdown
from bench.compare.rows import LABELS, Rounds
from bench.compare.servers import FrameSizes, commands, display
from bench.harness.build import BENCH, MissingToolError, build_all, build_commands
from bench.harness.cpu import choose_cores
from bench.harness.environment import git_revision, raise_open_files_limit
from bench.harness.process import ROOT, running
from bench.load.client import LoadClient, Result

DEFAULT_SERVERS = ("ours", "express", "fastapi", "baseline")
FAN_OUT_VARIANTS = ("fastapi-json", "baseline-one-write")
DURABLE_SERVERS = ("ours", "express", "fastapi", "ours-memory")
"""Servers of the group "acked": ours with a journal on disk, the others without one."""
TRACKING_SERVERS = ("ours", "express")
SERVERS = {"acked": DURABLE_SERVERS, "track": TRACKING_SERVERS}


def main() -> int:
    options = parse_options()
    try:
        build_all(options.out / "build")
    except MissingToolError as missing:
        print(missing, file=sys.stderr)
        return 2
    raise_open_files_limit()
    server_core, load_core = choose_cores()
    load = LoadClient(options.out / "build" / "load", load_core, server_core, options.pages)
    load.commands["build"] = " && ".join(map(display, build_commands()))
    rounds = Comparison(options, load, server_core).run()
    run = Run(options.call, git_revision(options.tree), load.commands, load.problems)
    text = markdown(rounds, run)
    save(options, rounds, run, text)
    print(text)
    return 1 if any(problem.startswith("ours:") for problem in load.problems) else 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.compare", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="two short rounds, within 3 minutes")
    parser.add_argument("--rounds", type=int, help="rounds (default: 3, or 2 with --quick)")
    parser.add_argument("--only", nargs="+", choices=LABELS, help="servers (default: all)")
    parser.add_argument("--rows", nargs="+", choices=GROUPS, help="measurements (default: all)")
    parser.add_argument("--pages", type=int, default=50, help="page names (default: 50)")
    parser.add_argument("--name", default="compare", help="name of the two files of results")
    parser.add_argument("--out", type=Path, default=BENCH / "results", help="their folder")
    parser.add_argument("--tree", type=Path, default=ROOT, help="checkout of our server")
    options = parser.parse_args()
    options.call = call(options)
    options.plan = QUICK if options.quick else Plan()
    if options.rounds is not None:
        if options.rounds < 1:
            parser.error("rounds should be at least 1")
        options.plan = replace(options.plan, rounds=options.rounds)
    options.out = options.out.resolve()
    return options


def call(options: argparse.Namespace) -> str:
    """Build the command to show in the report, without folders of this machine."""
    words = ["python -m bench.compare", *(["--quick"] if options.quick else [])]
    for flag in ("rounds", "only", "rows", "pages"):
        value = getattr(options, flag)
        if value is not None:
            words += [f"--{flag}", *(value if isinstance(value, list) else [str(value)])]
    return " ".join(words)


class Comparison:
    """Runs all rounds."""

    def __init__(
        self, options: argparse.Namespace, load: LoadClient, server_core: int | None
    ) -> None:
        self._options = options
        self._plan: Plan = options.plan
        self._load = load
        self._server_core = server_core
        self._frames = FrameSizes()

    def run(self) -> Rounds:
        rounds: Rounds = []
        for number in range(self._plan.rounds):
            measured: dict[str, dict[str, Result]] = {}
            for group in self._options.rows or GROUPS:
                for name in self._order(number, group):
                    print(f"round {number + 1}: {group}, {LABELS[name]}", file=sys.stderr)
                    measured.setdefault(name, {}).update(self._measure(group, name, number))
            rounds.append(measured)
        return rounds

    def _order(self, number: int, group: str) -> Sequence[str]:
        """Return the servers, rotated by one from round to round.

        Ours is first in the first round, since the baseline copies the size of our frames.
        """
        names = list(SERVERS.get(group, DEFAULT_SERVERS))
        if self._plan.variants and group == "fan-out":
            names += FAN_OUT_VARIANTS
        if self._options.only:
            names = [name for name in names if name in self._options.only]
        if not names:
            return []
        shift = number % len(names)
        return [*names[shift:], *names[:shift]]

    def _measure(self, group: str, name: str, number: int) -> dict[str, Result]:
        """Start one server and measure the group with it."""
        measured: dict[str, Result] = {}
        built = self._options.out / "build"
        command = commands(self._options.tree, built, self._frames)[name]
        self._load.commands.setdefault(name, display(command))
        if group == "acked" and name == "ours":
            command = [*command, "--journal", f"sqlite:{_deleted(built / 'acked.db')}"]
            self._load.commands.setdefault("ours, acked", f"{display(command[:-1])} sqlite:FILE")
        if group == "track" and name == "ours":
            command = [*command, "--trusted-proxies", "127.0.0.1"]
            self._load.commands.setdefault("ours, track", display(command))
        with running(name, command, self._server_core) as server:
            for measure in GROUPS[group]:
                if measure not in SOME_ROUNDS or number < self._plan.some_rounds:
                    measured |= measure(self._load, server, self._plan)
        if name == "ours" and "fan_out" in measured:
            sizes = measured["fan_out"]
            self._frames = FrameSizes(int(sizes["update_bytes"]), int(sizes["activity_bytes"]))
        return measured


def save(options: argparse.Namespace, rounds: Rounds, run: Run, text: str) -> None:
    """Write the raw data and the report."""
    data = {**asdict(run), "plan": asdict(options.plan), "rounds": rounds}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{options.name}.json").write_text(json.dumps(data, indent=1) + "\n")
    (options.out / f"{options.name}.md").write_text(text)


def _deleted(database: Path) -> Path:
    """Delete a database with its side files. Returns its path."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()
    return database


if __name__ == "__main__":
    sys.exit(main())
