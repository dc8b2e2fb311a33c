"""Measure whether a server stays the same under a steady rate, minute by minute: memory, time from
POST to response, and time from POST to frame of ten ``/ws`` clients.

    python -m bench.server.soak [--minutes N] [--rate R] [--journal URL] [flags of the server]

Prints JSON lines. Without ``--journal`` it is a temporary SQLite file. Memory grows until the
bounds of the state are reached: 400 steps a session and, by default, a million event ids. Needs a C
compiler."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness.build import compile_load_client
from bench.harness.process import Server, our_command, running
from bench.load.client import run_load

LOAD_S = 55.0
WATCHERS = "10"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2000)
    parser.add_argument("--seconds", type=float, default=LOAD_S, help="of load in each minute")
    parser.add_argument("--sessions", type=int, default=500, help="visitors, the same throughout")
    parser.add_argument("--journal", default="")
    options, flags = parser.parse_known_args(arguments)
    load = ["--rate", str(options.rate), "--seconds", str(options.seconds)]
    load += ["--watch", WATCHERS, "--sessions", str(options.sessions)]
    with TemporaryDirectory() as folder:
        program = compile_load_client(Path(folder))
        journal = options.journal or f"sqlite:{folder}/soak.db"
        with running("ours", our_command("--journal", journal, *flags)) as server:
            for minute in range(1, options.minutes + 1):
                row = measure(program, server, [*load, "--tag", f"m{minute}-"])
                print(json.dumps({"minute": minute, **row}), flush=True)


def measure(program: Path, server: Server, load: list[str]) -> dict[str, Any]:
    result = run_load(program, server, *load)
    return {
        "rate": round(result["rate"]),
        "lost_frames": result["lost"],
        "errors": result["errors"],
        "answer_ms_p50": result["answer_ms"]["p50"],
        "answer_ms_p99": result["answer_ms"]["p99"],
        "frame_ms_p50": result["frame_ms"]["p50"],
        "frame_ms_p99": result["frame_ms"]["p99"],
        "cpu_us": round(result["server_cpu_s"] * 1e6 / max(result["accepted"], 1), 1),
        "mb": round(server.resident_bytes() / 1e6, 1),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
