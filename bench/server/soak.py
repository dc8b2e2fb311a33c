"""Measures whether a server stays as it is: minute by minute at a steady rate, its memory, the time
from POST to answer and that from POST to the frame of ten dashboards.

    python -m bench.server.soak [--minutes 10] [--rate 2000] [--journal sqlite:soak.db] [flags]

A journal that isn't named is a SQLite file of this run's own. What is remembered has its bounds,
and memory grows until they are reached: 400 steps a session and, by default, a million event ids.
Needs a C compiler."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness.process import Server, compiled, running

ROOT = Path(__file__).parents[2]
PHASE_S = 55.0


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Hours of load, in minutes.")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2000)
    parser.add_argument("--seconds", type=float, default=PHASE_S, help="of load in each minute")
    parser.add_argument("--sessions", type=int, default=500, help="visitors who come again")
    parser.add_argument("--journal", default="")
    asked, flags = parser.parse_known_args(arguments)
    with TemporaryDirectory() as folder:
        compiled(Path(folder), "load")
        journal = asked.journal or f"sqlite:{folder}/soak.db"
        ours = [sys.executable, str(ROOT / "main.py"), "--port", "0", "--journal", journal, *flags]
        with running("ours", ours, None) as server:
            for minute in range(1, asked.minutes + 1):
                words = ["--rate", str(asked.rate), "--seconds", str(asked.seconds)]
                words += ["--watch", "10", "--tag", f"m{minute}-"]
                words += ["--sessions", str(asked.sessions)]
                told = measured(Path(folder) / "load", server, words)
                print(json.dumps({"minute": minute, **told}), flush=True)


def measured(program: Path, server: Server, words: list[str]) -> dict[str, Any]:
    command = [str(program), "--port", str(server.port), "--server", str(server.pid), *words]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(ended.stdout)
    return {
        "rate": round(found["rate"]),
        "lost_frames": found["lost"],
        "errors": found["errors"],
        "answer_ms_p50": found["answer_ms"]["p50"],
        "answer_ms_p99": found["answer_ms"]["p99"],
        "frame_ms_p50": found["frame_ms"]["p50"],
        "frame_ms_p99": found["frame_ms"]["p99"],
        "cpu_us": round(found["server_cpu_s"] * 1e6 / max(found["accepted"], 1), 1),
        "mb": round(server.resident() / 1e6, 1),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
