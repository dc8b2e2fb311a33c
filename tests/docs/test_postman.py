"""The Postman collection, run as its users would, against a real server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, StartServer

COLLECTION = ROOT / "docs" / "postman_collection.json"
NEWMAN = ROOT / "node_modules" / ".bin" / "newman"
NODE = Path(sys.executable).parent / "node"
DONE_WITHIN_S = 120


def requests() -> list[dict[str, Any]]:
    return json.loads(COLLECTION.read_text())["item"]


def run_newman(base_url: str, report: Path) -> dict[str, Any]:
    """What newman reports of one run of the whole collection."""
    for tool in (NODE, NEWMAN):
        if not tool.exists():
            pytest.fail(f"{tool.relative_to(ROOT)} is missing: `make test` installs it")
    variable = ("--env-var", f"baseUrl={base_url}")
    reporter = ("--reporters", "cli,json", "--reporter-json-export", str(report))
    done = subprocess.run(
        [NODE, NEWMAN, "run", COLLECTION, *variable, *reporter, "--color", "off"],
        capture_output=True,
        text=True,
        timeout=DONE_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(report.read_text())["run"]


def test_newman_runs_the_collection_and_every_assertion_holds(
    start_server: StartServer, tmp_path: Path
) -> None:
    address = start_server().first_line.split()[-1]
    run = run_newman(address, tmp_path / "report.json")
    written = COLLECTION.read_text().count("pm.test(")
    assert run["failures"] == []
    assert run["stats"]["assertions"] == {"total": written, "pending": 0, "failed": 0}
    sent = [each["item"]["name"] for each in run["executions"]]
    assert set(sent) == {each["name"] for each in requests()}


def test_every_request_of_the_collection_asserts_its_status() -> None:
    scripts = ["".join(each["event"][0]["script"]["exec"]) for each in requests()]
    assert all("pm.response.to.have.status(" in script for script in scripts)
    assert len(scripts) == 8


def test_the_collection_is_meant_for_the_default_address() -> None:
    [variable] = json.loads(COLLECTION.read_text())["variable"]
    assert variable == {"key": "baseUrl", "value": "http://localhost:3000"}
