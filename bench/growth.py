"""Measures how the cost of an event grows with events a second, running sessions, page names,
``/ws`` clients and open pages, and draws it. ``python bench/growth.py``; ``--redraw`` draws anew
what was measured last.

Each point has a server, or a state, of its own on one core; the load is on another. The raw figures
go to ``bench/results/growth.json``, the charts to ``docs/images/growth.svg``."""

import argparse
import json
import os
import platform
import re
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import growth_served as served
from compare import cores
from growth_charts import Point, svg, table
from growth_state import apart, cost
from rounds import Load, Result
from servers import BENCH, Missing, compiled, revision

ROOT = BENCH.parent
RATES = {10: 5.0, 100: 3.0, 1_000: 2.0, 10_000: 1.5}
"""Events a second, and for how many seconds."""
CLIENTS = {1: 100, 10: 100, 100: 100, 1_000: 20}
"""Clients on /ws, and how many events a second they are sent."""
PAGES = (1, 10, 100)
SESSIONS = (100, 1_000, 10_000, 100_000)
NAMES = (10, 100, 1_000, 10_000, 100_000)
SESSIONS_BESIDE, NAMES_BESIDE = 1_000, 50
"""Sessions while the names vary, and names while the sessions vary."""
REACHED = 0.97
DISTURBED = 0.1
"""Share of the server's core that others took: above it, a figure isn't to be trusted."""


@dataclass(frozen=True)
class Plan:
    rounds: int = 3
    events: int = 20_000
    clients_s: float = 3
    pages_s: float = 4
    idle_s: float = 2
    shorter: float = 1
    """how many times the time at each rate is cut"""


QUICK = Plan(rounds=1, events=10_000, clients_s=2, pages_s=3, idle_s=1, shorter=2)


def main() -> int:
    asked = arguments()
    kept = asked.out / "growth.json"
    if not asked.redraw:
        try:
            compiled(asked.out / "build", "load")
        except Missing as missing:
            print(missing, file=sys.stderr)
            return 2
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        plan = QUICK if asked.quick else Plan()
        found = measured(plan, asked.out / "build" / "load")
        kept.write_text(json.dumps(found, indent=1) + "\n")
    found = json.loads(kept.read_text())
    points = [Point(**each) for each in found["points"]]
    idle_ms = [each["server_cpu_s"] / each["seconds"] * 1e3 for each in found["idle"]]
    asked.svg.write_text(svg(points, found["plan"]["rounds"], idle_ms, found["machine"]))
    print(table(points))
    for problem in found["problems"]:
        print(f"- {problem}")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--redraw", action="store_true", help="draw what was measured last")
    parser.add_argument("--out", type=Path, default=BENCH / "results", help="folder of raw figures")
    parser.add_argument("--svg", type=Path, default=ROOT / "docs/images/growth.svg", help="charts")
    return parser.parse_args()


def measured(plan: Plan, program: Path) -> dict[str, Any]:
    """All rounds. The order of what is measured turns from one to the next."""
    server_core, load_core = cores()
    load = Load(program, load_core, server_core, NAMES_BESIDE, {})
    growth = Growth(plan, load)
    parts = [growth.events, growth.sessions, growth.names, growth.clients, growth.pages]
    if load_core is not None:
        os.sched_setaffinity(0, {load_core})
    for number in range(plan.rounds):
        growth.idle.append(served.idle(load, plan.idle_s))
        for part in parts[number:] + parts[:number]:
            for point in part():
                print(f"round {number + 1}: {point}", file=sys.stderr)
                growth.points.append(point)
    return {
        "machine": machine(),
        "revision": revision(ROOT),
        "measured_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "plan": asdict(plan),
        "commands": load.commands,
        "problems": load.problems,
        "points": [asdict(point) for point in growth.points],
        "idle": growth.idle,
        "raw": growth.raw,
    }


class Growth:
    """The five ways to grow; each yields its points one by one."""

    def __init__(self, plan: Plan, load: Load) -> None:
        self.points: list[Point] = []
        self.idle: list[Result] = []
        self.raw: list[dict[str, Any]] = []
        self._plan = plan
        self._load = load

    def events(self) -> Iterator[Point]:
        for watchers, line in enumerate(("nobody watching", "one /ws client")):
            for rate, seconds in RATES.items():
                result = served.events(self._load, rate, watchers, seconds / self._plan.shorter)
                self._keep("events", line, rate, result)
                yield Point("events", line, rate, per(result, "accepted"))

    def sessions(self) -> Iterator[Point]:
        for number in SESSIONS:
            yield from self._state("sessions", number, number, NAMES_BESIDE)

    def names(self) -> Iterator[Point]:
        for number in NAMES:
            yield from self._state("names", number, SESSIONS_BESIDE, number)

    def clients(self) -> Iterator[Point]:
        for number, rate in CLIENTS.items():
            result = served.events(self._load, rate, number, self._plan.clients_s)
            self._keep("clients", "", number, result)
            yield Point("clients", "per event", number, per(result, "accepted"))
            yield Point("clients", "per frame", number, per(result, "frames"))

    def pages(self) -> Iterator[Point]:
        for number in PAGES:
            result = served.pages(self._load, number, self._plan.pages_s)
            self._keep("pages", "", number, result)
            ms = result["server_cpu_s"] * 1e3
            yield Point("pages", "per second", number, ms / result["posts_s"])
            yield Point("pages", "per page and tick", number, ms / max(1, result["ticks"]))

    def _state(self, series: str, x: int, sessions: int, names: int) -> Iterator[Point]:
        for heard, line in ((True, "messages made"), (False, "not made")):
            core, events = self._load.server_core, self._plan.events
            result = apart(core, cost, sessions, names, heard, events)
            self._keep(series, line, x, result)
            yield Point(series, line, x, result["mean_us"])

    def _keep(self, series: str, line: str, x: float, result: Result) -> None:
        self.raw.append({"series": series, "line": line, "x": x, **result})
        where = f"{series} {line} {x:,}".replace("  ", " ")
        asked = result.get("asked_rate", 0)
        if result.get("rate", asked) < REACHED * asked:
            reached = f"only {result['rate']:,.0f} of {asked:,.0f} events/s reached"
            self._load.problems.append(f"{where}: {reached}")
        share = result.get("others_share", {}).get("server", 0)
        if share > DISTURBED:
            self._load.problems.append(f"{where}: others used {share:.0%} of the server's core")


def per(result: Result, what: str) -> float:
    """Microseconds of the server for each of them."""
    return float(result["server_cpu_s"] * 1e6 / max(1, result[what]))


def machine() -> str:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    name = cpu[1].strip() if cpu else platform.machine()
    return f"{name}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
