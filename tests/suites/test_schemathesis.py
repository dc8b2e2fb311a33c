"""Schemathesis asks every route whatever the OpenAPI document allows, and whatever it forbids."""

import re
import subprocess
import sys
from pathlib import Path

from tests.support import Running

PHASES = "examples,coverage,fuzzing,stateful"


def test_schemathesis_finds_nothing(server: Running, tmp_path: Path) -> None:
    """All checks, all phases, valid and invalid data."""
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{server.url}/openapi.json",
            *("--checks", "all", "--mode", "all", "--phases", PHASES),
            *("--max-examples", "60", "--seed", "1", "--generation-database", "none"),
            "--continue-on-failure",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = "\n".join(line[:400] for line in run.stdout.splitlines())
    assert run.returncode == 0, told + run.stderr
    generated = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert generated is not None, told
    assert int(generated[1]) > 500, "it asked next to nothing"
    tested = re.search(r"Selected: (\d+)/(\d+)", run.stdout)
    assert tested is not None and tested[1] == tested[2], "no route may be left out"
    summary = server.http.get("/api/analytics/summary").json()
    refused = sum(summary["rejected"].values())
    assert summary["received"] == summary["accepted"] + summary["duplicates"] + refused
