"""Checkpoints as a person meets them: a server makes them, and its next start is short."""

import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from state.journal.factory import open_reader
from tests.ingest.archives import command, to_its_end
from tests.ingest.client import dashboard, post, summary
from tests.state.journal.journals import write_events
from tests.support import PATIENT_S, Running, parting, wait_until

DAY_S = 86_400


def journal(server: Running) -> dict[str, Any]:
    return server.http.get("/healthz").json()["journal"]


def numbers(server: Running) -> dict[str, Any]:
    """All that doesn't depend on the moment or on this start."""
    told = summary(server)
    for name in ("asOf", "received", "accepted", "duplicates", "rejected"):
        del told[name]
    return told


def visits(server: Running, sessions: Iterable[int]) -> None:
    for number in sessions:
        post(server, sessionId=f"s-{number}")


def make_checkpoint(*flags: str) -> subprocess.CompletedProcess[str]:
    return to_its_end(command("checkpoint", *flags), PATIENT_S)


@pytest.mark.anyio
async def test_a_start_goes_on_from_the_checkpoint_and_who_comes_back_missed_nothing(
    tmp_path: Path,
):
    #   events: 1 … 40 | 41 … 45     a checkpoint after 40, kill -9 after 45; the viewer left at 42
    flags = ("--journal", f"sqlite:{tmp_path}/v.db", "--checkpoint-events", "40")
    first = Running(tmp_path, *flags)
    try:
        visits(first, range(40))
        wait_until(lambda: journal(first)["checkpoint"] > 0, "a checkpoint", PATIENT_S)
        async with dashboard(first) as viewer:
            visits(first, (41, 42))
            epoch = viewer.heard[0]["data"]["epoch"]
            await viewer.until("session_activity", sessionId="s-42")
            seen = viewer.heard[-1]["seq"]
        visits(first, (43, 44, 45))
        before, kept = numbers(first), journal(first)["checkpoint"]
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    finally:
        first.kill_unless_stopped()
    second = Running(tmp_path, *flags)
    with parting([second]):
        told = journal(second)
        assert (told["checkpoint"], told["replayed"]) == (kept, told["of"])
        assert 0 < told["of"] < 45
        assert numbers(second) == before
        async with dashboard(second) as viewer:
            await viewer.send("resume", epoch=epoch, seq=seen)
            assert (await viewer.until("resumed"))["recovered"] is True
            for number in (43, 44, 45):
                update = await viewer.until("visitor_update")
                assert update["event"]["sessionId"] == f"s-{number}"


def test_what_is_older_than_the_retention_goes_when_a_checkpoint_stands_for_it(tmp_path: Path):
    path = tmp_path / "visitors.db"
    write_events(path, 1_000, ago_s=3 * DAY_S)
    flags = ("--journal", f"sqlite:{path}", "--retention-days", "2", "--checkpoint-events", "1")
    server = Running(tmp_path, *flags)
    with parting([server]):
        assert journal(server)["replayed"] == 1_000
        visits(server, [1])
        wait_until(lambda: count(path) < 10, "the old ones going", PATIENT_S)
        assert summary(server)["totalEvents"] == 1
    again = Running(tmp_path, *flags)
    with parting([again]):
        assert summary(again)["totalEvents"] == 1
        assert again.http.get("/api/analytics/sessions").json()["count"] == 1


def count(path: Path) -> int:
    reader = open_reader(f"sqlite:{path}")
    reader.close()
    return reader.newest - reader.first + 1


def test_one_is_made_by_hand_too_and_other_settings_leave_it_alone(tmp_path: Path):
    flags = ("--journal", f"sqlite:{tmp_path}/visitors.db", "--timezone", "Asia/Tokyo")
    write_events(tmp_path / "visitors.db", 3_000)
    made = make_checkpoint(*flags)
    assert (made.returncode, made.stdout) == (0, "Checkpoint of 3,000 records of written\n")
    for more, checkpoint in [((), 3_000), (("--idle-after-s", "70"), 0)]:
        server = Running(tmp_path, *flags, *more)
        with parting([server]):
            told = journal(server)
            assert (told["checkpoint"], told["of"] >= 3_000) == (checkpoint, not checkpoint)
            assert server.http.get("/api/analytics/sessions").json()["count"] == 3_000


def test_without_a_journal_there_is_nothing_to_make_one_of(tmp_path: Path):
    made = make_checkpoint()
    assert (made.returncode, made.stdout) == (2, "")
    assert "memory:" in made.stderr and "Traceback" not in made.stderr
