"""``main.py export``: which events, where to, what is said and with which exit code."""

from collections.abc import Callable
from contextlib import closing
from itertools import pairwise

import pytest

from ingest.archive.export import export
from ingest.archive.formats.registry import writer_of
from ingest.archive.row import COLUMNS
from ingest.archive.time_range import SeqRange, TimeRange, seq_range_of
from state.event import Event
from state.journal.base import Record
from state.journal.factory import open_reader
from state.journal.reader import Reader
from tests.ingest.archives import Room, entries_in, minutely
from tests.support import NOON, event

# Which events


@pytest.mark.parametrize(
    ("flags", "minutes"),
    [
        # Events are received each minute from 12:00 to 12:09 UTC, in Berlin 14:00 to 14:09.
        ([], range(10)),
        (["--from", "2025-07-20T12:03:00Z"], range(3, 10)),
        (["--from", "2025-07-20T12:02:59.999Z"], range(3, 10)),
        (["--from", "2025-07-20T12:03:00.001Z"], range(4, 10)),
        (["--to", "2025-07-20T12:03:00Z"], range(3)),
        (["--to", "2025-07-20T12:03:00.001Z"], range(4)),
        (["--from", "2025-07-20T12:03Z", "--to", "2025-07-20T12:05Z"], range(3, 5)),
        (["--from", "2025-07-20T14:03", "--timezone", "Europe/Berlin"], range(3, 10)),
        (["--from", "2025-07-20T14:03+02:00", "--timezone", "Asia/Kolkata"], range(3, 10)),
        (["--from", "2025-07-20", "--timezone", "Europe/Berlin"], range(10)),
        (["--from", "2025-07-21", "--timezone", "Europe/Berlin"], range(0)),
        (["--to", "2025-07-21", "--timezone", "Europe/Berlin"], range(10)),
        (["--to", "2025-07-20", "--timezone", "Europe/Berlin"], range(0)),
        (["--from", "2025-07-20T12:03:01Z", "--to", "2025-07-20T12:03:59Z"], range(0)),
    ],
)
def test_from_is_inclusive_and_to_is_not(room: Room, flags: list[str], minutes: range):
    journal = room.journal(minutely(10))
    file = room.export(journal, "ndjson", *flags)
    told = [entry.page for _, entry in entries_in(room.import_(file)) if isinstance(entry, Event)]
    assert told == [f"/{minute}" for minute in minutes]


def test_a_time_without_zone_is_in_the_zone_of_the_environment(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("VISITORS_TIMEZONE", "Asia/Kolkata")  # noon is 17:30 there
    file = room.export(room.journal(minutely(10)), "ndjson", "--from", "2025-07-20T17:38")
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize("begin", [-60, -50, 0, 0.5, 1, 142, 213, 214, 356, 357, 427.5, 428, 429])
def test_the_places_of_a_time_are_found_wherever_it_lies(room: Room, begin: float):
    """There are more than one read gives, seven a second, over 429 seconds."""
    journal = room.journal([(NOON + number // 7, [event()]) for number in range(3_000)])
    with closing(open_reader(f"sqlite:{journal}")) as reader:
        span = TimeRange(NOON + begin, NOON + begin + 50)
        inside = [r.seq for r in all_of(reader) if span.begin <= r.at < span.end]
        places = seq_range_of(span, reader)
    assert list(range(places.after + 1, places.last + 1)) == inside


def all_of(reader: Reader) -> list[Record]:
    return [r for after in range(0, 3_000, 1_000) for r in reader.read(after)]


# Where to


def test_rows_go_to_the_standard_output_and_all_else_to_the_other(room: Room):
    journal = f"sqlite:{room.journal(minutely(2))}"
    said = room.run("export", "--journal", journal, "--format", "csv")
    assert said.code == 0
    assert said.out.splitlines()[0] == ",".join(COLUMNS)
    assert len(said.out.splitlines()) == 3
    assert said.err == "Exported 2 events and 0 resets.\n"


def test_the_journal_may_be_named_by_the_environment(room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISITORS_JOURNAL", f"sqlite:{room.journal(minutely(2))}")
    assert len(room.run("export", "--format", "ndjson").out.splitlines()) == 2


def test_a_file_gets_its_name_when_it_is_whole(room: Room):
    journal, file = room.journal(minutely(9)), room.file("ndjson")
    file.write_text("the one before")
    whole = journal.read_bytes()
    place = whole.index(b"/7")
    journal.write_bytes(whole[:place] + b"!" + whole[place + 1 :])
    said = room.run("export", "--journal", f"sqlite:{journal}", "--out", str(file))
    assert (said.code, file.read_text()) == (2, "the one before")
    assert "record 8 can't be read" in said.err
    assert sorted(room.directory.glob("*.part")) == []


def test_a_database_is_never_overwritten(room: Room):
    journal = room.journal(minutely(2))
    said = room.run(
        *("export", "--journal", f"sqlite:{journal}", "--format", "csv", "--out", str(journal))
    )
    assert said.code == 2
    assert said.err == f"--out: {journal.name} is a database; name another file, or none\n"
    assert len(entries_in(journal)) == 2


# A piece at a time


class Watched(Reader):
    """The reader of a journal; ``written`` is how much was written at each read."""

    def __init__(self, reader: Reader, written: Callable[[], int]) -> None:
        self.epoch, self.first, self.newest = reader.epoch, reader.first, reader.newest
        self.read_sizes: list[int] = []
        self.written: list[int] = []
        self._reader = reader
        self._written = written

    def read(self, after: int) -> list[Record]:
        records = self._reader.read(after)
        self.written.append(self._written())
        self.read_sizes.append(len(records))
        return records

    def close(self) -> None:
        self._reader.close()


@pytest.mark.parametrize("ending", ["ndjson", "csv"])
def test_what_was_read_is_written_before_more_is_read(room: Room, ending: str):
    journal = room.journal(minutely(3_500))
    with (
        room.file(ending).open("wb", buffering=0) as file,
        closing(Watched(open_reader(f"sqlite:{journal}"), file.tell)) as reader,
    ):
        exported = export(reader, SeqRange(0, 3_400), writer_of(ending, file), lambda done: None)
    assert exported.events == 3_400
    assert reader.read_sizes == [1_000, 1_000, 1_000, 500]
    grown = [after - before for before, after in pairwise(reader.written)]
    assert all(each > 50_000 for each in grown)


def test_parquet_is_written_a_group_of_rows_at_a_time(room: Room):
    from ingest.archive.formats import parquet  # noqa: PLC0415 — as the commands do

    file = room.export(room.journal(minutely(20_000)), "parquet")
    told = parquet.pq.ParquetFile(file).metadata
    groups = [told.row_group(number).num_rows for number in range(told.num_row_groups)]
    assert groups == [parquet.ROWS_IN_A_GROUP, 20_000 - parquet.ROWS_IN_A_GROUP]


# What can't be used


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--format", "xml"], ["--format", "'xml'", "'ndjson', 'csv', 'parquet'"]),
        (["--from", "soon", "--format", "csv"], ["--from", "soon", "2026-11-01"]),
        (["--to", "2026-13-01", "--format", "csv"], ["--to", "2026-13-01", "2026-11-24T12:00:00Z"]),
        (
            ["--from", "2026-11-02", "--to", "2026-11-02", "--format", "csv"],
            ["--to", "2026-11-02", "later than --from"],
        ),
        ([], ["--format", "--out -", "ndjson, csv, parquet"]),
        (["--out", "a.xml"], ["--format", "a.xml", "ndjson, csv, parquet"]),
        (["--format", "parquet"], ["--out", "-", "needs a file"]),
        (["--format", "csv", "--out", "no/where/a"], ["--out", "no/where/a", "No such file"]),
        (["--format", "csv", "--timezone", "Mars"], ["--timezone", "'Mars'", "Europe/Berlin"]),
        (["--format", "csv", "--journal", "memory:"], ["--journal", "memory:", "sqlite:PATH"]),
        (["--format", "csv", "--journal", "paper:"], ["--journal", "'paper:'", "sqlite:PATH"]),
        (["--format", "csv", "--journal", "sqlite:no.db"], ["--journal", "no.db", "no such file"]),
        (["--form", "csv"], ["--form"]),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence_with_code_2(
    room: Room, arguments: list[str], parts: list[str]
):
    journal = [] if "--journal" in arguments else ["--journal", f"sqlite:{room.journal([])}"]
    said = room.run("export", *journal, *arguments)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert [part for part in parts if part not in said.err] == [], said.err
