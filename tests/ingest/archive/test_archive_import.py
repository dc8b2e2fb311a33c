"""``main.py import``: what is taken, and that it is a piece at a time."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import time
from typing import BinaryIO

from ingest.archive.importing import ENTRIES_AT_ONCE, RowImport
from ingest.archive.validation import Given
from state.event import Event, EventType, Reset
from state.journal.base import JournalError
from state.journal.factory import open_importer
from tests.ingest.archives import (
    ROW,
    Room,
    entries_in,
    line,
    minutely,
    ran,
    received,
    started,
)
from tests.support import BOUND_S, NOON, event, wait_until

# What is taken


def test_what_a_row_leaves_out_is_made(room: Room):
    journal, before = room.file("db"), time()
    assert room.take(line() + line(timestamp="2020-01-01"), into=journal).code == 0
    [(first_at, first), (second_at, second)] = entries_in(journal)
    assert before - 1 < first_at <= second_at < time() + 1
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert (first.type, first.session_id, first.timestamp) == (EventType.PAGEVIEW, "ann", None)
    assert len(first.id) == 22
    assert first.id != second.id
    assert second.timestamp == 1_577_836_800


def test_a_row_without_a_time_is_never_older_than_the_journal(room: Room):
    ahead = time() + 200
    journal = room.journal([(ahead, [event()])])
    assert room.take(line(), into=journal).code == 0
    assert [at for at, _ in entries_in(journal)] == [ahead, ahead]


def test_rows_go_behind_what_the_journal_holds(room: Room):
    journal = room.journal(minutely(3))
    text = line(receivedAt="2025-07-20T12:02:00.000Z", page="/more")
    assert room.take(text, into=journal).code == 0
    assert [entry.page for _, entry in entries_in(journal) if isinstance(entry, Event)] == [
        *("/0", "/1", "/2", "/more")
    ]


def test_a_reset_is_taken_with_who_asked_for_it(room: Room):
    journal = room.file("db")
    said = room.take(line(type="reset", name="api", receivedAt=received(1)), into=journal)
    assert said == (0, "", "Imported 0 events and 1 reset.\n")
    assert entries_in(journal) == [(NOON + 1, Reset("api"))]


def test_csv_may_have_other_columns_in_any_order_and_a_mark_in_front(room: Room):
    journal = room.file("db")
    text = '\ufeffsessionId,note,type,metadata\nann,x,session_end,"{""a"":\n1}"\n\nbob,,click,\n'
    said = room.take(text, "csv", into=journal)
    assert said == (
        1,
        "",
        "line 5: page: is required: text of 1 to 2048 characters\n"
        "Imported 1 event and 0 resets; refused 1 line.\n",
    )
    [(_, taken)] = entries_in(journal)
    assert isinstance(taken, Event)
    assert (taken.session_id, taken.metadata) == ("ann", {"a": 1})


def test_parquet_may_have_times_of_other_kinds(room: Room):
    from ingest.archive.formats.parquet import pa, pq  # noqa: PLC0415 — as the commands do

    kinds = {
        "microseconds": (pa.timestamp("us", "Europe/Berlin"), 1_753_012_800_123_456),
        "without a zone": (pa.timestamp("ns"), 1_753_012_800_123_456_789),
        "text": (pa.large_string(), "2025-07-20T14:00:00.123+02:00"),
    }
    for kind, value in kinds.values():
        table = pa.table({key: [each] for key, each in ROW.items()})
        table = table.append_column("receivedAt", pa.array([value], kind))
        file = room.file("parquet")
        pq.write_table(table, file)
        assert [at for at, _ in entries_in(room.import_(file))] == [NOON + 0.123]


def test_the_standard_input_is_taken_and_the_exit_code_tells_of_refusals(room: Room):
    journal, text = room.file("db"), line() + line(page="") + line()
    done = ran("import", "-", "--format", "ndjson", "--journal", f"sqlite:{journal}", input=text)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "line 2: page: should be text of 1 to 2048 characters\n"
        "Imported 2 events and 0 resets; refused 1 line.\n"
    )
    assert len(entries_in(journal)) == 2


# A piece at a time


def test_no_more_than_some_thousand_rows_wait_to_be_written(room: Room):
    journal = room.file("db")
    with closing(open_importer(f"sqlite:{journal}", epoch="e", clock=time)) as importer:
        rows = RowImport(importer, "line", time)
        waiting = []
        for number in range(12_000):
            rows.add(number, Given(NOON, event()))
            waiting.append(number + 1 - rows.events)
        assert max(waiting) < ENTRIES_AT_ONCE
        rows.flush()
    assert rows.events == len(entries_in(journal)) == 12_000


@contextmanager
def importing(journal: Path) -> "Iterator[tuple[subprocess.Popen[str], BinaryIO]]":
    """An import that has kept as much as it keeps at once, has a little more, and waits for what
    else comes down the pipe."""
    theirs, ours = os.pipe()
    arguments = ("import", "-", "--format", "ndjson", "--journal", f"sqlite:{journal}")
    with (
        os.fdopen(theirs) as stdin,
        os.fdopen(ours, "wb", buffering=0) as pipe,
        started(*arguments, stdin=stdin, stderr=subprocess.PIPE) as process,
    ):
        send(pipe, ENTRIES_AT_ONCE + 10)
        wait_until(lambda: kept(journal) == ENTRIES_AT_ONCE, "the first rows in the journal")
        yield process, pipe


def test_rows_are_kept_while_others_are_still_to_come_and_an_interruption_leaves_them(room: Room):
    journal = room.file("db")
    with importing(journal) as (process, _):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=BOUND_S)
    assert (process.returncode, said) == (130, "Imported 5,000 events and 0 resets.\n")
    assert kept(journal) == ENTRIES_AT_ONCE


def test_a_full_disk_ends_an_import_that_tells_what_it_has_kept(room: Room):
    journal = room.file("db")
    with importing(journal) as (process, pipe):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, 1))
        send(pipe, ENTRIES_AT_ONCE)
        _, said = process.communicate(timeout=BOUND_S)
    told, why = said.splitlines()
    assert (process.returncode, told) == (2, "Imported 5,000 events and 0 resets.")
    assert why.startswith(f"journal: sqlite:{journal} can't be used: it can't be written: ")
    assert kept(journal) == ENTRIES_AT_ONCE


def send(pipe: BinaryIO, number: int) -> None:
    rows = memoryview((line(receivedAt=received(1)) * number).encode())
    while rows:
        rows = rows[pipe.write(rows) :]


def kept(journal: Path) -> int:
    with suppress(JournalError):  # it isn't there yet, or is just being made
        return len(entries_in(journal))
    return 0
