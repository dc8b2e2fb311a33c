"""Stores records in SQLite, one a row. Blocking, and used by one thread at a time."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from state.journal.base import Damage, Record
from state.journal.checkpoints import Stamp
from state.journal.sqlite.database import (
    READ,
    READ_BYTES,
    READ_RECORDS,
    READ_SINCE,
    RecordRow,
    connect,
    continues_from,
    create,
    insert_statement,
    is_damage,
    record_of,
)
from state.journal.sqlite.files import Lock, prepare, quarantine, sibling, sync_directory, unusable
from state.journal.sqlite.lives import Life, dump_lives, life_name, parse_lives

FOREIGN_MESSAGE = (
    "another process has written to the database, so this server stops before it adds to records "
    "that are not its own; let one server alone write to it, and start that one again"
)
NEWEST = "SELECT seq, at, what, checksum FROM record ORDER BY seq DESC LIMIT 1"


class ForeignRecords(Exception):
    """The newest record of the database isn't the one that this store wrote last."""


class Store:
    """An open, locked database. ``first`` and ``newest`` are the seq of its oldest and newest
    record; without records ``newest`` is less than ``first``, and where it can't be read None.
    ``epoch`` is the stored one, or ``fresh_epoch`` in a new history. ``life`` is the name of this
    opening, ``lives`` are the earlier ones."""

    epoch: str
    lives: list[Life]
    first: int
    newest: int | None
    _db: sqlite3.Connection
    _is_damaged: bool

    def __init__(
        self, path: Path, *, synchronous: str, fresh_epoch: str, clock: Callable[[], float]
    ) -> None:
        self.path = path
        self.damage: Damage | None = None
        self._synchronous = synchronous
        self._fresh_epoch = fresh_epoch
        self.life = life_name(fresh_epoch)
        self._clock = clock
        self._lock = Lock(path)
        try:
            if not prepare(path):
                self.damage = Damage(0, None, str(quarantine(path, clock())))
            self._open()
        except BaseException:
            self._lock.release()
            raise

    def read(self, after: int) -> list[Record]:
        """Returns the next records after the seq ``after``, without a gap. An empty list is the end
        of the readable records; ``is_whole`` tells whether it is the end of all."""
        return self._read(after, READ_RECORDS) or self._read(after, 1)

    def continues_from(self, stamp: Stamp) -> bool:
        """True if the records after this checkpoint are here, and of the same history."""
        return stamp.epoch == self.epoch and continues_from(self._db, stamp, self.first)

    def begin_epoch(self) -> None:
        """Begin a new epoch: a replay without the deleted records is another history."""
        self._set_meta("epoch", self._fresh_epoch)
        self.epoch, self.lives = self._fresh_epoch, []
        self._begin_life()

    def is_whole(self, last: int) -> bool:
        """True if no damage was found, and ``last`` is the newest record."""
        return not self._is_damaged and last == self.newest

    def insert(self, rows: Sequence[RecordRow]) -> None:
        """Append rows after the newest record, all or none. One statement is one transaction, and
        one wait for the interpreter's lock, which a busy loop in another thread may hold for 5 ms
        each time.

        Raises:
            ForeignRecords: the newest record isn't the one before ``rows``. Nothing was added.
            sqlite3.Error: nothing was added.
        """
        first, newest = rows[0][0], rows[0][0] - 1
        expected = newest if newest >= self.first else None
        values = [value for row in rows for value in row]
        try:
            added = self._db.execute(insert_statement(len(rows)), [*values, expected]).rowcount
        except sqlite3.Error:
            if self._read_rows(first, len(rows) + 1) == list(rows):
                return  # it failed after the commit
            if self.last_seq() != newest:
                raise ForeignRecords(FOREIGN_MESSAGE) from None
            raise
        if added != len(rows):
            raise ForeignRecords(FOREIGN_MESSAGE)

    def last_seq(self) -> int:
        """Returns the seq of the newest committed record."""
        if self._db.in_transaction:
            self._db.rollback()
        [(newest,)] = self._db.execute("SELECT max(seq) FROM record")
        return self.first - 1 if newest is None else int(newest)

    def try_to_write(self) -> None:
        """Write a value to ``meta``. Raises the error of a write that fails now."""
        self._set_meta("tried_at", self._clock())

    def forget(self, before_seq: int, before_at: float, most: int) -> int:
        """Delete the oldest records before ``before_seq`` and ``before_at``, up to ``most``. The
        newest record stays: it holds the latest seq. Returns the number of deleted ones."""
        [(last,)] = self._db.execute(
            "SELECT max(seq) FROM record WHERE at < ?"
            " AND seq < min(?, ?, (SELECT max(seq) FROM record))",
            (before_at, before_seq, self.first + most),
        )
        if last is None:
            return 0
        self._db.execute("BEGIN")
        with self._db:
            self._db.execute("DELETE FROM record WHERE seq <= ?", (last,))
            self._set_meta("first_seq", last + 1)
        deleted, self.first = last + 1 - self.first, last + 1
        return int(deleted)

    def salvage(self, last: int) -> None:
        """Copy the readable records, up to ``last``, to a new database with a new epoch, quarantine
        the damaged one, and open the new one."""
        new_path = sibling(self.path, ".saving")
        new_path.unlink(missing_ok=True)
        saved = last + 1 - self.first
        lost = self._count_lost(last)
        new = connect(new_path)
        create(new, self._fresh_epoch, self.first)
        if saved:
            new.execute("PRAGMA writable_schema = ON")
            new.execute("ATTACH ? AS damaged", (str(self.path),))
            copy = "INSERT INTO main.record SELECT * FROM damaged.record ORDER BY seq LIMIT ?"
            new.execute(copy, (saved,))
        new.close()
        self._disconnect()
        quarantined = quarantine(self.path, self._clock())
        new_path.rename(self.path)
        sync_directory(self.path)
        self.damage = Damage(saved, lost, str(quarantined))
        self._open()

    def close(self) -> None:
        self._disconnect()
        self._lock.release()

    def _open(self) -> None:
        self.epoch, self.first, self.newest = self._fresh_epoch, 1, None
        self._is_damaged, self.lives = False, []
        self._lock.lock_database()
        try:
            self._db = connect(self.path)
            if not self.path.stat().st_size:
                create(self._db, self._fresh_epoch, 1)
            self._db.execute("PRAGMA journal_mode = WAL").fetchall()
            self._db.execute(f"PRAGMA synchronous = {self._synchronous}")
            self._read_meta()
            self._begin_life()
        except sqlite3.Error as error:
            if not is_damage(error):
                raise unusable(self.path, str(error)) from None
            self._mark_damaged()
            with suppress(sqlite3.Error, ValueError, KeyError):
                self._read_meta()
        except (ValueError, KeyError):
            self._mark_damaged()

    def _read_meta(self) -> None:
        meta = dict(self._db.execute("SELECT name, value FROM meta"))
        self.first = int(meta["first_seq"])
        self.newest = self.last_seq()
        if not self._is_damaged:
            self.epoch, self.lives = str(meta["epoch"]), parse_lives(meta)

    def _begin_life(self) -> None:
        """Store this life. Fails where the file can't be written."""
        first = (self.newest or 0) + 1
        self._set_meta("lives", dump_lives([*self.lives, Life(self.life, first)]))

    def _read(self, after: int, most: int) -> list[Record]:
        """Returns the records before the first damaged one. (Without the last of them where many
        are read: the driver loses the row before an error.)"""
        records: list[Record] = []
        size = 0
        try:
            for row in self._db.execute(READ, (after, most)):
                record = record_of(row)
                if record is None or record.seq != after + 1:
                    self._mark_damaged()
                    return records
                records.append(record)
                after, size = record.seq, size + len(row[2])
                if size > READ_BYTES:
                    break
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            self._mark_damaged()
        return records

    def _read_rows(self, first: int, most: int) -> list[RecordRow]:
        if self._db.in_transaction:
            self._db.rollback()
        return self._db.execute(READ_SINCE, (first, most)).fetchall()

    def _count_lost(self, last: int) -> int | None:
        """Returns the number of records after ``last``, as far as it can be read."""
        with suppress(sqlite3.Error):
            for row in self._db.execute(NEWEST):
                record = record_of(row)
                if record is not None and record.seq > last:
                    return record.seq - last
        return None

    def _mark_damaged(self) -> None:
        """Read whatever is readable from now on, also from a file that is too short."""
        self._is_damaged = True
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.rollback()
            self._db.execute("PRAGMA writable_schema = ON")

    def _set_meta(self, name: str, value: object) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _disconnect(self) -> None:
        with suppress(sqlite3.Error):
            self._db.close()
