"""Reads lines of bounded length from a file of any size."""

from collections.abc import Iterator
from typing import BinaryIO

from ingest.pipeline.body import EVENT_BYTES

BOM = b"\xef\xbb\xbf"
TOO_LONG = f"should take at most {EVENT_BYTES:,} bytes"


class BadLine(ValueError):
    """A line can't be read; the next one can."""


class LineReader:
    """Yields lines with their ends, without a byte order mark. ``number`` is that of the last line,
    from 1 on. The lines between two calls of ``begin_row`` may together be as long as an event.

    Raises:
        BadLine: they are longer."""

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self._file = file
        self._room = EVENT_BYTES

    def begin_row(self) -> int:
        """Begin a row. Returns the number of its first line."""
        self._room = EVENT_BYTES
        return self.number + 1

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = self._file.readline(EVENT_BYTES + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            line = line.removeprefix(BOM)
        self._room -= len(line)
        if self._room < 0:
            self._skip(line)
            raise BadLine(TOO_LONG)
        return line

    def _skip(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._file.readline(EVENT_BYTES)
