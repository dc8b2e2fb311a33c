"""The seam: what a journal is, whatever keeps it."""

from asyncio import Future
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

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


class CheckpointSink(Protocol):
    """Takes the pieces of a checkpoint, in order. With the last one it is done, and what it says of
    the past holds.

    Raises:
        ValueError: the checkpoint can't be used; nothing has changed then.
    """

    is_done: bool

    def load(self, piece: bytes) -> None: ...


class RecordHandler(Generic[T]):
    """Who lives through a journal; this one without checkpoints. ``apply`` is called with each
    record."""

    def __init__(self, apply: Callable[[Record], T]) -> None:
        self.apply = apply

    def start_over(self) -> None:
        """What was applied until now is void: another history follows, from a checkpoint or from
        its first kept record."""

    def life_ended(self, life: str) -> None:
        """What was applied until now is all that viewers of that earlier life can have seen."""

    def checkpoint_loader(self) -> CheckpointSink | None:
        """To take a checkpoint back, if there is one."""
        return None

    def caught_up(self) -> None:
        """All that was kept has been applied; the journal's epoch is final until ``start_over``."""


class Journal(Protocol[T]):
    """Gives entries their place and their time, keeps them, and has them applied in that order.

    ``epoch`` names the life of the numbers that come from it: another epoch, another history.
    ``life`` is what viewers are told of it. Both are final when ``start`` is done. ``trouble`` says
    why records can't be kept at the moment, and ``failure`` why none will be: the process has to
    stop. ``seq`` is that of the latest applied record, and ``checkpoint`` that of the newest
    checkpoint that is known. ``unread`` counts what was met among the records since the start and
    is none, where others may write, too."""

    epoch: str
    unread: int
    seq: int
    checkpoint: int
    progress: Progress
    damage: Damage | None
    trouble: str | None
    failure: str | None = None

    @property
    def life(self) -> str:
        return self.epoch

    async def start(self, follower: RecordHandler[T]) -> None:
        """Have the records applied that are kept already, in order and letting others run in
        between, and from then on each new one. Those before a checkpoint that fits are left out."""

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        """Put entries into one record. The future holds what ``apply`` made of it, once the
        journal's promise about it is kept; where that takes no waiting it is done on return. Where
        the promise can't be kept it holds ``Unavailable``."""

    async def newest_checkpoint(self) -> int:
        """``checkpoint``, after a look whether there is a newer one."""

    async def forget(self, before_at: float) -> int:
        """Delete the records that are older than that, and older than the newest checkpoint.
        Returns how many are gone."""

    async def stop(self) -> None:
        """See to it that all that was appended is kept and applied, then let go of everything."""
