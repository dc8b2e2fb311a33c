"""The process: how it starts, when it won't, and how it takes its leave."""

import asyncio
import os
import re
import signal
import subprocess
import sys
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
from tests.state.journal.journals import write_events
from tests.support import BOUND_S, ROOT, StartServer, start_process


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
        (["--session-timeout-s", "inf"], {}, ["session_timeout_s", "'inf'", "31536000"]),
        (["--prot", "1"], {}, ["--prot: unknown; did you mean --port?"]),
        (["--host", "192.0.2.1", "--open"], {}, ["192.0.2.1:0", "no such address", "--host"]),
        (["--host", "2001:db8::1", "--open"], {}, ["[2001:db8::1]:0", "--host"]),
        (["--host", "no.such.invalid", "--open"], {}, ["no.such.invalid:0", "--host"]),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_with_code_2(
    tmp_path: Path, flags: list[str], environment: dict[str, str], parts: list[str]
):
    said = refused(tmp_path, *flags, **environment)
    assert all(part in said for part in parts), said
    assert said.count("\n") == 1


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


def test_a_port_that_is_taken_stops_the_start_before_anything_is_made(
    start_server: StartServer, tmp_path: Path
):
    server = start_server()
    taken = ("--port", str(server.port), "--journal", f"sqlite:{tmp_path}/v.db")
    said = refused(tmp_path, *taken)
    assert said == (
        f"127.0.0.1:{server.port} can't be listened on: another process listens there "
        "(--host, --port)\n"
    )
    assert server.http.get("/healthz").status_code == 200
    assert [each.name for each in tmp_path.iterdir()] == ["stderr"]


def refused_without(capabilities: str, *flags: str) -> str:
    """What a start without these capabilities says when it is refused with code 2. An ordinary
    user has none."""
    left_out = [f"--bounding-set={capabilities}", f"--inh-caps={capabilities}"]
    as_user = ["setpriv", *left_out] if os.geteuid() == 0 else []
    command = [*as_user, sys.executable, "main.py", *flags]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=2 * BOUND_S, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    return done.stderr


def test_a_port_that_takes_a_privilege_stops_the_start():
    least = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if least == 0:
        return  # here it takes none
    said = refused_without("-net_bind_service", "--port", str(least - 1))
    assert said.startswith(f"127.0.0.1:{least - 1} can't be listened on: this user may not")


@pytest.mark.parametrize("content", ["a database of ours", "", "other"])
def test_a_database_that_cannot_be_written_stops_the_start_and_nothing_is_left_beside(
    tmp_path: Path, content: str
):
    path = tmp_path / "v.db"
    if content == "a database of ours":
        write_events(path, 3)
    else:
        path.write_text(content)
    before = sorted(each.name for each in tmp_path.iterdir())
    path.chmod(0o444)
    flags = ("--port", "0", "--journal", f"sqlite:{path}")
    said = refused_without("-dac_override,-dac_read_search", *flags)
    assert ("no SQLite database" if content == "other" else "it is read-only") in said
    assert sorted(each.name for each in tmp_path.iterdir()) == before


@pytest.mark.parametrize("flags", [["export", "--format", "csv"], ["checkpoint"], ["--port", "0"]])
def test_a_file_of_others_is_left_alone_and_gets_no_file_beside_it(
    tmp_path: Path, flags: list[str]
):
    path = tmp_path / "passwd"
    path.write_text("root:x:0:0:root:/root:/bin/bash\n")
    command = [sys.executable, "main.py", *flags, "--journal", f"sqlite:{path}"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=2 * BOUND_S, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no SQLite database" in done.stderr
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "root:x:0:0:root:/root:/bin/bash\n"


@pytest.mark.parametrize("link", ["v.db.lock", "v.db.checkpoint.lock", "v.db.checkpoint.new"])
def test_a_link_in_place_of_our_own_file_leads_nowhere(tmp_path: Path, link: str):
    (tmp_path / "other").write_text("not ours")
    write_events(tmp_path / "v.db", 3)
    (tmp_path / link).unlink(missing_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "other")
    journal = ("--journal", f"sqlite:{tmp_path}/v.db")
    flags = ("--port", "0") if link == "v.db.lock" else ()
    command = [sys.executable, "main.py", *([] if flags else ["checkpoint"]), *flags, *journal]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=2 * BOUND_S, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert link in done.stderr
    assert (tmp_path / "other").read_text() == "not ours"
