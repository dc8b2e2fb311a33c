"""The files of a SQLite journal: whose they are, who has them, and what is done with broken ones.

``NAME`` is the database, ``NAME-wal`` and ``NAME-shm`` are SQLite's, ``NAME.lock`` says that a
server is there, ``NAME.saving`` is what is being saved of a damaged one."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from state.journal.base import JournalError

MAGIC = b"SQLite format 3\0"
APPLICATION_ID = 0x56495349  # "VISI"
FORMAT = 1
HEADER_BYTES = 100


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


class Lock:
    """Held by the one server that has the journal, until it lets go or is gone."""

    def __init__(self, path: Path) -> None:
        name = beside(path, ".lock")
        try:
            self._file = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise unusable(path, f"{name} can't be written: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(self._file, 20).decode(errors="replace").strip()
            os.close(self._file)
            raise unusable(
                path, f"another server has it (process {owner}); give each one a file of its own"
            ) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, b"%d\n" % os.getpid())

    def release(self) -> None:
        os.close(self._file)


def unusable(path: Path, why: str) -> JournalError:
    return JournalError(f"journal: sqlite:{path} can't be used: {why} (--journal)")


def examine(path: Path) -> bool:
    """Look at a database before SQLite does. True if it can be opened as it is, False if only
    pieces of it are there. Never while it is open: SQLite would lose its locks.

    Raises:
        JournalError: it is somebody else's file, or of a newer version; nothing is done to it.
    """
    if not path.exists():
        _go_on_saving(path)
    if not path.exists():
        return True
    if not path.is_file():
        raise unusable(path, "it is no file; name a file that is one of ours, or isn't there yet")
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
    except OSError as error:
        raise unusable(path, f"it can't be read: {error.strerror}") from None
    if not head:
        return not beside(path, "-wal").exists()
    if head[: len(MAGIC)] != MAGIC[: len(head)]:
        raise unusable(path, "it is no SQLite database; name one of ours, or a new file")
    if len(head) < HEADER_BYTES:
        return False
    if int.from_bytes(head[68:72]) != APPLICATION_ID:
        raise unusable(path, "it is the database of another program; name one of ours or a new one")
    if (found := int.from_bytes(head[60:64])) > FORMAT:
        raise unusable(path, f"its format {found} is newer than ours; {FORMAT} and less are known")
    return True


def set_aside(path: Path, at: float) -> Path:
    """Put a damaged database out of the way, with what SQLite has beside it."""
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%S")
    aside = beside(path, f".damaged-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = beside(path, f".damaged-{stamp}-{number}")
    path.rename(aside)
    if (wal := beside(path, "-wal")).exists():
        wal.rename(beside(aside, "-wal"))
    beside(path, "-shm").unlink(missing_ok=True)
    return aside


def sync_directory(path: Path) -> None:
    """So that names survive a power cut, too."""
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _go_on_saving(path: Path) -> None:
    """Where a damaged file was put aside, and the process ended before what was saved of it took
    its place. A WAL that has lost its database must not meet another one."""
    if (wal := beside(path, "-wal")).exists():
        wal.rename(beside(path, "-wal.damaged"))
    if (saved := beside(path, ".saving")).exists():
        saved.rename(path)
