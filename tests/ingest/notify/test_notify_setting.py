"""``--notify``: alerts of a running server reach their targets, and nothing waits for these."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.ingest.client import post
from tests.ingest.notify.receiver import receiving
from tests.support import ROOT, Running, StartServer, wait_until


def test_an_alert_is_sent_to_every_target_and_a_dead_one_holds_up_nothing(
    start_server: StartServer,
):
    with receiving() as dead:
        nobody = dead.url
    with receiving() as one:
        server = start_server("--spike-threshold", "1", "--notify", f"{nobody},{one.url}")
        post(server)
        wait_until(lambda: "Visitor spike detected!" in one.titles, "the alert to arrive")
        wait_until(lambda: notify(server)[0]["error"] is not None, "the error to be known")
        first, second = notify(server)
        assert first["target"] == "1 (JSON)"
        assert second == {
            "target": "2 (JSON)",
            "sent": 1,
            "waiting": 0,
            "dropped": 0,
            "error": None,
        }
        metrics = server.http.get("/metrics").text
        assert 'visitors_notify_failing{target="1 (JSON)"} 1.0' in metrics
        assert 'visitors_notify_sent{target="2 (JSON)"} 1.0' in metrics
        post(server)
        shown = server.http.get("/healthz").text + metrics + server.complaints
        assert "s3cret-word" not in shown
        server.may_complain = True


def notify(server: Running) -> list[dict[str, Any]]:
    return server.http.get("/healthz").json()["notify"]


def test_alerts_of_a_replay_are_not_sent_again(start_server: StartServer, tmp_path: Path):
    with receiving() as receiver:
        flags = ["--journal", f"sqlite:{tmp_path}/visitors.db", "--notify", receiver.url]
        flags += ["--spike-threshold", "1"]
        first = start_server(*flags)
        post(first)
        wait_until(lambda: len(receiver.received) == 1, "the alert to arrive")
        first.stop()
        again = start_server(*flags)
        assert notify(again)[0]["sent"] == 0
        assert len(receiver.received) == 1


def test_a_server_does_not_start_with_an_address_that_apprise_does_not_know():
    code, _, complaints = run("--port", "0", "--notify", "never-heard-of://s3cret-word@host")
    assert code == 2
    assert "notify: this secret can't be used: should be addresses that Apprise knows" in complaints
    assert "s3cret-word" not in complaints


def run(*flags: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "main.py", *flags],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr
