"""The interface of journals and of the handlers of their records."""

from asyncio import Future
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from state.event import Entry

T = TypeVar("T")


class Record(Struct, frozen=True, gc=False):
    """A record of the journal: entries that were appended together. ``seq`` is its position in the
    journal, counted from 1; ``at`` is the receive time of all its entries in epoch seconds, never
    less than that of the record before. (The ``seq`` of messages is another count: a record may
    produce any number of them.)"""

    seq: int
    at: float
    what: tuple[Entry, ...]


class Unavailable(Exception):
    """The journal can't commit at the moment: the entries are not applied, nor known to be stored.
    The only failure of ``append`` that is no bug; the message says why."""


class JournalError(ValueError):
    """A journal that can't be opened, read or written; the message names it, and a remedy."""


class Progress(Struct):
    """The progress of a replay: stored records that ``start`` has applied, and their number."""

    done: int = 0
    total: int = 0


class Damage(Struct, frozen=True):
    """The result of salvaging a damaged journal: ``saved`` records were copied, at least ``lost``
    ones were not (None: unknown), and ``aside`` is the path of the quarantined file."""

    saved: int
    lost: int | None
    aside: str


class CheckpointSink(Protocol):
    """Loads a checkpoint piece by piece, in order. ``is_done`` is True after the last piece; only
    then the state is that of the checkpoint.

    Raises:
        ValueError: the checkpoint can't be used; nothing has changed then.
    """

    is_done: bool

    def load(self, piece: bytes) -> None: ...


class RecordHandler(Generic[T]):
    """Handles the records of a journal. ``apply`` is called with each record, in order. This base
    class loads no checkpoints."""

    def __init__(self, apply: Callable[[Record], T]) -> None:
        self.apply = apply

    def start_over(self) -> None:
        """Discard what was applied: the replay of another history follows, from a checkpoint or
        from its first stored record."""

    def life_ended(self, life: str) -> None:
        """Note that viewers of that earlier life have seen the records up to here, at most."""

    def checkpoint_loader(self) -> CheckpointSink | None:
        """Returns the loader for a checkpoint, or None where checkpoints aren't used."""
        return None

    def caught_up(self) -> None:
        """Note that the replay is complete; the journal's epoch is final until ``start_over``."""


class Journal(Protocol[T]):
    """Gives entries a position and a time, stores them as records, and applies those in order.

    ``epoch`` names the history: records of another epoch are another history, numbered on their
    own. ``life`` is the epoch that is sent to viewers. Both are final when ``start`` has returned.
    ``trouble`` is the reason why records can't be stored at the moment, and ``failure`` the reason
    why none can be any more: the process has to stop. ``seq`` is that of the latest applied record,
    and ``checkpoint`` that of the newest known checkpoint. ``unread`` counts the entries of the
    stream since the start that are no records: other programs may write to it."""

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

    async def start(self, handler: RecordHandler[T]) -> None:
        """Replay the stored records in order, from the newest usable checkpoint on, and yield to
        the event loop in between. From then on each new record is applied."""

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        """Append entries as one record. The future gets the result of ``apply`` when the record is
        committed and applied; where a commit takes no waiting it is done on return. Where the
        record can't be committed the future gets ``Unavailable``."""

    async def newest_checkpoint(self) -> int:
        """Look for a newer checkpoint. Returns the updated ``checkpoint``."""

    async def forget(self, before_at: float) -> int:
        """Delete the records that are older than ``before_at`` and older than the newest
        checkpoint. Returns their number."""

    async def stop(self) -> None:
        """Commit and apply all appended records, then release files and connections."""
