"""Measure what a cluster of three nodes costs: CPU an event of the node that accepts the events, of
a follower, and of redis-server; and, in the same run, of one server without a journal.

    python -m bench.cluster.node_cost [--seconds S] [--rates R …]

Prints JSON lines. A rate of 0 sends the next event after each response. Needs a C compiler and
redis-server."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness.build import compile_load_client
from bench.harness.cpu import process_cpu_s
from bench.harness.process import Server, our_command, running
from bench.load.client import run_load
from tools.local_processes import running_redis

NODES = 3
WARM_UP = 200
SETTLE_S = 1.0
"""Time for the followers to apply the last events."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=10, help="of each load")
    parser.add_argument("--rates", type=float, nargs="+", default=[500, 2000, 0])
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        program = compile_load_client(Path(folder))
        redis = stack.enter_context(running_redis(Path(folder)))
        command = our_command("--journal", redis.journal)
        single = stack.enter_context(running("single", our_command()))
        nodes = [stack.enter_context(running("node", command)) for _ in range(NODES)]
        cluster = {"ingest": nodes[0].pid, "follower": nodes[1].pid, "redis": redis.pid}
        for rate in options.rates:
            load = ["--rate", str(rate), "--seconds", str(options.seconds), "--tag", f"r{rate}-"]
            for journal, server, pids in (
                ("memory", single, {"ingest": single.pid}),
                ("cluster", nodes[0], cluster),
            ):
                row = measure(program, server, pids, load)
                print(json.dumps({"rate": rate, "journal": journal, **row}), flush=True)


def measure(program: Path, server: Server, pids: dict[str, int], load: list[str]) -> dict[str, Any]:
    """Run one load. Returns its latencies, and CPU microseconds an event of each process."""
    before = {name: process_cpu_s(pid) for name, pid in pids.items()}
    result = run_load(program, server, "--warm-up", str(WARM_UP), *load)
    time.sleep(SETTLE_S)
    used = {name: process_cpu_s(pid) - before[name] for name, pid in pids.items()}
    events = result["accepted"] + WARM_UP
    return {
        "events_per_s": round(result["rate"]),
        "answer_ms_p50": result["answer_ms"]["p50"],
        "answer_ms_p99": result["answer_ms"]["p99"],
        **{f"{name}_us": round(used_s * 1e6 / events, 1) for name, used_s in used.items()},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
