"""The formats by name: their writers and readers."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from ingest.archive.errors import ArchiveError, Unreadable
from ingest.archive.formats.csv_cells import CsvWriter, read_csv
from ingest.archive.formats.ndjson import NdjsonWriter, read_ndjson
from ingest.archive.output import STANDARD
from ingest.archive.row import ArchiveRow
from ingest.archive.validation import Given, RowErrors

PARQUET = "parquet"
FORMATS = ("ndjson", "csv", PARQUET)
_ENDINGS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".parquet": PARQUET}


class RowWriter(Protocol):
    def write(self, rows: Sequence[ArchiveRow]) -> None:
        """Write rows, or hold a bounded number of them."""

    def close(self) -> None:
        """Write the rows held. The file stays open."""


class RowSource:
    """A file to import: number and content of each row; ``unit`` is "line" or "row". ``size`` is
    the whole and ``done`` the part that was read, in bytes or rows; None: unknown."""

    def __init__(
        self,
        rows: Iterable[tuple[int, Given | RowErrors]],
        unit: str,
        size: int | None,
        done: Callable[[], int] | None,
    ) -> None:
        self.rows, self.unit, self.size, self.done = rows, unit, size, done


def format_of(asked: str | None, name: str, flag: str) -> str:
    """The format of the argument, or else of the file's name."""
    chosen = asked or _ENDINGS.get(Path(name).suffix.lower())
    if chosen is None:
        raise ArchiveError(
            f"--format: {flag} {name} tells none by its ending; name one: {', '.join(FORMATS)}"
        )
    if chosen == PARQUET and name == STANDARD:
        raise ArchiveError(
            f"{flag}: {name} can't be used for parquet, which needs a file, like visitors.parquet"
        )
    return chosen


def writer_of(chosen: str, file: BinaryIO) -> RowWriter:
    if chosen == PARQUET:
        return _parquet().ParquetWriter(file)  # type: ignore[no-any-return]
    return CsvWriter(file) if chosen == "csv" else NdjsonWriter(file)


@contextmanager
def source_of(chosen: str, name: str) -> Iterator[RowSource]:
    """The rows of a file.

    Raises:
        ArchiveError: it can't be read; later, too.
    """
    try:
        with _open(name) as file:
            yield _source(chosen, file)
    except Unreadable as error:
        raise ArchiveError(f"FILE: {name} can't be used: {error}") from None
    except OSError as error:
        raise ArchiveError(f"FILE: {name} can't be read: {error.strerror}") from None


def _open(name: str) -> BinaryIO:
    return sys.stdin.buffer if name == STANDARD else Path(name).open("rb")


def _source(chosen: str, file: BinaryIO) -> RowSource:
    if chosen == PARQUET:
        rows = _parquet().ParquetRows(file)
        return RowSource(rows, "row", rows.total, None)
    read = read_csv if chosen == "csv" else read_ndjson
    is_file = file.seekable()
    size = os.fstat(file.fileno()).st_size if is_file else None
    return RowSource(read(file), "line", size, file.tell if is_file else None)


def _parquet() -> Any:
    """Import on use: it takes 0.3 s and 70 MB."""
    from ingest.archive.formats import parquet  # noqa: PLC0415

    return parquet
