"""The journal that the settings name."""

from collections.abc import Callable
from pathlib import Path

from state.journal.base import Journal, JournalError, T
from state.journal.checkpoints import CheckpointFile, Checkpoints
from state.journal.memory import MemoryJournal
from state.journal.reading import Reader, SqliteReader
from state.journal.sqlite import Durability, SqliteJournal

SQLITE = "sqlite:"


def open_journal(
    name: str, *, durability: Durability, epoch: str, clock: Callable[[], float]
) -> Journal[T]:
    """``name`` is ``memory:`` or ``sqlite:PATH``, ``epoch`` names the history if it is a new one.

    Raises:
        JournalError: it can't be used; the message says why, and what could be.
    """
    if name.startswith(SQLITE):
        path = Path(name.removeprefix(SQLITE))
        return SqliteJournal(path, durability=durability, epoch=epoch, clock=clock)
    return MemoryJournal(epoch=epoch, clock=clock)


def open_reader(name: str) -> Reader:
    """The kept records of the journal of that name, to be read beside its server.

    Raises:
        JournalError: there is nothing to read; the message says why.
    """
    if name.startswith(SQLITE):
        return SqliteReader(Path(name.removeprefix(SQLITE)))
    raise _keeps_nothing(name)


def open_checkpoints(name: str) -> Checkpoints:
    """The checkpoints of the journal of that name.

    Raises:
        JournalError: it has none.
    """
    if name.startswith(SQLITE):
        return CheckpointFile(Path(name.removeprefix(SQLITE)))
    raise _keeps_nothing(name)


def _keeps_nothing(name: str) -> JournalError:
    return JournalError(f"journal: {name} keeps nothing that could be read (--journal)")
