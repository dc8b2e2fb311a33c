"""NDJSON: an event a line."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from msgspec.json import Encoder

from ingest.archive.formats.line_reader import BadLine, LineReader
from ingest.archive.row import ArchiveRow, as_written
from ingest.archive.validation import Given, RowErrors, read_line
from ingest.pipeline.rejection import FieldError


class NdjsonWriter:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._encode = Encoder().encode_lines

    def write(self, rows: Sequence[ArchiveRow]) -> None:
        self._file.write(self._encode(list(map(_without_gaps, rows))))

    def close(self) -> None:
        """Do nothing: all rows are written."""


def read_ndjson(file: BinaryIO) -> Iterator[tuple[int, Given | RowErrors]]:
    """Yields number and content of each line, empty ones aside."""
    lines = LineReader(file)
    while True:
        number = lines.begin_row()
        try:
            line = next(lines)
        except StopIteration:
            return
        except BadLine as error:
            yield number, [FieldError("", str(error))]
        else:
            if line.strip():
                yield number, read_line(line)


def _without_gaps(row: ArchiveRow) -> ArchiveRow:
    return {name: value for name, value in as_written(row).items() if value is not None}
