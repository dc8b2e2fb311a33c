"""The history of people as pieces of a checkpoint."""

import sys
from array import array

from state.checkpoint_pieces import Piece

NUMBER = "I"
"""Four bytes without a sign."""


class KeptPeople(Piece):
    """The moments of half an hour: when, people, number, peak. ``next_at`` is when the next one is
    due, and ``known_since`` the time since which none is unknown."""

    next_at: float
    known_since: float
    moments: list[tuple[float, int | None, int, int | None]]


class KeptPeopleMinutes(Piece):
    """People at the minutes from ``first`` on, four bytes each, the lowest first."""

    first: int
    people: bytes


def to_bytes(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        return numbers.tobytes()
    swapped = array(NUMBER, numbers)
    swapped.byteswap()
    return swapped.tobytes()


def from_bytes(kept: bytes) -> "array[int]":
    """Raises ValueError if these are no whole numbers."""
    numbers = array(NUMBER)
    numbers.frombytes(kept)
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers
