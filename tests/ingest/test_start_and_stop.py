"""The process: how it starts, when it won't, and how it takes its leave."""

import asyncio
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.ingest.client import (
    VIEW,
    dashboard,
    eventually,
    open_slow_socket,
    open_socket,
    overwhelm,
    post,
    post_batch,
)
from tests.support import BOUND_S, StartServer, start_process


def refused(tmp_path: Path, *flags: str, **environment: str) -> str:
    """What a start that is refused with code 2 says."""
    process = start_process(tmp_path / "stderr", ["--port", "0", *flags], environment)
    try:
        told, _ = process.communicate(timeout=2 * BOUND_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    assert (process.returncode, told) == (2, "")
    return (tmp_path / "stderr").read_text()


@pytest.mark.parametrize(
    ("flags", "environment", "parts"),
    [
        (["--session-timeout-s", "0"], {}, ["session_timeout_s", "'0'", "1"]),
        ([], {"VISITORS_MILESTONES": "9,3"}, ["milestones", "9,3", "ascending"]),
        (["--host", "0.0.0.0"], {}, ["token", "0.0.0.0", "--open"]),
        (["--timezone", "Mars"], {}, ["timezone", "Mars"]),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_with_code_2(
    tmp_path: Path, flags: list[str], environment: dict[str, str], parts: list[str]
):
    said = refused(tmp_path, *flags, **environment)
    assert all(part in said for part in parts), said
    assert "Traceback" not in said


def test_the_first_line_names_the_address(start_server: StartServer):
    server = start_server()
    assert re.fullmatch(r"Visitor analytics on http://localhost:\d+", server.first_line)
    assert server.port > 0


def test_an_environment_variable_is_as_good_as_a_flag(start_server: StartServer):
    server = start_server(VISITORS_TOKEN="secret-of-the-house")
    assert server.http.get("/api/analytics/summary").status_code == 401


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_on_a_signal_every_dashboard_is_closed_with_1001_and_the_exit_code_is_0(
    start_server: StartServer, by: signal.Signals
):
    server = start_server()
    async with (
        dashboard(server) as plain,
        dashboard(server, "/") as filtered,
        dashboard(server) as batching,
        open_socket(server) as unread,
    ):
        await filtered.send("subscribe", filter={"country": "India"})
        await batching.send("subscribe", batchMs=20)
        post(server)
        server.terminate(by)
        assert [await each.close_code() for each in (plain, filtered, batching, unread)] == (
            [1001] * 4
        )
        assert [m["type"] for m in plain.heard if "seq" in m] == [
            "visitor_update",
            "session_activity",
        ], "what was on its way arrives before the farewell"
    assert server.wait() == 0


async def test_on_sigterm_who_waits_for_a_long_batch_is_closed_with_1001_as_well(
    start_server: StartServer,
):
    server = start_server()
    async with dashboard(server) as idle, dashboard(server) as waiting:
        for each in (idle, waiting):
            await each.send("subscribe", batchMs=3_000)
        await idle.send("subscribe", filter={"country": "Atlantis"})
        assert await waiting.settle() is not None
        post(server)
        server.terminate()
        assert [await each.close_code() for each in (idle, waiting)] == [1001, 1001]
        assert [m["type"] for m in waiting.heard if "seq" in m] == [
            "visitor_update",
            "session_activity",
        ]
    assert server.wait() == 0


async def test_what_was_accepted_before_the_end_is_told_before_the_farewell(
    start_server: StartServer,
):
    #   500 KB wait for a reader when the signal comes; it reads on when the server is stopping
    server = start_server()
    async with open_slow_socket(server) as a:
        post_batch(server, [VIEW | {"metadata": {"x": "y" * 8_000}}] * 60)
        server.terminate()
        await eventually(lambda: server.http.get("/healthz").status_code == 503, "its stopping")
        assert await a.close_code() == 1001
        assert len([m for m in a.heard if m["type"] == "visitor_update"]) == 60
    assert await asyncio.to_thread(server.wait) == 0


async def test_who_never_reads_does_not_hold_up_the_farewell(start_server: StartServer):
    server = start_server("--slow-reader-s", "60")
    async with dashboard(server) as healthy, open_slow_socket(server) as slow:
        await overwhelm(server, slow, healthy)
        server.terminate()
        assert await healthy.close_code() == 1001
        assert await asyncio.to_thread(server.wait) == 0


def test_a_port_that_is_taken_stops_the_start(start_server: StartServer, tmp_path: Path):
    server = start_server()
    process = start_process(tmp_path / "stderr", ["--port", str(server.port)], {})
    try:
        process.communicate(timeout=2 * BOUND_S)
    finally:
        process.kill()
    assert process.returncode not in (0, None)
    assert server.http.get("/healthz").status_code == 200
