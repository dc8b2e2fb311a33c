"""The interface to the newest checkpoint of a journal: its stamp and its pieces."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct

COMPRESSION_LEVEL = 1


class Stamp(Struct, frozen=True):
    """The position of a checkpoint: it covers all records of ``epoch`` up to ``seq``, whose time is
    ``at``. ``place`` identifies that record where a seq isn't enough: its checksum in SQLite, its
    entry id in Redis."""

    epoch: str
    seq: int
    at: float
    place: str = ""


class BrokenCheckpoint(ValueError):
    """A checkpoint that is damaged or missing."""


def compress_piece(piece: bytes) -> bytes:
    """Returns a piece as it is stored: compressed."""
    return zlib.compress(piece, COMPRESSION_LEVEL)


def decompress_piece(piece: bytes) -> bytes:
    """Returns a stored piece as it was before.

    Raises:
        Broken: it can't be decompressed.
    """
    try:
        return zlib.decompress(piece)
    except zlib.error as error:
        raise BrokenCheckpoint(str(error)) from None


class Checkpoints(Protocol):
    """Reads and replaces the newest checkpoint of a journal. Blocking."""

    def stamp(self) -> Stamp | None:
        """Returns the stamp of the newest one, or None where none can be read."""

    def pieces(self) -> Iterator[bytes]:
        """Yields the pieces of the newest one.

        Raises:
            ValueError: it is broken.
            OSError: it can't be read.
        """

    def put(self, stamp: Stamp, pieces: Iterable[bytes]) -> None:
        """Store a checkpoint in place of the one before."""

    def claim(self) -> bool:
        """Claim the making of the next one. Returns False while another process has the claim."""

    def release(self) -> None:
        """Release the claim."""
