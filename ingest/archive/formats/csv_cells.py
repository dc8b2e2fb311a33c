"""CSV, an event a row, safe for spreadsheets.

A spreadsheet runs a cell as a formula if it begins with one of ``= + - @`` (full-width ones, too),
a tab or a carriage return. Where the locale separates cells by semicolons, a cell begins after each
of them. Such a beginning gets a quote as prefix, also if it has quotes already; removing one quote
restores the text. In metadata, which is JSON, semicolons are escaped instead."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any, BinaryIO

from msgspec.json import encode

from ingest.archive.errors import Unreadable
from ingest.archive.formats.line_reader import BadLine, LineReader
from ingest.archive.row import COLUMNS, JSON, ArchiveRow, as_written
from ingest.archive.validation import Given, RowErrors, read_cells
from ingest.pipeline.rejection import FieldError

SIGNS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
_SIGN = f"[{re.escape(SIGNS)}]"
_BEGINNING = f"""(?:^(?='*{_SIGN})|(?<=;)(?=['" ]*{_SIGN}))"""
_QUOTED = f"""(?:^'(?='*{_SIGN})|(?<=;)'(?=['" ]*{_SIGN}))"""
_add, _take_off = re.compile(_BEGINNING).sub, re.compile(_QUOTED).sub
_FIRST = frozenset(f"'{SIGNS}")
_NEEDED = ("type", "sessionId")


class CsvWriter:
    """Writes RFC 4180 in UTF-8; None is an empty cell."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._write([COLUMNS])

    def write(self, rows: Sequence[ArchiveRow]) -> None:
        self._write(map(_cells, rows))

    def close(self) -> None:
        """Do nothing: all rows are written."""

    def _write(self, rows: Iterator[Sequence[str]] | list[tuple[str, ...]]) -> None:
        text = StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode())


def read_csv(file: BinaryIO) -> Iterator[tuple[int, Given | RowErrors]]:
    """Yields the number of its first line and the content of each row, empty ones aside.

    Raises:
        Unreadable: the first row doesn't name the columns.
    """
    lines = LineReader(file)
    rows = csv.reader(map(_text, lines), strict=True)
    return _rows(lines, rows, _header(rows))


def safe(cell: str) -> str:
    return _add("'", cell) if cell[:1] in _FIRST or ";" in cell else cell


def plain(cell: str) -> str:
    return _take_off("", cell) if "'" in cell else cell


def _cells(row: ArchiveRow) -> list[str]:
    return [_cell(name, value) for name, value in as_written(row).items()]


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    return encode(value).decode().replace(";", "\\u003b") if name == JSON else safe(str(value))


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise BadLine("should be UTF-8") from None


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = next(rows, [])
    except (BadLine, csv.Error) as error:
        raise Unreadable(f"the first row can't be read as CSV: {error}") from None
    missing = [name for name in _NEEDED if name not in header]
    twice = {name for name in COLUMNS if header.count(name) > 1}
    if missing or twice:
        raise Unreadable(
            f"the first row should name the columns, each once ({', '.join(COLUMNS)};"
            f" {' and '.join(_NEEDED)} at least)"
        )
    return header


def _rows(
    lines: LineReader, rows: Iterator[list[str]], header: list[str]
) -> Iterator[tuple[int, Given | RowErrors]]:
    while True:
        number = lines.begin_row()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except BadLine as error:
            yield number, [FieldError("", str(error))]
        except csv.Error as error:
            yield number, [FieldError("", f"can't be read as CSV: {error}")]
        else:
            if cells:
                yield number, _read(header, cells)


def _read(header: list[str], cells: list[str]) -> Given | RowErrors:
    if len(cells) != len(header):
        return [FieldError("", f"should have {len(header)} cells, not {len(cells)}")]
    named = zip(header, cells, strict=True)
    return read_cells({name: cell if name == JSON else plain(cell) for name, cell in named if cell})
