"""A database of our format: how one is made and opened, and what its errors mean."""

import sqlite3
from functools import lru_cache
from pathlib import Path

from state.journal.base import Record
from state.journal.checkpoints import Stamp
from state.journal.codec import BROKEN, checksum, decode
from state.journal.sqlite.files import APPLICATION_ID, FORMAT

SCHEMA = f"""
BEGIN;
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE record (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, what BLOB NOT NULL, checksum INTEGER NOT NULL
);
INSERT INTO meta VALUES ('epoch', '{{epoch}}'), ('first_seq', {{first}});
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
COMMIT;
"""
READ = "SELECT seq, at, what, checksum FROM record WHERE seq > ? ORDER BY seq LIMIT ?"
READ_RECORDS = 1_000
READ_BYTES = 2**20
READ_SINCE = "SELECT seq, at, what, checksum FROM record WHERE seq >= ? ORDER BY seq LIMIT ?"
BUSY_S = 1.0
NO_DAMAGE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_FULL),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
    }
)
"""Errors of SQLite that say nothing about what is in the file."""

Row = tuple[int, float, bytes, int]


def connect(path: Path) -> sqlite3.Connection:
    """Statements are transactions of their own unless one is begun. Whoever uses the connection
    sees to it that one thread at a time does."""
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def create(db: sqlite3.Connection, epoch: str, first: int) -> None:
    """Make an empty database ours, all at once. Not yet in WAL mode: whose it is and of which
    format has to stand in the file itself."""
    db.executescript(SCHEMA.format(epoch=epoch, first=first))


def is_damage(error: sqlite3.Error) -> bool:
    """True unless the error is known to have another cause than what is in the file."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or (code & 0xFF) not in NO_DAMAGE


def row_of(seq: int, at: float, body: bytes) -> Row:
    return seq, at, body, checksum(seq, at, body)


def record_of(row: Row) -> Record | None:
    """The record of a row, or None where it isn't as it was written."""
    seq, at, body, told = row
    if not (isinstance(at, float) and isinstance(body, bytes)):
        return None
    if checksum(seq, at, body) != told:
        return None
    try:
        return Record(seq, at, decode(body))
    except BROKEN:
        return None


@lru_cache
def insertion(rows: int) -> str:
    """Adds nothing unless the newest record is the expected one, which is the last parameter.
    The condition costs 0.5 µs a row; a statement of its own would cost a wait for the
    interpreter's lock."""
    values = ",".join(["(?,?,?,?)"] * rows)
    return (
        f"INSERT INTO record SELECT * FROM (VALUES {values})"
        " WHERE (SELECT max(seq) FROM record) IS ?"
    )


def mark(db: sqlite3.Connection, seq: int) -> str:
    """Returns what tells the record of that seq from one of another history; nothing where it is
    gone."""
    for (found,) in db.execute("SELECT checksum FROM record WHERE seq = ?", (seq,)):
        return f"{found:08x}"
    return ""


def holds(db: sqlite3.Connection, stamp: Stamp, first: int) -> bool:
    """True if the records go on from that checkpoint: the one that it ended with is here. Older
    versions wrote no mark; theirs may have been the last record that was deleted."""
    if stamp.place:
        return mark(db, stamp.seq) == stamp.place
    [(newest,)] = db.execute("SELECT max(seq) FROM record")
    return first - 1 <= stamp.seq <= (newest or 0)
