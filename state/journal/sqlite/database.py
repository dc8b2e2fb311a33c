"""The format of the database: schema, rows, statements, and the classification of errors."""

import sqlite3
from functools import lru_cache
from pathlib import Path

from state.journal.base import Record
from state.journal.checkpoints import Stamp
from state.journal.codec import DECODE_ERRORS, checksum, decode
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
"""SQLite errors that don't mean that the file is damaged."""

RecordRow = tuple[int, float, bytes, int]


def connect(path: Path) -> sqlite3.Connection:
    """Returns a connection in autocommit mode: a statement is a transaction of its own unless one
    is begun. Callers must use it from one thread at a time."""
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def create(db: sqlite3.Connection, epoch: str, first: int) -> None:
    """Create the schema in an empty database, in one transaction. WAL mode is set later: the
    application id and the format have to be in the database file itself."""
    db.executescript(SCHEMA.format(epoch=epoch, first=first))


def is_damage(error: sqlite3.Error) -> bool:
    """True unless the error is known to have another cause than the content of the file."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or (code & 0xFF) not in NO_DAMAGE


def row_of(seq: int, at: float, body: bytes) -> RecordRow:
    """Returns the row of a record with these encoded entries."""
    return seq, at, body, checksum(seq, at, body)


def record_of(row: RecordRow) -> Record | None:
    """Returns the record of a row, or None where the row is damaged."""
    seq, at, body, stored = row
    if not (isinstance(at, float) and isinstance(body, bytes)):
        return None
    if checksum(seq, at, body) != stored:
        return None
    try:
        return Record(seq, at, decode(body))
    except DECODE_ERRORS:
        return None


@lru_cache
def insert_statement(rows: int) -> str:
    """Returns a statement that inserts so many rows, and none unless the newest seq equals the last
    parameter. The condition costs 0.5 µs a row; a statement of its own would cost a wait for the
    interpreter's lock."""
    values = ",".join(["(?,?,?,?)"] * rows)
    return (
        f"INSERT INTO record SELECT * FROM (VALUES {values})"
        " WHERE (SELECT max(seq) FROM record) IS ?"
    )


def record_checksum(db: sqlite3.Connection, seq: int) -> str:
    """Returns the checksum of a record in hex, which distinguishes it from a record of another
    history with the same seq; "" where it was deleted."""
    for (found,) in db.execute("SELECT checksum FROM record WHERE seq = ?", (seq,)):
        return f"{found:08x}"
    return ""


def continues_from(db: sqlite3.Connection, stamp: Stamp, first: int) -> bool:
    """True if the records continue that checkpoint: its last record is here. The stamps of older
    versions have no checksum; there the last record may be the newest deleted one."""
    if stamp.place:
        return record_checksum(db, stamp.seq) == stamp.place
    [(newest,)] = db.execute("SELECT max(seq) FROM record")
    return first - 1 <= stamp.seq <= (newest or 0)
