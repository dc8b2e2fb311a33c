"""Opens the journal of the settings, its reader, its checkpoints or its importer."""

from collections.abc import Callable
from pathlib import Path

from state.journal.base import Journal, JournalError, T
from state.journal.checkpoints import Checkpoints
from state.journal.importer import Importer
from state.journal.memory import MemoryJournal
from state.journal.reader import Reader
from state.journal.redis.checkpoints import RedisCheckpoints
from state.journal.redis.importer import RedisImporter
from state.journal.redis.journal import RedisJournal
from state.journal.redis.reader import RedisReader
from state.journal.redis.url import ALLOWED, is_redis, read_address
from state.journal.sqlite.checkpoints import CheckpointFile
from state.journal.sqlite.files import real_path
from state.journal.sqlite.importer import SqliteImporter
from state.journal.sqlite.journal import Durability, SqliteJournal
from state.journal.sqlite.reader import SqliteReader

SQLITE = "sqlite:"


def open_journal(
    name: str, *, durability: Durability, epoch: str, clock: Callable[[], float]
) -> Journal[T]:
    """Open a journal for a server. ``name`` is as in the settings, ``epoch`` is that of a new
    history.

    Raises:
        JournalError: it can't be used; the message says why, and what is allowed.
    """
    if is_redis(name):
        return RedisJournal(read_address(name), epoch=epoch)
    if name.startswith(SQLITE):
        return SqliteJournal(_path(name), durability=durability, epoch=epoch, clock=clock)
    return MemoryJournal(epoch=epoch, clock=clock)


def open_reader(name: str) -> Reader:
    """Open the stored records of a journal for reading, also while a server writes to it.

    Raises:
        JournalError: there is nothing to read; the message says why.
    """
    if is_redis(name):
        return RedisReader(read_address(name))
    if name.startswith(SQLITE):
        return SqliteReader(_path(name))
    raise _no_storage_error(name)


def open_checkpoints(name: str) -> Checkpoints:
    """Open the checkpoints of a journal.

    Raises:
        JournalError: a journal in memory has none.
    """
    if is_redis(name):
        return RedisCheckpoints(read_address(name))
    if name.startswith(SQLITE):
        return CheckpointFile(_path(name))
    raise _no_storage_error(name)


def open_importer(name: str, *, epoch: str, clock: Callable[[], float]) -> Importer:
    """Open a journal to append records that have a time already; no server may use it meanwhile.
    ``epoch`` is that of a new history.

    Raises:
        JournalError: no record can be appended; the message says why.
    """
    if is_redis(name):
        return RedisImporter(read_address(name), epoch=epoch)
    if name.startswith(SQLITE):
        return SqliteImporter(_path(name), epoch=epoch, clock=clock)
    raise _no_storage_error(name)


def _path(name: str) -> Path:
    """Resolve symbolic links, here alone, so that one file has one lock file and one checkpoint."""
    return real_path(Path(name.removeprefix(SQLITE)))


def _no_storage_error(name: str) -> JournalError:
    return JournalError(
        f"journal: {name} keeps nothing; name one that does: sqlite:PATH or {ALLOWED} (--journal)"
    )
