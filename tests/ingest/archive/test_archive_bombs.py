"""Small files of Parquet that would unpack to a lot."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.archives import Room, entries_in
from tests.support import BOUND_S, ROOT

MANY, FEW = 100_000, 3
HUGE = "x" * 30_000_000
LIMIT_KB = 4_000_000


def bomb(room: Room, number: int, text: str) -> Path:
    """A file of so many rows that all have the same page but the last, which is an ordinary one."""
    from ingest.archive.formats.parquet import pa, pq  # noqa: PLC0415 — as the commands do

    places = pa.array([0] * (number - 1) + [1], pa.int32())
    pages = pa.DictionaryArray.from_arrays(places, pa.array([text, "/"]))
    columns = {"type": ["pageview"] * number, "sessionId": ["ann"] * number, "page": pages}
    file = room.file("parquet")
    more = {"compression": "zstd", "store_schema": False, "dictionary_pagesize_limit": 2**30}
    pq.write_table(pa.table(columns), file, **more)
    return file


def test_a_text_that_many_rows_share_is_not_unpacked_for_each(room: Room):
    file, journal = bomb(room, MANY, HUGE), room.file("db")
    assert file.stat().st_size < 100_000
    command = [sys.executable, "main.py", "import", str(file), "--journal", f"sqlite:{journal}"]
    done = subprocess.run(
        ["bash", "-c", f'ulimit -v {LIMIT_KB}; exec "$@"', "bash", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * BOUND_S,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "row 1: page: should take at most 65,536 bytes\n" in done.stderr
    assert done.stderr.endswith(f"Imported 1 event and 0 resets; refused {MANY - 1:,} rows.\n")
    assert [entry.page for _, entry in entries_in(journal)] == ["/"]


def test_a_column_that_says_it_is_too_large_is_refused_before_it_is_read(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    from ingest.archive.formats import parquet  # noqa: PLC0415 — as the commands do

    monkeypatch.setattr(parquet, "MOST_CHUNK_BYTES", 10**6)
    file, journal = bomb(room, FEW, HUGE), room.file("db")
    said = room.run("import", str(file), "--journal", f"sqlite:{journal}")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert f"{file} can't be used: the column page would unpack to 30,0" in said.err
    assert not journal.exists()


def test_what_unpacks_to_more_memory_than_there_is_for_it_is_refused(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    """As when a file lies about its sizes."""
    from ingest.archive.formats import parquet  # noqa: PLC0415 — as the commands do

    monkeypatch.setattr(parquet, "MOST_MEMORY_BYTES", 10**8)
    file, journal = bomb(room, FEW, HUGE * 10), room.file("db")
    said = room.run("import", str(file), "--journal", f"sqlite:{journal}")
    assert said.code == 2
    assert f"{file} can't be used: it would unpack to too much memory" in said.err
    assert len(bytearray(10**9)) == 10**9, "the rest of the process has its memory back"


def test_more_rows_than_a_file_can_hold_are_refused(room: Room, monkeypatch: pytest.MonkeyPatch):
    from ingest.archive.formats import parquet  # noqa: PLC0415 — as the commands do

    monkeypatch.setattr(parquet, "MOST_ROWS_A_BYTE", 10)
    file, journal = bomb(room, MANY, "/"), room.file("db")
    size = file.stat().st_size
    said = room.run("import", str(file), "--journal", f"sqlite:{journal}")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert f"it says that {MANY:,} rows are in its {size:,} bytes" in said.err
    assert not journal.exists()
