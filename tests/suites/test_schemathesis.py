"""Schemathesis asks every route whatever the OpenAPI document allows, and whatever it forbids."""

import re
import subprocess
import sys
from pathlib import Path

from tests.support import Running

PHASES = "examples,coverage,fuzzing,stateful"
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 413, 429, "5xx"]
negative_data_rejection.expected-statuses = [
    400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"
]
"""
"""Its own lists, and 413: bytes of a body are counted, of which a schema can say nothing."""


def test_schemathesis_finds_nothing(server: Running, tmp_path: Path) -> None:
    """All checks, all phases, valid and invalid data."""
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
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
