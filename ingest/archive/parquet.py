"""An event a row of a Parquet file. The only module that imports pyarrow, which takes long and much
memory: it is loaded when the format is asked for."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
from msgspec.json import encode
from pyarrow import parquet as pq

from ingest.archive.entries import Given, Wrong, read_cells
from ingest.archive.errors import Unreadable
from ingest.archive.row import COLUMNS, Row, millis
from state.shapes import iso

TIMES = ("receivedAt", "timestamp")
ROWS_IN_A_GROUP = 16_384
ROWS_AT_ONCE = 1_000
BUFFER_BYTES = 2**20
_TIME = pa.timestamp("ms", tz="UTC")
_SCHEMA = pa.schema([(name, _TIME if name in TIMES else pa.string()) for name in COLUMNS])


class ParquetWriter:
    """Writes a group when it is full: what is held is that many rows."""

    def __init__(self, file: BinaryIO) -> None:
        self._writer = pq.ParquetWriter(file, _SCHEMA, compression="zstd")
        self._rows: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
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

    def _write(self, rows: list[Row]) -> None:
        columns = zip(*map(_values, rows), strict=True)
        arrays = [pa.array(c, field.type) for c, field in zip(columns, _SCHEMA, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=_SCHEMA))


class ParquetRows:
    """Number, counted from 1, and content of each row; ``total`` is how many there are.

    Raises:
        Unreadable: it is no Parquet file, or a column has a type that can't be used.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._file = pq.ParquetFile(file, buffer_size=BUFFER_BYTES, pre_buffer=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Unreadable(f"it can't be read as Parquet: {error}") from None
        self.total = int(self._file.metadata.num_rows)
        self._columns = [field.name for field in self._file.schema_arrow if field.name in COLUMNS]
        for field in self._file.schema_arrow:
            _check(field)

    def __iter__(self) -> Iterator[tuple[int, Given | Wrong]]:
        number = 0
        for batch in self._batches():
            for values in zip(*map(_plain, batch.columns), strict=True):
                number += 1
                named = zip(self._columns, values, strict=True)
                yield number, read_cells({n: value for n, value in named if value is not None})

    def _batches(self) -> Iterator[Any]:
        try:
            yield from self._file.iter_batches(
                batch_size=ROWS_AT_ONCE, columns=self._columns, use_threads=False
            )
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Unreadable(f"it can't be read any further: {error}") from None


def _values(row: Row) -> tuple[Any, ...]:
    own, metadata = row.timestamp, row.metadata
    return (
        millis(row.received_at),
        *row[1:6],
        None if own is None else millis(own),
        row.country,
        None if metadata is None else encode(metadata).decode(),
    )


def _check(field: Any) -> None:
    if field.name not in COLUMNS:
        return
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
    if not (is_text or (field.name in TIMES and pa.types.is_timestamp(kind))):
        allowed = "text or a timestamp" if field.name in TIMES else "text"
        raise Unreadable(f"the column {field.name} should be {allowed}, not {field.type}")


def _plain(column: Any) -> list[str | None]:
    """A column's texts, times as the wire has them; without a zone they are UTC."""
    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    in_ms = column.cast(pa.timestamp("ms", column.type.tz), safe=False).cast(pa.int64())
    return [None if value is None else _moment(value) for value in in_ms.to_pylist()]


def _moment(value: int) -> str:
    try:
        return iso(value / 1000)
    except (ValueError, OverflowError, OSError):
        return f"{value} ms"  # no year of four digits: the schema will say so
