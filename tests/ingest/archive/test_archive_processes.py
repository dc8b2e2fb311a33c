"""The commands as processes: beside a server, in a shell, before a terminal, on a full disk."""

import os
import shlex
import subprocess
import termios
from pathlib import Path

from tests.ingest.archives import (
    Room,
    command,
    minutely,
    ran,
    started,
    to_its_end,
)
from tests.ingest.client import post
from tests.support import BOUND_S, StartServer


def test_beside_a_server_its_events_are_exported_and_it_goes_on(
    room: Room, start_server: StartServer
):
    """And what was exported is what another server shows."""
    journal = room.file("db")
    server = start_server("--journal", f"sqlite:{journal}")
    told = [post(server, sessionId=name) for name in ("ann", "bob")]
    server.http.get("/")
    file = room.export(journal, "csv")
    [_, *rows] = file.read_text().splitlines()
    assert [row.split(",")[:2] for row in rows] == [
        [each["receivedAt"], each["eventId"]] for each in told
    ]
    said = room.run("import", str(file), "--journal", f"sqlite:{journal}")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert f"another server has it (process {server.pid})" in said.err
    post(server)
    assert "libarrow" not in Path(f"/proc/{server.pid}/maps").read_text()
    again = start_server("--journal", f"sqlite:{room.import_(room.export(journal, 'parquet'))}")
    old, new = (each.http.get("/api/analytics/summary").json() for each in (server, again))
    same = ("totalEvents", "totalToday", "pagesVisited", "countries", "recentEvents")
    assert [new[key] for key in same] == [old[key] for key in same]
    assert new["totalEvents"] == 3


def test_a_reader_that_has_read_enough_ends_it_quietly(room: Room):
    journal = room.journal(minutely(5_000))
    arguments = ("--journal", f"sqlite:{journal}", "--format", "ndjson")
    piped = in_shell("set -o pipefail; {} | head -1", *arguments)
    assert (piped.returncode, piped.stderr) == (0, "")
    assert piped.stdout.count("\n") == 1


def test_a_full_disk_is_told_and_leaves_no_file(room: Room):
    journal, file = room.journal(minutely(5_000)), room.file("ndjson")
    arguments = ("--journal", f"sqlite:{journal}", "--out", str(file))
    done = in_shell("ulimit -f 100; {}", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"--out: {file} can't be written: File too large\n"
    assert sorted(room.directory.glob("*.ndjson*")) == []


def in_shell(line: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A line of bash, in which the export stands in place of the braces."""
    export = shlex.join(command("export", *arguments))
    return to_its_end(["bash", "-c", line.format(export)])


def test_a_terminal_shows_a_bar(room: Room):
    journal, [ours, theirs] = room.journal(minutely(2_500)), os.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    arguments = ("--journal", f"sqlite:{journal}", "--out", str(room.file("csv")))
    with started("export", *arguments, stderr=theirs) as process:
        assert process.wait(3 * BOUND_S) == 0
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    os.close(theirs)
    assert "export:" in shown
    assert "/2500" in shown
    assert shown.rstrip().endswith("Exported 2,500 events and 0 resets.")


def test_each_help_tells_of_the_commands():
    told = ran("--help").stdout
    assert "main.py export --help" in told
    assert "main.py import --help" in told


def test_what_is_no_file_is_written_as_it_is(room: Room):
    """A pipe has a name, too; a file in its place would be of no use to who reads there."""
    journal, pipe = room.journal(minutely(2)), room.file("csv")
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        try:
            done = ran("export", "--journal", f"sqlite:{journal}", "--out", str(pipe))
            told, _ = reader.communicate(timeout=BOUND_S)
        finally:
            reader.kill()
    assert (done.returncode, done.stderr) == (0, "Exported 2 events and 0 resets.\n")
    assert len(told.splitlines()) == 3
