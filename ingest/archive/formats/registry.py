"""The formats by name, and what comes from a file in one of them."""

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
from ingest.archive.row import Row
from ingest.archive.validation import Given, RowErrors

PARQUET = "parquet"
FORMATS = ("ndjson", "csv", PARQUET)
_ENDINGS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".parquet": PARQUET}


class Writer(Protocol):
    def write(self, rows: Sequence[Row]) -> None:
        """Write them, or hold a bounded number of them back."""

    def close(self) -> None:
        """Write what is left. The file stays open."""


class Source:
    """What is to be imported: number and content of each row, which is a ``unit``. ``size`` is
    how much there is and ``done`` how much of it was read, in bytes or rows; None: nobody knows."""

    def __init__(
        self,
        rows: Iterable[tuple[int, Given | RowErrors]],
        unit: str,
        size: int | None,
        done: Callable[[], int] | None,
    ) -> None:
        self.rows, self.unit, self.size, self.done = rows, unit, size, done


def format_of(asked: str | None, name: str, flag: str) -> str:
    """The format that was asked for, or else the one that the file's name ends in."""
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


def writer_of(chosen: str, file: BinaryIO) -> Writer:
    if chosen == PARQUET:
        return _parquet().ParquetWriter(file)  # type: ignore[no-any-return]
    return CsvWriter(file) if chosen == "csv" else NdjsonWriter(file)


@contextmanager
def source_of(chosen: str, name: str) -> Iterator[Source]:
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


def _source(chosen: str, file: BinaryIO) -> Source:
    if chosen == PARQUET:
        rows = _parquet().ParquetRows(file)
        return Source(rows, "row", rows.total, None)
    read = read_csv if chosen == "csv" else read_ndjson
    is_file = file.seekable()
    size = os.fstat(file.fileno()).st_size if is_file else None
    return Source(read(file), "line", size, file.tell if is_file else None)


def _parquet() -> Any:
    """Loaded for those alone who ask for it: it takes 0.3 s and 70 MB."""
    from ingest.archive.formats import parquet  # noqa: PLC0415

    return parquet
