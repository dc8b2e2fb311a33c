"""An exact count of distinct texts, for 8 to 16 bytes each."""

from array import array
from bisect import bisect_left, bisect_right
from hashlib import blake2b
from math import inf
from sys import byteorder

CHUNK = 512


def fingerprint(text: str) -> int:
    """64 bits of BLAKE2b, the same in every process. Among a million texts two share theirs with a
    probability of 3e-8 (n² / 2^65)."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


class Distinct:
    """A set of fingerprints that only grows: sorted chunks of at most 512, split in two when full.
    An insertion moves one chunk or the list of chunks, so there is no pause like that of a growing
    ``set`` of a million (24 ms), and a fingerprint takes 8 to 16 bytes, not 100. With ``most`` in
    it, ``is_full`` is set by the first one that doesn't fit: ``count`` is too small from then
    on."""

    def __init__(self, most: float = inf) -> None:
        self._most = most
        self.is_full = False
        self._chunks: list[array[int]] = [array("Q")]
        self._firsts = array("Q", [0])
        self.count = 0

    def add(self, print_: int) -> bool:
        """Returns False if it was in the set before, or doesn't fit."""
        number = bisect_right(self._firsts, print_) - 1
        chunk = self._chunks[number]
        place = bisect_left(chunk, print_)
        if place < len(chunk) and chunk[place] == print_:
            return False
        if self.count >= self._most:
            self.is_full = True
            return False
        chunk.insert(place, print_)
        self.count += 1
        if len(chunk) == CHUNK:
            half = chunk[CHUNK // 2 :]
            self._chunks.insert(number + 1, half)
            self._firsts.insert(number + 1, half[0])
            del chunk[CHUNK // 2 :]
        return True

    def dump(self) -> list[bytes]:
        """The chunks, each in little-endian byte order."""
        return [_in_order(chunk).tobytes() for chunk in self._chunks]

    @classmethod
    def of(cls, kept: list[bytes], most: float = inf) -> "Distinct":
        self = cls(most)
        self._chunks = [_in_order(array("Q", chunk)) for chunk in kept]
        self._firsts = array("Q", [0, *(chunk[0] for chunk in self._chunks[1:])])
        self.count = sum(map(len, self._chunks))
        return self


def _in_order(chunk: "array[int]") -> "array[int]":
    if byteorder == "big":
        chunk = chunk[:]
        chunk.byteswap()
    return chunk
