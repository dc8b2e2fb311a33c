"""Records that come from elsewhere, put behind those of a journal that no server has meanwhile."""

from collections.abc import Sequence
from typing import Protocol

from state.event import Entry

Stamped = tuple[float, tuple[Entry, ...]]
"""A record that has its time already, in epoch seconds, and not yet its place."""


class Importer(Protocol):
    """The end of a journal. ``newest_at`` is the time of its newest record (0: there is none); who
    adds sees to it that time never runs backwards. Blocking; for processes that have nothing else
    to do."""

    newest_at: float

    def add(self, records: Sequence[Stamped]) -> None:
        """Keep them, in that order and behind all others. On return they are kept.

        Raises:
            JournalError: not all of them could be; those of earlier calls are.
        """

    def close(self) -> None:
        """Let go."""
