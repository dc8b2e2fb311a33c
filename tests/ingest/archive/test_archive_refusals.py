"""``main.py import``: what is refused, and how that is told."""

from pathlib import Path

import pytest

from ingest.archive.row import COLUMNS
from tests.ingest.archives import Room, entries_in, line, minutely, received
from tests.support import NOON

HEADER = "receivedAt,eventId,type,name,sessionId,page,timestamp,country,metadata"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[]", "should be a JSON object"),
        ("{", "should be a JSON object, in UTF-8"),
        (b'{"type": "\xff"}', "should be a JSON object, in UTF-8"),
        (line(nothing=float("nan")), "should hold no NaN and no lone surrogates"),
        (line(receivedAt="soon"), "receivedAt: should be ISO 8601, like 2025-07-20T10:30:00Z"),
        (line(receivedAt=7), "receivedAt: should be ISO 8601, like 2025-07-20T10:30:00Z"),
        (line(receivedAt="1969-12-31T23:59:59.999Z"), "receivedAt: should be 1970 or later"),
        (
            line(type="view"),
            "type: should be one of pageview, click, session_end, custom, heartbeat, leave, reset",
        ),
        (
            line(receivedAt="soon", sessionId="", country="a\tb"),
            "receivedAt: should be ISO 8601, like 2025-07-20T10:30:00Z; "
            "sessionId: should be text of 1 to 128 characters; "
            "country: should hold no control characters (U+0000-001F, U+007F)",
        ),
        (line(type="reset"), "name: is required: text of 1 to 64 characters"),
        (line(metadata={"\x9b2J": "\ud800"}), "metadata.\\x9b2J: should hold no lone surrogates"),
        (line(padding="x" * 65_536), "should take at most 65,536 bytes"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_the_others_are_taken(
    room: Room, text: str | bytes, complaint: str
):
    text = text.strip() if isinstance(text, bytes) else text.strip().encode()
    good = line(receivedAt=received(1)).encode()
    said = room.take(good + text + b"\n" + good)
    assert said.code == 1
    told, ending = said.err.splitlines()
    assert told.startswith(f"line 2: {complaint}")
    assert ending == "Imported 2 events and 0 resets; refused 1 line."


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b", "should have 9 cells, not 2"),
        (',,pageview,,ann,"/" x,,,', "can't be read as CSV"),
        (f',,pageview,,ann,"{"x" * 70_000}",,,', "should take at most 65,536 bytes"),
        (b",,pageview,,\xff,/,,,", "should be UTF-8"),
        (",,pageview,,ann,/,,,[1]", "metadata: should be an object"),
        (",,pageview,,,/,,,{", "sessionId: is required: text of 1 to 128 characters; metadata: "),
        (",,pageview,,ann,/,20.7.2025,,", "timestamp: should be ISO 8601"),
    ],
)
def test_a_row_of_csv_that_cannot_be_taken_is_named_too(
    room: Room, text: str | bytes, complaint: str
):
    text = text if isinstance(text, bytes) else text.encode()
    good = b",,pageview,,ann,/,,,\r\n"
    said = room.take(HEADER.encode() + b"\r\n" + good + text + b"\r\n" + good, "csv")
    assert said.code == 1
    told, ending = said.err.splitlines()
    assert told.startswith(f"line 3: {complaint}")
    assert ending == "Imported 2 events and 0 resets; refused 1 line."


def test_a_row_of_parquet_that_cannot_be_taken_is_named_too(room: Room):
    from ingest.archive.formats.parquet import pa, pq  # noqa: PLC0415 — as the commands do

    table = pa.table({"type": ["click"] * 3, "page": ["/", None, "/"], "sessionId": ["ann"] * 3})
    far = pa.array([None, None, 2**60], pa.timestamp("ms", "UTC"))
    file = room.file("parquet")
    pq.write_table(table.append_column("timestamp", far), file)
    said = room.run("import", str(file), "--journal", f"sqlite:{room.file('db')}")
    assert said == (
        1,
        "",
        "row 2: page: is required: text of 1 to 2048 characters\n"
        "row 3: timestamp: should be ISO 8601, like 2025-07-20T10:30:00Z\n"
        "Imported 1 event and 0 resets; refused 2 rows.\n",
    )


def test_a_row_older_than_the_one_before_is_refused(room: Room):
    journal = room.file("db")
    texts = [line(receivedAt=received(second)) for second in (1, 5, 4.999, 5, 6)]
    said = room.take("".join(texts), into=journal)
    assert said.code == 1
    assert said.err.splitlines()[0] == (
        "line 3: receivedAt: should not be earlier than in the line before,"
        " 2025-07-20T12:00:05.000Z"
    )
    assert [at - NOON for at, _ in entries_in(journal)] == [1, 5, 5, 6]


def test_a_row_from_the_future_is_refused(room: Room):
    said = room.take(line(receivedAt="2999-01-01") + line())
    assert said.code == 1
    assert "line 1: receivedAt: should not lie in the future, it is 20" in said.err
    assert "Imported 1 event" in said.err


def test_twenty_complaints_are_shown_and_the_others_counted(room: Room):
    said = room.take("{}\n" * 1_025)
    *told, more, ending = said.err.splitlines()
    assert len(told) == 20
    assert told[19].startswith("line 20: type: should be one of")
    assert more == "and 1,005 more"
    assert ending == "Imported 0 events and 0 resets; refused 1,025 lines."


def test_a_journal_with_newer_events_is_left_alone(room: Room):
    journal = room.journal(minutely(3))
    before = entries_in(journal)
    texts = [line(receivedAt=received(second), page=page) for second, page in ((0, ""), (1, "/"))]
    said = room.take("".join(texts), into=journal)
    assert said.code == 2
    assert said.err == (
        "line 2 was received at 2025-07-20T12:00:01.000Z, the newest record of the journal at"
        " 2025-07-20T12:02:00.000Z, and time never runs backwards: import it into a new journal"
        " (--journal sqlite:PATH)\n"
    )
    assert entries_in(journal) == before


@pytest.mark.parametrize(
    ("name", "content", "arguments", "parts"),
    [
        ("a.xml", "", [], ["--format", "a.xml", "ndjson, csv, parquet"]),
        ("-", "", [], ["--format", "FILE -", "ndjson, csv, parquet"]),
        ("-", "", ["--format", "parquet"], ["FILE", "-", "needs a file"]),
        ("nowhere.csv", None, [], ["FILE", "nowhere.csv", "No such file"]),
        ("a.csv", "", [], ["FILE", "a.csv", "first row", *COLUMNS]),
        ("a.csv", "type,page\n", [], ["FILE", "a.csv", "type and sessionId at least"]),
        ("a.csv", "type,sessionId,type\n", [], ["FILE", "a.csv", "each once"]),
        ("a.csv", 'type,"session"Id\n', [], ["FILE", "a.csv", "read as CSV"]),
        ("a.parquet", "type,page\n", [], ["FILE", "a.parquet", "read as Parquet"]),
        ("a.ndjson", "", ["--journal", "memory:"], ["--journal", "memory:", "sqlite:PATH"]),
        ("a.ndjson", "", ["--journal", "sqlite:a.ndjson"], ["--journal", "only pieces of it"]),
        ("a.ndjson", "x" * 999, ["--journal", "sqlite:a.ndjson"], ["no SQLite database"]),
        ("a.ndjson", "", ["--journal", "sqlite:no/where"], ["--journal", "no/where", "No such"]),
        ("a.ndjson", "", ["--format", "xml"], ["--format", "'xml'", "'csv', 'parquet'"]),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence_with_code_2(
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str | None,
    arguments: list[str],
    parts: list[str],
):
    monkeypatch.chdir(room.directory)
    if content is not None and name != "-":
        Path(name).write_text(content)
        Path(f"{name}-wal").touch()
    said = room.run("import", name, "--journal", "sqlite:new.db", *arguments)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1), said
    assert [part for part in parts if part not in said.err] == [], said.err
    assert not Path("new.db").exists()


def test_a_column_of_another_type_is_told_before_anything_is_written(room: Room):
    from ingest.archive.formats.parquet import pa, pq  # noqa: PLC0415 — as the commands do

    file, journal = room.file("parquet"), room.file("db")
    pq.write_table(pa.table({"type": ["click"], "sessionId": [7]}), file)
    said = room.run("import", str(file), "--journal", f"sqlite:{journal}")
    assert said.code == 2
    assert f"{file} can't be used: the column sessionId should be text, not int64" in said.err
    assert not journal.exists()


def test_a_damaged_journal_is_left_to_a_server(room: Room):
    journal = room.journal(minutely(3))
    whole = journal.read_bytes()
    place = whole.index(b"/2")
    journal.write_bytes(whole[:place] + b"!" + whole[place + 1 :])
    said = room.take(line(), into=journal)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "it is damaged; a server saves what can be saved (--journal)" in said.err
