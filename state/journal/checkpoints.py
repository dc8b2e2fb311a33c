"""The newest checkpoint of a journal: what it is of, and the pieces it is kept in."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct

FASTEST = 1


class Stamp(Struct, frozen=True):
    """What a checkpoint is of: all records of an epoch up to ``seq``, which was at ``at``, and is
    found at ``place`` where a seq isn't enough to find it."""

    epoch: str
    seq: int
    at: float
    place: str = ""


class Broken(ValueError):
    """Not what was written."""


def packed(piece: bytes) -> bytes:
    """A piece as it is kept."""
    return zlib.compress(piece, FASTEST)


def unpacked(piece: bytes) -> bytes:
    try:
        return zlib.decompress(piece)
    except zlib.error as error:
        raise Broken(str(error)) from None


class Checkpoints(Protocol):
    """The newest checkpoint of a journal. Blocking."""

    def stamp(self) -> Stamp | None:
        """What the newest one is of, or None where there is none that can be read."""

    def pieces(self) -> Iterator[bytes]:
        """The pieces of the newest one.

        Raises:
            ValueError: it is broken.
            OSError: it can't be read.
        """

    def put(self, stamp: Stamp, pieces: Iterable[bytes]) -> None:
        """Keep a checkpoint in place of the one before."""

    def claim(self) -> bool:
        """True for the one who may make the next one now."""

    def release(self) -> None:
        """Let others make the next one."""
