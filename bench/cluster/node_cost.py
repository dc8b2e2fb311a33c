"""Measures what a cluster costs: CPU of the node that takes the events, of one that only follows,
and of redis-server, an event; and, in the same run, of one server without a journal.

    python -m bench.cluster.node_cost [--seconds 10] [--rates 500 2000 0]

A rate of 0 is as fast as answers come. Needs a C compiler and redis-server."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness.cpu import process_s
from bench.harness.process import Server, compiled, running
from tools.demo_cluster import free_ports, redis_command, stop, wait_for

ROOT = Path(__file__).parents[2]
OURS = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
SETTLE_S = 1.0


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="What a cluster costs.")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rates", type=float, nargs="+", default=[500, 2000, 0])
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        compiled(Path(folder), "load")
        [port] = free_ports(1)
        command = redis_command(Path(folder), port)
        redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        stack.callback(stop, [redis])
        wait_for(port)
        journal = [*OURS, "--journal", f"redis://127.0.0.1:{port}/0"]
        alone = stack.enter_context(running("alone", OURS, None))
        nodes = [stack.enter_context(running("node", journal, None)) for _ in range(3)]
        for rate in asked.rates:
            words = ["--rate", str(rate), "--seconds", str(asked.seconds), "--tag", f"r{rate}-"]
            cluster = {"takes": nodes[0].pid, "follows": nodes[1].pid, "redis": redis.pid}
            for name, door, pids in (
                ("memory", alone, {"takes": alone.pid}),
                ("cluster", nodes[0], cluster),
            ):
                told = measured(Path(folder) / "load", door, pids, words)
                print(json.dumps({"rate": rate, "journal": name, **told}), flush=True)


def measured(program: Path, door: Server, pids: dict[str, int], words: list[str]) -> dict[str, Any]:
    """Of one load: what it says of answers, and microseconds of CPU of each process an event."""
    before = {name: process_s(pid) for name, pid in pids.items()}
    command = [str(program), "--port", str(door.port), "--warm-up", "200", *words]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    time.sleep(SETTLE_S)
    found = json.loads(ended.stdout)
    events = found["accepted"] + 200
    used = {name: process_s(pid) - before[name] for name, pid in pids.items()}
    return {
        "events_per_s": round(found["rate"]),
        "answer_ms_p50": found["answer_ms"]["p50"],
        "answer_ms_p99": found["answer_ms"]["p99"],
        **{f"{name}_us": round(used_s * 1e6 / events, 1) for name, used_s in used.items()},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
