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
from state.journal.checkpoints import Broken, Checkpoints, Stamp, packed, unpacked
from state.journal.sqlite.files import CREATE, beside, sync_directory

FORMAT = 1
_LENGTHS = Layout(">II")


class CheckpointFile(Checkpoints):
    """Reads and replaces the checkpoint file of a database."""

    def __init__(self, database: Path) -> None:
        self._path = beside(database, ".checkpoint")
        self._claim: int | None = None

    def stamp(self) -> Stamp | None:
        try:
            with self._path.open("rb") as file:
                return _stamp(file)
        except (OSError, Broken):
            return None

    def pieces(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            _stamp(file)
            while head := file.read(_LENGTHS.size):
                if len(head) < _LENGTHS.size:
                    raise Broken("it ends within a piece")
                size, checksum = _LENGTHS.unpack(head)
                piece = file.read(size)
                if len(piece) < size or zlib.crc32(piece) != checksum:
                    raise Broken("a piece is not what was written")
                yield unpacked(piece)

    def put(self, stamp: Stamp, pieces: Iterable[bytes]) -> None:
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            self._write(fresh, stamp, pieces)
            fresh.rename(self._path)
            sync_directory(self._path)
        except OSError as error:
            raise JournalError(f"journal: {fresh} can't be written: {error.strerror}") from None

    def _write(self, fresh: Path, stamp: Stamp, pieces: Iterable[bytes]) -> None:
        with open(os.open(fresh, os.O_WRONLY | os.O_TRUNC | CREATE, 0o644), "wb") as file:
            about = {"format": FORMAT, "epoch": stamp.epoch, "seq": stamp.seq, "at": stamp.at}
            about["place"] = stamp.place
            line = json.dumps(about).encode()
            file.write(b"%08x %b\n" % (zlib.crc32(line), line))
            for piece in map(packed, pieces):
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
        self._claim = file
        return True

    def release(self) -> None:
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None


def _stamp(file: IO[bytes]) -> Stamp:
    try:
        checksum, _, line = file.readline(1_000).rstrip(b"\n").partition(b" ")
        if b"%08x" % zlib.crc32(line) != checksum:
            raise Broken("it is not what was written")
        about: dict[str, Any] = json.loads(line)
        if about["format"] != FORMAT:
            raise Broken(f"its format {about['format']} is another than ours, {FORMAT}")
        place = str(about.get("place", ""))  # older versions wrote none
        return Stamp(str(about["epoch"]), int(about["seq"]), float(about["at"]), place)
    except (ValueError, KeyError, TypeError) as error:
        raise Broken(f"its first line can't be read: {error}") from None
