"""The files of a SQLite journal: checks of their format, the lock, the quarantine of damaged files.

``NAME`` is the database, ``NAME-wal`` and ``NAME-shm`` belong to SQLite, ``NAME.lock`` is the lock
file of the server, ``NAME.saving`` is a new database that gets the salvaged records of a damaged
one. All are in the directory of the file itself, whichever symbolic link leads to it
(``real_path``)."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from state.journal.base import JournalError

MAGIC = b"SQLite format 3\0"
APPLICATION_ID = 0x56495349  # "VISI"
FORMAT = 1
HEADER_BYTES = 100
CREATE = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def sibling(path: Path, suffix: str) -> Path:
    """Returns the path of a file that belongs to ``path``."""
    return path.with_name(path.name + suffix)


def real_path(path: Path) -> Path:
    """Returns the path without symbolic links: all names of a file lead to one lock."""
    return Path(os.path.realpath(path))


class Lock:
    """Locks a journal for one process, until ``release`` or the end of the process.

    Two files are locked. ``NAME.lock`` stays while a damaged database is replaced; the database
    itself is the same file under every name, also where a mount shows it in another directory.
    flock is independent of the fcntl locks that SQLite uses.

    Raises:
        JournalError: another process has locked the journal, or it can't be locked. A file of
            another program is refused before a lock file is created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: int | None = None
        self._file = self._open_lock_file()
        try:
            self._lock(self._file)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, b"%d\n" % os.getpid(), 0)
        except BaseException:
            os.close(self._file)
            raise

    def lock_database(self) -> None:
        """Locks the database file, and creates an empty one where there is none. No connection may
        be open: closing a descriptor of a database drops all locks that SQLite has on it."""
        self._close_database()
        try:
            self._database = os.open(self._path, os.O_RDONLY | CREATE, 0o644)
        except OSError as error:
            raise unusable(self._path, f"it can't be opened: {error.strerror}") from None
        self._lock(self._database)

    def release(self) -> None:
        """Unlocks both files. The connection to the database has to be closed before."""
        self._close_database()
        os.close(self._file)

    def _open_lock_file(self) -> int:
        name = sibling(self._path, ".lock")
        if not name.exists() and self._path.exists():
            check(self._path)
        if self._path.exists() and not os.access(self._path, os.W_OK):
            # SQLite would leave a WAL that stays read-only when the database is writable again
            raise unusable(self._path, "it is read-only; let this user write it, or name another")
        try:
            return os.open(name, os.O_RDWR | CREATE, 0o644)
        except OSError as error:
            raise unusable(self._path, f"{name} can't be written: {error.strerror}") from None

    def _lock(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(self._file, 20, 0).decode(errors="replace").strip()
            named = f" (process {owner})" if owner.isdigit() and file == self._file else ""
            why = f"another server has it{named}; give each one a file of its own"
            raise unusable(self._path, why) from None
        except OSError as error:
            raise unusable(self._path, f"it can't be locked: {error.strerror}") from None

    def _close_database(self) -> None:
        if self._database is not None:
            os.close(self._database)
            self._database = None


def unusable(path: Path, why: str) -> JournalError:
    """Returns the error for a database that can't be used."""
    return JournalError(f"journal: sqlite:{path} can't be used: {why} (--journal)")


def prepare(path: Path) -> bool:
    """Check a database before SQLite opens it, and finish a salvage that was interrupted. Returns
    True if it can be opened as it is, False if it is incomplete. It must not be open in this
    process: SQLite would lose its locks.

    Raises:
        JournalError: it is the file of another program or of a newer version; it isn't changed.
    """
    if not path.exists():
        _finish_salvage(path)
    return check(path) if path.exists() else True


def check(path: Path) -> bool:
    """Check an existing file as ``prepare`` does; changes no file."""
    if not path.is_file():
        raise unusable(path, "it is no file; name a file that is one of ours, or isn't there yet")
    if (names := path.stat().st_nlink) > 1:
        raise unusable(
            path,
            f"the file has {names} names (hard links), and SQLite would keep a log for each; "
            "remove the others, or name a copy made by cp",
        )
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
    except OSError as error:
        raise unusable(path, f"it can't be read: {error.strerror}") from None
    if not head:
        return not sibling(path, "-wal").exists()
    if head[: len(MAGIC)] != MAGIC[: len(head)]:
        raise unusable(path, "it is no SQLite database; name one of ours, or a new file")
    if len(head) < HEADER_BYTES:
        return False
    if int.from_bytes(head[68:72]) != APPLICATION_ID:
        raise unusable(path, "it is the database of another program; name one of ours or a new one")
    if (found := int.from_bytes(head[60:64])) > FORMAT:
        raise unusable(path, f"its format {found} is newer than ours; {FORMAT} and less are known")
    return True


def quarantine(path: Path, at: float) -> Path:
    """Quarantine a damaged database: rename it and its WAL. Returns its new path."""
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%S")
    quarantined = sibling(path, f".damaged-{stamp}")
    number = 1
    while quarantined.exists():
        number += 1
        quarantined = sibling(path, f".damaged-{stamp}-{number}")
    path.rename(quarantined)
    if (wal := sibling(path, "-wal")).exists():
        wal.rename(sibling(quarantined, "-wal"))
    sibling(path, "-shm").unlink(missing_ok=True)
    return quarantined


def sync_directory(path: Path) -> None:
    """fsync the directory of a file, so that renames survive a power cut."""
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _finish_salvage(path: Path) -> None:
    """Finish a salvage if the process ended after the damaged file was quarantined and before the
    salvaged one was renamed. A WAL without its database must not be applied to another one."""
    if (wal := sibling(path, "-wal")).exists():
        wal.rename(sibling(path, "-wal.damaged"))
    if (saved := sibling(path, ".saving")).exists():
        saved.rename(path)
