"""The seam: what a journal is, whatever keeps it."""

from asyncio import Future
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from state.event import Entry

T = TypeVar("T")


class Record(Struct, frozen=True, gc=False):
    """What the journal put in order. ``seq`` is the record's place, counted from 1; ``at`` is the
    receive time of all its entries in epoch seconds, never less than the record's before.
    (The ``seq`` of messages is another count: a record may bring forth any number of them.)"""

    seq: int
    at: float
    what: tuple[Entry, ...]


class Unavailable(Exception):
    """The journal can't keep its promise now: what was to be appended is neither kept nor applied.
    The one failure of ``append`` that is no bug; the message says why."""


class JournalError(ValueError):
    """A journal that can't be opened; the message names it, and what can be done."""


class Progress(Struct):
    """How many of the kept records have been applied by ``start``."""

    done: int = 0
    total: int = 0


class Damage(Struct, frozen=True):
    """What was found when the journal couldn't be read to its end: so many records were ``saved``,
    at least so many ``lost`` (None: nobody knows), and the damaged file lies ``aside``."""

    saved: int
    lost: int | None
    aside: str


class Journal(Protocol[T]):
    """Gives entries their place and their time, keeps them, and has them applied in that order.

    ``epoch`` names the life of the numbers that come from it: another epoch, another history. It
    is final when ``start`` is done. ``trouble`` says why records can't be kept at the moment."""

    epoch: str
    progress: Progress
    damage: Damage | None
    trouble: str | None

    async def start(self, apply: Callable[[Record], T]) -> None:
        """Apply the records that are kept already, in order and letting others run in between, and
        from then on each new one."""

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        """Put entries into one record. The future holds what ``apply`` made of it, once the
        journal's promise about it is kept; where that takes no waiting it is done on return. Where
        the promise can't be kept it holds ``Unavailable``."""

    async def stop(self) -> None:
        """See to it that all that was appended is kept and applied, then let go of everything."""
