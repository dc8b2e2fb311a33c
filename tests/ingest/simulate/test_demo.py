"""``make demo``: a server with simulated visitors."""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx

from tests.support import BOUND_S, ROOT, wait_until
from tools.local_processes import free_ports


def events(port: int) -> int:
    with suppress(httpx.TransportError):
        told = httpx.get(f"http://127.0.0.1:{port}/api/analytics/summary", trust_env=False)
        return int(told.json()["totalEvents"])
    return 0


def test_visitors_arrive_and_ctrl_c_ends_both(tmp_path: Path):
    [port] = free_ports(1)
    command = [sys.executable, "-m", "tools.demo", "--port", str(port), "--rate", "50"]
    with (
        (tmp_path / "told").open("w+") as told,
        subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told) as demo,
    ):
        wait_until(lambda: events(port) > 20, "visitors")
        taken = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(BOUND_S) == 0
        told.seek(0)
        said = told.read()
    assert f"Open http://localhost:{port}" in said
    assert "Sent " in said
    assert (taken.returncode, taken.stderr) == (
        2,
        f"Port {port} is taken: --port chooses another one.\n",
    )
    assert events(port) == 0
