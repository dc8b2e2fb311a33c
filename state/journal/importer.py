"""The interface to append records of other sources to a journal that no server uses meanwhile."""

from collections.abc import Sequence
from typing import Protocol

from state.event import Entry

Stamped = tuple[float, tuple[Entry, ...]]
"""A record to import: its time in epoch seconds, and its entries. It has no seq yet."""


class Importer(Protocol):
    """Appends records with given times. ``newest_at`` is the time of the newest record (0: there is
    none); callers must not pass a time that is less than that of the record before. Blocking; for
    processes that do nothing else."""

    newest_at: float

    def add(self, records: Sequence[Stamped]) -> None:
        """Append records in that order, after all others. On return they are committed.

        Raises:
            JournalError: not all of them could be stored; those of earlier calls are.
        """

    def close(self) -> None:
        """Close the file or the connection."""
