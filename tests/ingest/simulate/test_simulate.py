"""``main.py simulate`` against a real server: all that it says it sent is there."""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.support import BOUND_S, ROOT, Running, StartServer, wait_until

COMPARED = ("totalEvents", "totalToday", "pagesVisited", "countries", "devices", "referrers")


def command(server: Running | None, *words: str) -> list[str]:
    where = ("--url", server.url) if server else ()
    return [sys.executable, "main.py", "simulate", *where, *words]


def simulate(server: Running, *words: str) -> dict[str, Any]:
    ended = subprocess.run(
        command(server, "--json", *words), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def summary(server: Running) -> dict[str, Any]:
    told = server.http.get("/api/analytics/summary").json()
    return {name: told[name] for name in COMPARED}


def test_500_events_a_second_for_a_minute_arrive_whole(start_server: StartServer):
    server = start_server()
    sent = simulate(server, "--scenario", "launch", "--rate", "500", "--seconds", "60")
    assert sent["totalEvents"] > 20_000
    assert sent == summary(server)


@pytest.mark.parametrize("scenario", ["calm", "bot-wave", "checkout-outage", "night"])
def test_every_scenario_arrives_whole(start_server: StartServer, scenario: str):
    server = start_server()
    sent = simulate(server, "--scenario", scenario, "--rate", "80", "--seconds", "2")
    assert sent["totalEvents"] > 50
    assert sent == summary(server)


def test_browsers_with_the_tracker_are_told_apart_from_bots_and_say_when_they_leave(
    start_server: StartServer,
):
    server = start_server()
    sent = simulate(server, "--tracker", "--rate", "150", "--seconds", "12", "--seed", "5")
    told = server.http.get("/api/analytics/summary").json()
    assert sent["totalEvents"] > 1_000
    for name in ("totalEvents", "totalToday", "pagesVisited", "countries", "devices"):
        assert sent[name] == told[name], name
    assert sent["signals"] == told["signals"] > 50
    assert sent["bots"] == told["bots"]["today"] > 10
    assert {"Chrome", "Firefox"} <= told["browsers"].keys()
    assert {"search", "direct", "email"} <= told["channels"].keys()
    assert told["engagedSeconds"]


def test_a_seed_sends_the_same_again_and_nothing_counts_twice(start_server: StartServer):
    server = start_server()
    first = simulate(server, "--seed", "7", "--rate", "200", "--seconds", "2")
    again = simulate(server, "--seed", "7", "--rate", "200", "--seconds", "2")
    assert first["totalEvents"] == again["totalEvents"] == summary(server)["totalEvents"]


def test_ctrl_c_ends_it_with_a_report(start_server: StartServer):
    server = start_server()
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command(server, "--rate", "100"), cwd=ROOT, stdout=pipe, text=True
    ) as run:
        wait_until(lambda: summary(server)["totalEvents"] > 20, "traffic")
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=BOUND_S)
    assert run.returncode == 0
    assert told.startswith(f"Sent {summary(server)['totalEvents']} events of ")


def test_it_goes_on_when_the_server_comes_back_and_says_so(start_server: StartServer):
    server = start_server()
    port = str(server.port)
    pipe = subprocess.PIPE
    words = ("--rate", "100", "--seconds", "6")
    with subprocess.Popen(command(server, *words), cwd=ROOT, stdout=pipe, text=True) as run:
        wait_until(lambda: summary(server)["totalEvents"] > 20, "traffic")
        server.stop()
        again = start_server("--port", port)
        wait_until(lambda: summary(again)["totalEvents"] > 20, "traffic again")
        told, _ = run.communicate(timeout=BOUND_S)
    assert "requests were sent again; no event counts twice." in told


def test_a_server_with_a_key_takes_traffic_with_it_alone(start_server: StartServer):
    key = "k" * 20
    server = start_server("--ingest-key", key)
    few = ("--rate", "20", "--seconds", "1")
    refused = subprocess.run(
        command(server, *few), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "401" in refused.stderr
    assert simulate(server, "--key", key, *few)["totalEvents"] > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rate", "0"), "'0' should be a number above 0"),
        (("--rate", "many"), "'many' should be a number above 0"),
        (("--seconds", "-1"), "should be a number above 0"),
        (("--scenario", "storm"), "invalid choice: 'storm'"),
        (("--url", "nowhere"), "--url"),
    ],
)
def test_what_cannot_be_used_is_named(words: tuple[str, ...], told: str):
    ended = subprocess.run(
        command(None, *words),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=BOUND_S,
    )
    assert ended.returncode == 2
    assert told in ended.stderr
