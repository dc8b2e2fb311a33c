"""Measure how the cost of an event grows with events a second, running sessions, page names,
``/ws`` clients and open pages, and draw it.

    python -m bench.growth [--quick] [--smallest] [--redraw] [--out DIR] [--svg FILE]

Each point is measured with a new server, or a new state, on one core; the load runs on another. The
raw figures are written to ``bench/results/growth.json``, the charts to ``docs/images/growth.svg``.
``--redraw`` draws the last figures again. Needs a C compiler."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.growth import apply_cost, server_cost
from bench.growth.report import Point, svg, table
from bench.harness.build import BENCH, MissingToolError, compile_load_client
from bench.harness.cpu import choose_cores
from bench.harness.environment import cpu_model, git_revision, raise_open_files_limit
from bench.harness.process import ROOT
from bench.load.client import LoadClient, Result

RATES = {1: 10.0, 10: 5.0, 100: 3.0, 1_000: 2.0, 10_000: 1.5}
"""Events a second, and for how many seconds."""
CLIENTS = {1: 100, 10: 100, 100: 100, 1_000: 20}
"""``/ws`` clients, and events a second."""
PAGES = (1, 10, 100)
SESSIONS = (100, 1_000, 10_000, 100_000)
NAMES = (10, 100, 1_000, 10_000, 100_000)
FIXED_SESSIONS, FIXED_NAMES = 1_000, 50
"""Sessions while the names vary, and names while the sessions vary."""
REACHED = 0.97
DISTURBED = 0.1
"""Share of the server's core that other processes may use before a note says so."""


@dataclass(frozen=True)
class Plan:
    """Numbers of rounds, events, and points of each series, the smallest first; and seconds.
    ``speed_up`` divides the time at each rate."""

    rounds: int = 3
    events: int = 20_000
    clients_s: float = 3
    pages_s: float = 4
    idle_s: float = 2
    speed_up: float = 1
    points: int = 10


SMALLEST = Plan(
    rounds=1, events=1_000, clients_s=0.5, pages_s=0.5, idle_s=0.2, speed_up=5, points=1
)
QUICK = Plan(rounds=1, events=10_000, clients_s=2, pages_s=3, idle_s=1, speed_up=2)


def main() -> int:
    options = parse_options()
    raw = options.out / "growth.json"
    if not options.redraw:
        try:
            program = compile_load_client(options.out / "build")
        except MissingToolError as missing:
            print(missing, file=sys.stderr)
            return 2
        raise_open_files_limit()
        plan = SMALLEST if options.smallest else QUICK if options.quick else Plan()
        found = measure(plan, program)
        raw.write_text(json.dumps(found, indent=1) + "\n")
    found = json.loads(raw.read_text())
    points = [Point(**each) for each in found["points"]]
    idle_ms = [each["server_cpu_s"] / each["seconds"] * 1e3 for each in found["idle"]]
    options.svg.write_text(svg(points, found["plan"]["rounds"], idle_ms, found["machine"]))
    print(table(points))
    for problem in found["problems"]:
        print(f"- {problem}")
    return 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.growth", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--smallest", action="store_true", help="one point of each series")
    parser.add_argument("--redraw", action="store_true", help="draw the last figures again")
    parser.add_argument("--out", type=Path, default=BENCH / "results", help="folder of raw figures")
    parser.add_argument(
        "--svg", type=Path, default=ROOT / "docs" / "images" / "growth.svg", help="the charts"
    )
    return parser.parse_args()


def measure(plan: Plan, program: Path) -> dict[str, Any]:
    """Run all rounds. The order of the series rotates from one round to the next."""
    server_core, load_core = choose_cores()
    load = LoadClient(program, load_core, server_core, FIXED_NAMES)
    growth = Growth(plan, load)
    series = [growth.events, growth.sessions, growth.names, growth.clients, growth.pages]
    if load_core is not None:
        os.sched_setaffinity(0, {load_core})
    points: list[Point] = []
    idle: list[Result] = []
    for number in range(plan.rounds):
        idle.append(server_cost.measure_idle(load, plan.idle_s))
        for part in series[number:] + series[:number]:
            for point in part():
                print(f"round {number + 1}: {point}", file=sys.stderr)
                points.append(point)
    return {
        "machine": f"{cpu_model()}, Python {platform.python_version()}",
        "revision": git_revision(ROOT),
        "measured_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "plan": asdict(plan),
        "commands": load.commands,
        "problems": load.problems,
        "points": [asdict(point) for point in points],
        "idle": idle,
        "raw": growth.raw,
    }


class Growth:
    """The five series. Each generator measures and yields its points one by one.

    ``raw`` gets the result of every measurement.
    """

    def __init__(self, plan: Plan, load: LoadClient) -> None:
        self.raw: list[dict[str, Any]] = []
        self._plan = plan
        self._load = load

    def events(self) -> Iterator[Point]:
        for watchers, curve in enumerate(("no /ws client", "one /ws client")):
            for rate, seconds in islice(RATES.items(), self._plan.points):
                duration_s = seconds / self._plan.speed_up
                result = server_cost.measure_events(self._load, rate, watchers, duration_s)
                self._record("events", curve, rate, result)
                yield Point("events", curve, rate, cpu_us_per(result, "accepted"))

    def sessions(self) -> Iterator[Point]:
        for number in SESSIONS[: self._plan.points]:
            yield from self._apply("sessions", number, number, FIXED_NAMES)

    def names(self) -> Iterator[Point]:
        for number in NAMES[: self._plan.points]:
            yield from self._apply("names", number, FIXED_SESSIONS, number)

    def clients(self) -> Iterator[Point]:
        for number, rate in islice(CLIENTS.items(), self._plan.points):
            result = server_cost.measure_events(self._load, rate, number, self._plan.clients_s)
            self._record("clients", "", number, result)
            yield Point("clients", "per event", number, cpu_us_per(result, "accepted"))
            yield Point("clients", "per frame", number, cpu_us_per(result, "frames"))

    def pages(self) -> Iterator[Point]:
        for number in PAGES[: self._plan.points]:
            result = server_cost.measure_pages(self._load, number, self._plan.pages_s)
            self._record("pages", "", number, result)
            ms = result["server_cpu_s"] * 1e3
            yield Point("pages", "per second", number, ms / result["posts_s"])
            yield Point("pages", "per page and tick", number, ms / max(1, result["ticks"]))

    def _apply(self, series: str, x: int, sessions: int, names: int) -> Iterator[Point]:
        for has_audience, curve in ((True, "messages made"), (False, "not made")):
            result = apply_cost.measure_in_new_process(
                self._load.server_core, sessions, names, has_audience, self._plan.events
            )
            self._record(series, curve, x, result)
            yield Point(series, curve, x, result["mean_us"])

    def _record(self, series: str, curve: str, x: float, result: Result) -> None:
        """Add a result to ``raw``, and note what limits its validity."""
        self.raw.append({"series": series, "curve": curve, "x": x, **result})
        where = f"{series} {curve} {x:,}".replace("  ", " ")
        requested = result.get("requested_rate", 0)
        if result.get("rate", requested) < REACHED * requested:
            reached = f"only {result['rate']:,.0f} of {requested:,.0f} events/s reached"
            self._load.problems.append(f"{where}: {reached}")
        share = result.get("others_share", {}).get("server", 0)
        if share > DISTURBED:
            self._load.problems.append(
                f"{where}: other processes used {share:.0%} of the server's core"
            )


def cpu_us_per(result: Result, what: str) -> float:
    """Return the server's CPU microseconds for each of ``what``, a count in the result."""
    return float(result["server_cpu_s"] * 1e6 / max(1, result[what]))


if __name__ == "__main__":
    sys.exit(main())
