"""Reads a database from another process, while a server may write to it."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from state.journal.base import JournalError, Record
from state.journal.checkpoints import Stamp
from state.journal.reader import Reader
from state.journal.sqlite.database import (
    READ,
    READ_BYTES,
    READ_RECORDS,
    connect,
    continues_from,
    record_checksum,
    record_of,
)
from state.journal.sqlite.files import prepare, unusable


class SqliteReader(Reader):
    """Reads a database while its server writes: in WAL mode neither blocks the other.

    Raises:
        JournalError: there is no such file, or it is of another program.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise unusable(path, "there is no such file")
        if not prepare(path):
            raise unusable(path, "only pieces of it are there; a server saves what can be saved")
        self._path = path
        try:
            self._db = connect(path)
            self._db.execute("PRAGMA query_only = ON")
            meta = dict(self._db.execute("SELECT name, value FROM meta"))
            [(newest,)] = self._db.execute("SELECT max(seq) FROM record")
            self.epoch, self.first = str(meta["epoch"]), int(meta["first_seq"])
        except (sqlite3.Error, KeyError, ValueError) as error:
            raise unusable(path, f"it can't be read: {error}") from None
        self.newest = self.first - 1 if newest is None else int(newest)

    def read(self, after: int) -> list[Record]:
        records: list[Record] = []
        size = 0
        try:
            for row in self._db.execute(READ, (after, READ_RECORDS)):
                record = record_of(row)
                if record is None or record.seq != after + 1:
                    break
                records.append(record)
                after, size = record.seq, size + len(row[2])
                if size > READ_BYTES:
                    break
        except sqlite3.Error as error:
            raise self._broken(after, str(error)) from None
        if not records and after < self.newest:
            raise self._broken(after, "it is damaged, or was deleted meanwhile")
        return records

    def first_since(self, at: float) -> int:
        """Binary search: the times of records never decrease."""
        low, high = self.first, self.newest + 1
        while low < high:
            middle = (low + high) // 2
            records = self.read(middle - 1)
            if records[0].at >= at:
                high = middle
            elif records[-1].at < at:
                low = records[-1].seq + 1
            else:
                return next(record.seq for record in records if record.at >= at)
        return low

    def has(self, stamp: Stamp) -> bool:
        try:
            return stamp.epoch == self.epoch and continues_from(self._db, stamp, self.first)
        except sqlite3.Error as error:
            raise self._broken(stamp.seq - 1, str(error)) from None

    def go_to(self, stamp: Stamp) -> None:
        """Does nothing: ``read`` finds records by their seq."""

    def stamp(self, seq: int, at: float) -> Stamp:
        try:
            return Stamp(self.epoch, seq, at, record_checksum(self._db, seq))
        except sqlite3.Error as error:
            raise self._broken(seq - 1, str(error)) from None

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._db.close()

    def _broken(self, after: int, why: str) -> JournalError:
        return unusable(self._path, f"record {after + 1} can't be read: {why}")
