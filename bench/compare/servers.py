"""The servers that are compared, and their commands."""

import sys
from dataclasses import dataclass
from pathlib import Path

from bench.harness.build import BENCH, EXPRESS, node_program
from bench.harness.process import our_command


@dataclass(frozen=True)
class FrameSizes:
    """Mean sizes of our frames in bytes, as last measured; the C baseline sends as many."""

    update: int = 1600
    activity: int = 630


def commands(tree: Path, built: Path, frames: FrameSizes) -> dict[str, list[str]]:
    """Return the command of each server. ``tree`` is the checkout of ours, ``built`` the folder of
    the C programs."""
    fastapi = [sys.executable, "-m", "bench.peers.fastapi", "--port", "0"]
    sizes = ["--update-bytes", str(frames.update), "--activity-bytes", str(frames.activity)]
    baseline = [str(built / "baseline"), *sizes]
    return {
        "ours": our_command(tree=tree),
        "ours-memory": our_command(tree=tree),
        "express": [node_program(), str(EXPRESS / "server.js")],
        "fastapi": fastapi,
        "fastapi-json": [*fastapi, "--send-json"],
        "baseline": baseline,
        "baseline-one-write": [*baseline, "--one-write"],
    }


def display(command: list[str]) -> str:
    """Format a command for the report, without folders of this machine."""
    words = [_display_word(word) for word in command]
    return " ".join(["NODE_ENV=production", *words] if words[0] == "node" else words)


def _display_word(word: str) -> str:
    path = Path(word)
    if not path.is_absolute():
        return word
    if word == sys.executable:
        return "python"
    is_source = path.is_relative_to(BENCH) and path.suffix
    return str(path.relative_to(BENCH.parent)) if is_source else path.name
