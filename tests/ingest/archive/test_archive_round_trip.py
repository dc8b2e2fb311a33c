"""What goes out of a journal comes back as it was, in every format."""

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.archive.formats.csv_cells import CsvWriter, plain, safe
from ingest.archive.formats.registry import source_of, writer_of
from ingest.archive.output import output_to
from ingest.archive.row import COLUMNS, row_of
from ingest.archive.validation import Given
from state.event import Event, EventType, Reset, Tick
from state.journal.base import Record
from tests.ingest.archives import FORMATS, Room, entries_in, records_in
from tests.state.histories import Step, analytics, answers, records_of, starts, steps
from tests.support import NOON, at, event

ROUNDS = settings(max_examples=40)
FEW_ROUNDS = settings(max_examples=10)

# All that the schema allows, with a liking for what spreadsheets, CSV and JSON take for a sign.

letters = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\x7f"]
)
beginnings = st.sampled_from(
    ["", "'", "''", "=1+1", "'=1", "''=", "+", "-", "@", "'@", '"', ",", "\u2028", "\x85", "\ufeff"]
)
FIRST, LAST = at("0001-01-01T00:00:00"), at("9999-12-31T23:59:59.999")


def texts(longest: int) -> st.SearchStrategy[str]:
    whole = st.builds(str.__add__, beginnings, st.text(letters, max_size=10))
    return whole.map(lambda text: text[:longest]).filter(bool)


def moments(first: float, last: float) -> st.SearchStrategy[float]:
    return st.integers(round(first * 1000), round(last * 1000)).map(lambda ms: ms / 1000)


numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
plain_values = st.none() | st.booleans() | numbers | texts(20)
values = plain_values | st.lists(plain_values, max_size=3)
metadata = st.dictionaries(
    texts(8), values | st.dictionaries(texts(8), values, max_size=2), max_size=3
)
events: st.SearchStrategy[Event | Reset] = st.builds(
    Event,
    id=texts(64),
    type=st.sampled_from(EventType),
    session_id=texts(128),
    page=texts(2048),
    name=texts(64),
    timestamp=st.none() | moments(FIRST, LAST),
    country=st.none() | texts(64),
    metadata=st.none() | metadata,
)
bare: st.SearchStrategy[Event | Reset] = st.builds(
    Event, id=texts(64), type=st.just(EventType.SESSION_END), session_id=texts(128)
)
entries = st.one_of(events, events, bare, texts(64).map(Reset))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("archives"))


@pytest.mark.parametrize("ending", FORMATS)
@ROUNDS
@given(written=st.lists(st.tuples(moments(0, NOON), entries)))
def test_every_event_that_the_schema_allows_comes_back_as_it_was(
    room: Room, ending: str, written: list[Given]
):
    file = room.file(ending)
    with output_to(str(file)) as opened, closing(writer_of(ending, opened)) as writer:
        writer.write([row_of(at, entry) for at, entry in written])
    with source_of(ending, str(file)) as source:
        back = [row for _, row in source.rows]
    assert back == written
    assert repr(back) == repr([Given(*each) for each in written])  # 1 is no 1.0


@pytest.mark.parametrize("ending", FORMATS)
@FEW_ROUNDS
@given(start=starts, history=steps)
def test_an_export_imported_and_replayed_gives_the_same_numbers(
    room: Room, ending: str, start: float, history: list[Step]
):
    journal = room.journal((record.at, record.what) for record in records_of(start, history))
    again = room.there_and_back(journal, ending)
    now = max((record.at for record in records_in(journal)), default=start)
    assert list(numbers_of(again, now)) == list(numbers_of(journal, now))


def numbers_of(journal: Path, now: float) -> Iterator[Any]:
    """All answers at that moment, and a minute later. Not in them: the numbers of messages, since
    ticks bring forth some, and visits that have ended, since a tick may have noticed that."""
    house = analytics()
    for record in records_in(journal):
        house.apply(record)
    for later in (now, now + 61):
        house.apply(Record(0, later, (Tick(),)))
        for answer in map(json.loads, answers(house, later)):
            if isinstance(answer, dict) and answer.get("state") != "ended":
                yield {key: answer[key] for key in answer if key not in ("seq", "nextCursor")}


@pytest.mark.parametrize("ending", FORMATS)
def test_neighbours_of_the_same_moment_share_a_record_of_at_most_a_thousand(
    room: Room, ending: str
):
    journal = room.journal([(NOON, [event()])] * 1_500 + [(NOON + 0.001, [event(), event()])])
    again = list(records_in(room.there_and_back(journal, ending)))
    assert [(r.seq, r.at - NOON, len(r.what)) for r in again] == [
        (1, 0.0, 1_000),
        (2, 0.0, 500),
        (3, pytest.approx(0.001, abs=1e-6), 2),
    ]


@pytest.mark.parametrize("ending", FORMATS)
def test_ticks_are_left_out(room: Room, ending: str):
    told = event()
    journal = room.journal([(NOON, [Tick()]), (NOON + 1, [told, Tick()]), (NOON + 2, [Tick()])])
    assert entries_in(room.there_and_back(journal, ending)) == [(NOON + 1, told)]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_journal_that_holds_nothing_goes_there_and_back(room: Room, ending: str):
    assert entries_in(room.there_and_back(room.journal([]), ending)) == []


# What the formats look like


def test_a_line_of_ndjson_leaves_out_what_is_missing(room: Room):
    told = event(id="e", metadata={"device": "mobile", "n": [1.0]}, timestamp=NOON - 0.5)
    journal = room.journal([(NOON, [told]), (NOON + 1, [Reset("api")])])
    assert room.export(journal, "ndjson").read_text() == (
        '{"receivedAt":"2025-07-20T12:00:00.000Z","eventId":"e","type":"pageview",'
        '"sessionId":"ann","page":"/","timestamp":"2025-07-20T11:59:59.500Z",'
        '"metadata":{"device":"mobile","n":[1.0]}}\n'
        '{"receivedAt":"2025-07-20T12:00:01.000Z","type":"reset","name":"api"}\n'
    )


def test_a_row_of_csv_has_a_cell_for_every_column(room: Room):
    told = event(id="e", page="/a,b", metadata={}, timestamp=NOON)
    rows = room.export(room.journal([(NOON, [told])]), "csv").read_bytes()
    assert rows.decode() == (
        f"{','.join(COLUMNS)}\r\n"
        '2025-07-20T12:00:00.000Z,e,pageview,,ann,"/a,b",2025-07-20T12:00:00.000Z,,{},,,,\r\n'
    )


def test_parquet_has_times_in_milliseconds_of_utc_and_texts(room: Room):
    from pyarrow import parquet  # noqa: PLC0415 — as the commands do

    journal = room.journal([(NOON, [event(id="e", metadata={"a": 1})])])
    table = parquet.read_table(room.export(journal, "parquet"))
    times = {"receivedAt", "timestamp"}
    assert tuple(table.schema.names) == COLUMNS
    assert {str(f.type) for f in table.schema if f.name in times} == {"timestamp[ms, tz=UTC]"}
    assert {str(f.type) for f in table.schema if f.name not in times} == {"string"}
    [row] = table.to_pylist()
    assert (row["receivedAt"].timestamp(), row["timestamp"]) == (NOON, None)
    assert row["metadata"] == '{"a":1}'


def test_a_time_finer_than_a_millisecond_is_rounded_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    room = Room(tmp_path, capsys)
    beyond = event(timestamp=at("9999-12-31T23:59:59") + 1)
    journal = room.journal([(NOON + 0.0004, [event()]), (NOON + 1, [event(), beyond])])
    file = room.file("csv")
    said = room.run("export", "--journal", f"sqlite:{journal}", "--out", str(file))
    assert "Exported 3 events and 0 resets.\nIn 2 rows a time was rounded" in said.err
    [first, _, last] = entries_in(room.import_(file))
    assert first[0] == NOON
    assert isinstance(last[1], Event)
    assert last[1].timestamp == at("9999-12-31T23:59:59.999")


# No cell is a formula

SIGNS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def begins_like_a_formula(cell: str) -> bool:
    """True if a spreadsheet might take the cell for one, or a piece of it behind a semicolon."""
    first, *behind = cell.split(";")
    return first.startswith(SIGNS) or any(each.lstrip(' "').startswith(SIGNS) for each in behind)


@given(st.text() | texts(20) | st.text("a;'\" =@\uff1d"))
@example("'")
@example("'tis")
@example("\t=1")
@example("a;'=1;''=2; =3")
def test_the_quote_in_front_of_a_formula_comes_off_again(text: str):
    assert plain(safe(text)) == text
    assert not begins_like_a_formula(safe(text))


def test_only_what_would_be_a_formula_gets_a_quote():
    unchanged = [
        "",
        "a",
        "1",
        "'tis",
        "''",
        "'",
        " =1",
        "a=1",
        "/?a=-1",
        '"=1',
        "a;b",
        "a;'b",
        ";",
        "a\uff1d",
    ]
    assert [safe(text) for text in unchanged] == unchanged
    assert [plain(text) for text in unchanged] == unchanged
    assert [safe(sign) for sign in SIGNS] == [f"'{sign}" for sign in SIGNS]
    assert safe("'=1") == "''=1"
    assert safe("/a;=1;@b;c") == "/a;'=1;'@b;c"
    assert safe('/a;" =1') == "/a;'\" =1"


@ROUNDS
@given(st.lists(entries))
def test_no_cell_of_an_export_begins_like_a_formula(written: list[Event | Reset]):
    file = BytesIO()
    CsvWriter(file).write([row_of(NOON, entry) for entry in written])
    rows = csv.reader(StringIO(file.getvalue().decode(), newline=""))
    assert [cell for row in rows for cell in row if begins_like_a_formula(cell)] == []


def test_where_cells_are_separated_by_semicolons_no_cell_is_a_formula_either(room: Room):
    """As a spreadsheet reads the file on a machine whose separator is the semicolon."""
    texts = ["=1", "/a;=1", "/a;'@b", '/a;"=1"', "\uff1d1", "/;\uff0b1", ";-1", "a; =1"]
    metadata = {text: [text] for text in texts}
    events = [event(page=text, country=text, metadata=metadata) for text in texts]
    journal = room.journal([(NOON, events)])
    exported = room.export(journal, "csv")
    cells = csv.reader(StringIO(exported.read_text(), newline=""), delimiter=";")
    assert [cell for row in cells for cell in row if begins_like_a_formula(cell)] == []
    [record] = records_in(room.import_(exported))
    assert list(record.what) == events


def test_the_longest_event_of_semicolons_fits_into_a_line_of_csv(room: Room):
    longest = event(page="\U0001f642" * 2_048, metadata={"x": ";" * 8_000}, country=";=" * 32)
    journal = room.there_and_back(room.journal([(NOON, [longest])]), "csv")
    assert [entry for record in records_in(journal) for entry in record.what] == [longest]
