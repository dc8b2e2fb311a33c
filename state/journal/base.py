"""The seam: what a journal is, whatever keeps it."""

from asyncio import Future
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from state.event import Entry

T = TypeVar("T")


class Record(Struct, frozen=True):
    """What the journal put in order. ``seq`` is the record's place, counted from 1; ``at`` is the
    receive time of all its entries in epoch seconds, never less than the record's before.
    (The ``seq`` of messages is another count: a record may bring forth any number of them.)"""

    seq: int
    at: float
    what: tuple[Entry, ...]


class Journal(Protocol[T]):
    """Gives entries their place and their time, keeps them, and has them applied in that order.

    ``epoch`` names the life of the numbers that come from it: another epoch, another history."""

    epoch: str

    def start(self, apply: Callable[[Record], T]) -> None:
        """Apply the records that are kept already, and from now on each new one."""

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        """Put entries into one record. The future holds what ``apply`` made of it, once the
        journal's promise about it is kept; where that takes no waiting it is done on return."""
