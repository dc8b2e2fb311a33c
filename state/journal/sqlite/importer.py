"""Appends records of other sources to a database."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from state.journal.codec import encode
from state.journal.importer import Importer, Stamped
from state.journal.sqlite.database import row_of
from state.journal.sqlite.files import prepare, unusable
from state.journal.sqlite.store import ForeignRecords, Store

RECORDS_AT_ONCE = 5_000
"""Records in one statement, four values each; SQLite allows 32,766 values."""

SALVAGE_HINT = "a server saves what can be saved"


class SqliteImporter(Importer):
    """Appends to a database, and locks it until ``close``. ``epoch`` is that of a new history.

    Raises:
        JournalError: the file can't be used or is damaged, or a server has locked it.
    """

    def __init__(self, path: Path, *, epoch: str, clock: Callable[[], float]) -> None:
        if path.exists() and not prepare(path):
            raise unusable(path, f"only pieces of it are there; {SALVAGE_HINT}")
        self._path = path
        self._store = Store(path, synchronous="FULL", fresh_epoch=epoch, clock=clock)
        try:
            self.newest_at = self._read_newest_at()
            self._last = self._store.last_seq()
        except BaseException:
            self._store.close()
            raise

    def add(self, records: Sequence[Stamped]) -> None:
        for start in range(0, len(records), RECORDS_AT_ONCE):
            self._insert(records[start : start + RECORDS_AT_ONCE])

    def close(self) -> None:
        self._store.close()

    def _insert(self, records: Sequence[Stamped]) -> None:
        numbered = enumerate(records, self._last + 1)
        rows = [row_of(seq, at, encode(what)) for seq, (at, what) in numbered]
        try:
            self._store.insert(rows)
        except (sqlite3.Error, ForeignRecords) as error:
            raise unusable(self._path, f"it can't be written: {error}") from None
        self._last = rows[-1][0]

    def _read_newest_at(self) -> float:
        store, newest = self._store, self._store.newest
        try:
            records = store.read(newest - 1) if newest is not None else []
        except sqlite3.Error as error:
            raise unusable(self._path, f"it can't be read: {error}") from None
        if newest is None or not store.is_whole(newest):
            raise unusable(self._path, f"it is damaged; {SALVAGE_HINT}")
        return records[-1].at if records else 0.0
