"""What a journal holds, read from outside: a server may have it and go on writing."""

from typing import Protocol

from state.journal.base import Record
from state.journal.checkpoints import Stamp


class Reader(Protocol):
    """The kept records. ``first`` is the seq of the oldest one, ``newest`` that of the newest (less
    than ``first``: there is none). Blocking; for processes that have nothing else to do."""

    epoch: str
    first: int
    newest: int

    def read(self, after: int) -> list[Record]:
        """Some records behind ``after``, in unbroken order; none when there are no more.

        Raises:
            JournalError: what should come next is damaged or gone.
        """

    def first_since(self, at: float) -> int:
        """The seq of the first record that isn't before ``at``, or the one that comes next."""

    def has(self, stamp: Stamp) -> bool:
        """True if what follows that checkpoint is here."""

    def go_to(self, stamp: Stamp) -> None:
        """Have what follows that checkpoint be read next."""

    def stamp(self, seq: int, at: float) -> Stamp:
        """Of a checkpoint of all that was read, up to ``seq``."""

    def close(self) -> None:
        """Let go."""
