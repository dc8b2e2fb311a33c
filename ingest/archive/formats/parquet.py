"""Parquet: an event a row. The only module that imports pyarrow, which takes 0.3 s and 70 MB: it is
loaded when the format is used."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from msgspec.json import encode
from pyarrow import compute as pc
from pyarrow import parquet as pq

from ingest.archive.errors import Unreadable
from ingest.archive.formats.line_reader import TOO_LONG
from ingest.archive.row import COLUMNS, JSON, NUMBERS, TIMES, ArchiveRow, millis
from ingest.archive.validation import Given, RowErrors, read_cells
from ingest.pipeline.body import EVENT_BYTES
from ingest.pipeline.rejection import FieldError
from state.wire.types import iso

ROWS_IN_A_GROUP = 16_384
ROWS_AT_ONCE = 1_000
BUFFER_BYTES = 2**20
MOST_ROWS_A_BYTE = 1_000
MOST_CHUNK_BYTES = 2**29
MOST_MEMORY_BYTES = 2**32
"""Limits of unpacking: rows for each byte of the file; bytes of a column in a row group by the
file's own metadata; and, since those may be wrong, the memory of the process."""

FAILURES = (pa.ArrowException, OSError, ValueError)
LONG = object()
STATM = Path("/proc/self/statm")
_TIME = pa.timestamp("ms", tz="UTC")
_SCHEMA = pa.schema([(name, _TIME if name in TIMES else pa.string()) for name in COLUMNS])


class ParquetWriter:
    """Writes row groups. Memory: the rows of one group."""

    def __init__(self, file: BinaryIO) -> None:
        self._writer = pq.ParquetWriter(file, _SCHEMA, compression="zstd")
        self._rows: list[ArchiveRow] = []

    def write(self, rows: Sequence[ArchiveRow]) -> None:
        self._rows += rows
        while len(self._rows) >= ROWS_IN_A_GROUP:
            self._write(self._rows[:ROWS_IN_A_GROUP])
            del self._rows[:ROWS_IN_A_GROUP]

    def close(self) -> None:
        try:
            if self._rows:
                self._write(self._rows)
        finally:
            self._writer.close()

    def _write(self, rows: list[ArchiveRow]) -> None:
        columns = zip(*map(_values, rows), strict=True)
        arrays = [pa.array(c, field.type) for c, field in zip(columns, _SCHEMA, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=_SCHEMA))


class ParquetRows:
    """Number, counted from 1, and content of each row; ``total`` is how many there are.

    Raises:
        Unreadable: it is no Parquet file, a column has a type that can't be used, or it would
            unpack to too much.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            about = pq.read_metadata(file)
            schema = about.schema.to_arrow_schema()
        except FAILURES as error:
            raise Unreadable(f"it can't be read as Parquet: {error}") from None
        self.total = int(about.num_rows)
        self._columns = [field.name for field in schema if field.name in COLUMNS]
        for field in schema:
            _check(field)
        _check_sizes(about, file.seek(0, SEEK_END))
        texts = [each for each in self._columns if _is_text(schema.field(each).type)]
        options = {"buffer_size": BUFFER_BYTES, "pre_buffer": False, "read_dictionary": texts}
        self._file = pq.ParquetFile(file, metadata=about, **options)

    def __iter__(self) -> Iterator[tuple[int, Given | RowErrors]]:
        try:
            with _bounded_memory():
                yield from self._rows()
        except MemoryError:
            raise Unreadable("it would unpack to too much memory") from None

    def _rows(self) -> Iterator[tuple[int, Given | RowErrors]]:
        number = 0
        for batch in self._batches():
            for values in zip(*map(_plain, batch.columns), strict=True):
                number += 1
                named = list(zip(self._columns, values, strict=True))
                long = [FieldError(name, TOO_LONG) for name, value in named if value is LONG]
                yield number, long or read_cells({n: v for n, v in named if v is not None})

    def _batches(self) -> Iterator[Any]:
        try:
            yield from self._file.iter_batches(
                batch_size=ROWS_AT_ONCE, columns=self._columns, use_threads=False
            )
        except MemoryError:
            raise
        except FAILURES as error:
            raise Unreadable(f"it can't be read any further: {error}") from None


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Limit the memory of the process, so that allocations fail and not the machine; Linux only."""
    if not STATM.exists():
        yield
        return
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(STATM.read_text().split()[0]) * resource.getpagesize()
    most = used + MOST_MEMORY_BYTES
    if limits[0] != resource.RLIM_INFINITY:
        most = min(most, limits[0])
    resource.setrlimit(resource.RLIMIT_AS, (most, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _check_sizes(about: Any, file_bytes: int) -> None:
    if about.num_rows > MOST_ROWS_A_BYTE * file_bytes:
        raise Unreadable(f"it says that {about.num_rows:,} rows are in its {file_bytes:,} bytes")
    for number in range(about.num_row_groups):
        group = about.row_group(number)
        for place in range(group.num_columns):
            chunk = group.column(place)
            size = chunk.total_uncompressed_size
            if chunk.path_in_schema in COLUMNS and size > MOST_CHUNK_BYTES:
                raise Unreadable(
                    f"the column {chunk.path_in_schema} would unpack to {size:,} bytes in row group"
                    f" {number + 1}, {MOST_CHUNK_BYTES:,} are allowed: write smaller row groups"
                )


def _values(row: ArchiveRow) -> tuple[Any, ...]:
    written: ArchiveRow = {name: millis(row[name]) for name in TIMES if row[name] is not None}
    written |= {name: str(row[name]) for name in NUMBERS if row[name] is not None}
    if row[JSON] is not None:
        written[JSON] = encode(row[JSON]).decode()
    return tuple((row | written).values())


def _check(field: Any) -> None:
    if field.name not in COLUMNS:
        return
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    fits = _is_text(kind) or pa.types.is_null(kind)
    if not (fits or (field.name in TIMES and pa.types.is_timestamp(kind))):
        allowed = "text or a timestamp" if field.name in TIMES else "text"
        raise Unreadable(f"the column {field.name} should be {allowed}, not {field.type}")


def _is_text(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _plain(column: Any) -> list[Any]:
    """A column's texts, times as the wire has them; without a zone they are UTC."""
    if pa.types.is_dictionary(column.type):
        return _texts(column)
    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    in_ms = column.cast(pa.timestamp("ms", column.type.tz), safe=False).cast(pa.int64())
    return [None if value is None else _moment(value) for value in in_ms.to_pylist()]


def _texts(column: Any) -> list[Any]:
    """A text that many rows have is unpacked once, and one that no event can have not at all: then
    the rows get ``LONG``."""
    used = column.indices.unique().drop_null()
    texts = column.dictionary.take(used)
    is_long = pc.greater(pc.binary_length(texts), EVENT_BYTES)
    short = pc.if_else(is_long, None, texts).to_pylist()
    by_index = dict(zip(used.to_pylist(), short, strict=True))
    if pc.any(is_long).as_py():
        long = (index for index, each in zip(by_index, is_long.to_pylist(), strict=True) if each)
        by_index |= dict.fromkeys(list(long), LONG)
    by_index[None] = None
    return [by_index[index] for index in column.indices.to_pylist()]


def _moment(value: int) -> str:
    try:
        return iso(value / 1000)
    except (ValueError, OverflowError, OSError):
        return f"{value} ms"  # no year of four digits: the schema refuses it
