"""The interface to read a journal from another process, while a server may write to it."""

from typing import Protocol

from state.journal.base import Record
from state.journal.checkpoints import Stamp


class Reader(Protocol):
    """Reads the stored records. ``first`` is the seq of the oldest one, ``newest`` that of the
    newest (less than ``first``: there is none). Blocking; for processes that do nothing else."""

    epoch: str
    first: int
    newest: int

    def read(self, after: int) -> list[Record]:
        """Returns the next records after the seq ``after``, without a gap; none at the end.

        Raises:
            JournalError: the next record is damaged or was deleted.
        """

    def first_since(self, at: float) -> int:
        """Returns the seq of the first record at or after ``at``, or that after the newest one."""

    def has(self, stamp: Stamp) -> bool:
        """True if the records after that checkpoint are here."""

    def go_to(self, stamp: Stamp) -> None:
        """Set the position of ``read`` to that checkpoint."""

    def stamp(self, seq: int, at: float) -> Stamp:
        """Returns the stamp of a checkpoint of the records that were read, up to ``seq``."""

    def close(self) -> None:
        """Close the file or the connection."""
