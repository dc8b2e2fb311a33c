"""Stores the checkpoint of a database in a file of its own.

``NAME.checkpoint`` begins with a header line, a checksum and JSON. The compressed pieces follow,
each after its length and its checksum. A new checkpoint is written to another file, synced to the
disk, and replaces the one before by a rename."""

import fcntl
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from struct import Struct as Layout
from typing import IO, Any

from state.journal.base import JournalError
from state.journal.checkpoints import (
    BrokenCheckpoint,
    Checkpoints,
    Stamp,
    compress_piece,
    decompress_piece,
)
from state.journal.sqlite.files import CREATE, sibling, sync_directory

FORMAT = 1
_LENGTHS = Layout(">II")


class CheckpointFile(Checkpoints):
    """Reads and replaces the checkpoint file of a database."""

    def __init__(self, database: Path) -> None:
        self._path = sibling(database, ".checkpoint")
        self._lock_file: int | None = None

    def stamp(self) -> Stamp | None:
        try:
            with self._path.open("rb") as file:
                return _read_stamp(file)
        except (OSError, BrokenCheckpoint):
            return None

    def pieces(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            _read_stamp(file)
            while head := file.read(_LENGTHS.size):
                if len(head) < _LENGTHS.size:
                    raise BrokenCheckpoint("it ends within a piece")
                size, checksum = _LENGTHS.unpack(head)
                piece = file.read(size)
                if len(piece) < size or zlib.crc32(piece) != checksum:
                    raise BrokenCheckpoint("a piece is not what was written")
                yield decompress_piece(piece)

    def put(self, stamp: Stamp, pieces: Iterable[bytes]) -> None:
        new_path = self._path.with_name(self._path.name + ".new")
        try:
            self._write(new_path, stamp, pieces)
            new_path.rename(self._path)
            sync_directory(self._path)
        except OSError as error:
            raise JournalError(f"journal: {new_path} can't be written: {error.strerror}") from None

    def _write(self, new_path: Path, stamp: Stamp, pieces: Iterable[bytes]) -> None:
        with open(os.open(new_path, os.O_WRONLY | os.O_TRUNC | CREATE, 0o644), "wb") as file:
            header = {"format": FORMAT, "epoch": stamp.epoch, "seq": stamp.seq, "at": stamp.at}
            header["place"] = stamp.place
            header_json = json.dumps(header).encode()
            file.write(b"%08x %b\n" % (zlib.crc32(header_json), header_json))
            for piece in map(compress_piece, pieces):
                file.write(_LENGTHS.pack(len(piece), zlib.crc32(piece)) + piece)
            file.flush()
            os.fsync(file.fileno())

    def claim(self) -> bool:
        """Claims by a lock file; the end of the process releases the lock, too."""
        name = self._path.with_name(self._path.name + ".lock")
        try:
            file = os.open(name, os.O_RDWR | CREATE, 0o644)
        except OSError as error:
            raise JournalError(f"journal: {name} can't be written: {error.strerror}") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._lock_file = file
        return True

    def release(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None


def _read_stamp(file: IO[bytes]) -> Stamp:
    try:
        checksum, _, header_json = file.readline(1_000).rstrip(b"\n").partition(b" ")
        if b"%08x" % zlib.crc32(header_json) != checksum:
            raise BrokenCheckpoint("it is not what was written")
        header: dict[str, Any] = json.loads(header_json)
        if header["format"] != FORMAT:
            raise BrokenCheckpoint(f"its format {header['format']} is another than ours, {FORMAT}")
        place = str(header.get("place", ""))  # older versions wrote none
        return Stamp(str(header["epoch"]), int(header["seq"]), float(header["at"]), place)
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenCheckpoint(f"its first line can't be read: {error}") from None
