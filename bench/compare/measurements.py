"""The measurements of one server. Each runs the load client and returns its results by name.

Each counts responses and frames, and compares the number of accepted events with the server's own
count, so that a server that drops work does not look fast."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.harness.process import Server
from bench.load.client import LoadClient, Result, faults, held_connections

WATCHERS = 100
RATE = 400
BATCH = 100
SENDERS = 256
IDLE_WATCHERS = 1_000
REACHED = 0.9
"""A rate is sustained if this share of it was reached."""
SAMPLED_WATCHERS = 4


@dataclass(frozen=True)
class Plan:
    """Numbers of rounds, and seconds of each measurement without its warm-up.

    ``some_rounds``: rounds that also search the highest rate and measure memory.
    ``warm_up``: events before a measurement.
    ``bisections``: steps between the highest rate that was sustained and the lowest that wasn't.
    ``variants``: also measure the servers that differ in their fan-out only.
    """

    rounds: int = 3
    some_rounds: int = 3
    ingest_s: float = 4
    batch_s: float = 3
    steady_s: float = 8
    step_s: float = 3
    warm_up: int = 10_000
    bisections: int = 2
    first_rate: float = 250
    variants: bool = True


QUICK = Plan(
    rounds=2,
    some_rounds=1,
    ingest_s=1.5,
    batch_s=1,
    steady_s=2.5,
    step_s=1,
    warm_up=2_000,
    bisections=0,
    variants=False,
)

Measure = Callable[[LoadClient, Server, Plan], dict[str, Result]]


def ingest(load: LoadClient, server: Server, plan: Plan) -> dict[str, Result]:
    """Post single events, then batches, over 32 connections, each after the response to the one
    before. There are no ``/ws`` clients."""
    warm_up = ("--warm-up", str(plan.warm_up))
    single = ("--seconds", f"{plan.ingest_s:g}", *warm_up)
    batches = ("--batch", str(BATCH), "--seconds", f"{plan.batch_s:g}", *warm_up)
    results = {
        "ingest": load.run_checked("ingest", server, *single),
        "batch": load.run_checked("batch", server, *batches),
    }
    _check_accepted(load, server, results)
    return results


def acked(load: LoadClient, server: Server, plan: Plan) -> dict[str, Result]:
    """Post single events over 256 connections, so that a journal can commit many at once."""
    options = ("--posts", str(SENDERS), "--seconds", f"{plan.ingest_s:g}")
    warm_up = ("--warm-up", str(plan.warm_up))
    results = {"acked": load.run_checked("acked", server, *options, *warm_up)}
    _check_accepted(load, server, results)
    return results


def track(load: LoadClient, server: Server, plan: Plan) -> dict[str, Result]:
    """Post what trackers send, over 32 connections: 1,000 User-Agents at 16 addresses each, so that
    nobody views as many pages as a bot."""
    options = ("--track", "--seconds", f"{plan.ingest_s:g}", "--warm-up", str(plan.warm_up))
    results = {"track": load.run_checked("track", server, *options)}
    _check_accepted(load, server, results)
    return results


def fan_out(load: LoadClient, server: Server, plan: Plan) -> dict[str, Result]:
    """Post 400 events a second, with 100 ``/ws`` clients that look for each event's id."""
    options = ("--watch", str(WATCHERS), "--rate", str(RATE), "--seconds", f"{plan.steady_s:g}")
    warm_up = ("--warm-up", str(2 * RATE))
    results = {"fan_out": load.run_checked("fan_out", server, *options, *warm_up)}
    _check_accepted(load, server, results)
    return results


def highest_rate(load: LoadClient, server: Server, plan: Plan) -> dict[str, Result]:
    """Double the rate until it isn't reached or a frame is lost, then bisect.

    The result is the run with the highest rate, measured up to the last frame, of those without a
    lost frame; ``lost_at`` is the lowest rate with one.
    """
    steps: list[Result] = []
    sustained, rate = 0.0, plan.first_rate
    while _is_sustained(load, server, plan, rate, steps):
        sustained, rate = rate, rate * 2
    beyond = rate
    for _ in range(plan.bisections):
        rate = (sustained + beyond) / 2
        if _is_sustained(load, server, plan, rate, steps):
            sustained = rate
        else:
            beyond = rate
    load.commands["highest"] = re.sub(r"--rate \S+", "--rate RATE", load.commands["highest"])
    complete = [step for step in steps if not faults(step)]
    best = max(complete, key=lambda step: float(step["rate"]), default={"rate": 0.0})
    faulty = [step["requested_rate"] for step in steps if faults(step)]
    return {"highest": {**best, "lost_at": min(faulty, default=None), "steps": steps}}


def memory(load: LoadClient, server: Server, plan: Plan) -> dict[str, Result]:
    """Measure the memory of a new server before and after 1,000 ``/ws`` clients join."""
    before = server.resident_bytes()
    load.commands["memory"] = f"load --port PORT --watch {IDLE_WATCHERS} --hold"
    with held_connections(load.program, server, IDLE_WATCHERS, load.core) as held:
        after = server.resident_bytes()
    if held != IDLE_WATCHERS:
        load.problems.append(f"{server.name}: memory: {IDLE_WATCHERS - held} sockets closed")
    return {"memory": {"held": held, "before": before, "after": after}}


GROUPS: dict[str, tuple[Measure, ...]] = {
    "fan-out": (fan_out, highest_rate),
    "ingest": (ingest,),
    "track": (track,),
    "acked": (acked,),
    "memory": (memory,),
}
"""What is measured on one start of a server. Fan-out is first: it measures the sizes of our frames,
which the baseline copies."""
SOME_ROUNDS = (highest_rate, memory)


def _is_sustained(
    load: LoadClient, server: Server, plan: Plan, rate: float, steps: list[Result]
) -> bool:
    """Measure one rate and append the result to ``steps``."""
    options = ("--watch", str(WATCHERS), "--sample", str(SAMPLED_WATCHERS), "--rate", f"{rate:g}")
    result = load.run("highest", server, *options, "--seconds", f"{plan.step_s:g}")
    steps.append(result)
    return not faults(result) and result["rate"] >= REACHED * rate


def _check_accepted(load: LoadClient, server: Server, results: dict[str, Result]) -> None:
    """Note a problem if the server's count is not the number of events that it confirmed."""
    if server.name.startswith("baseline"):
        return
    confirmed = sum(result["accepted_ever"] for result in results.values())
    counted = server.accepted_events()
    if confirmed != counted:
        load.problems.append(f"{server.name}: {confirmed} events confirmed, but {counted} counted")
