"""Reads the stream in a process of its own."""

from typing import Any

from state.journal.base import JournalError, Record
from state.journal.checkpoints import Stamp
from state.journal.reader import Reader
from state.journal.redis.entries import Cursor, record_of
from state.journal.redis.link import (
    FAILURES,
    STAND,
    Standing,
    at_of,
    blocking_client,
    epoch_key,
    read_standing,
    reason,
)
from state.journal.redis.url import RedisAddress

ENTRIES_READ = 1_000


class RedisReader(Reader):
    """Reads a stream, also while servers append to it.

    Raises:
        JournalError: there is no such stream, or the server can't be reached.
    """

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._redis = blocking_client(address)
        here = self._stand()
        self._here = here
        self.epoch, self.first = here.name, max(here.gone - here.base, 0) + 1
        self.newest = here.added - here.base
        self._cursor = self._beginning()

    def read(self, after: int) -> list[Record]:
        """Reads forward from the cursor; an earlier ``after`` reads again from the first entry."""
        if after < self._cursor.seq:
            self._cursor = self._beginning()
        cursor = self._cursor
        entries = self._entries(cursor.id)
        records = [record_of(cursor.step(name), at_of(name), fields) for name, fields in entries]
        if records and records[0].seq <= after:
            records = [record for record in records if record.seq > after]
            return records or self.read(after)
        if records and records[0].seq != after + 1:
            raise self._unusable(f"record {after + 1} is gone")
        return records

    def first_since(self, at: float) -> int:
        """Reads all entries before ``at``: Redis finds an entry by its time, but not its number."""
        seq = self.first - 1
        while records := self.read(seq):
            for record in records:
                if record.at >= at:
                    return record.seq
            seq = records[-1].seq
        return seq + 1

    def has(self, stamp: Stamp) -> bool:
        return self._here.has(stamp)

    def go_to(self, stamp: Stamp) -> None:
        here = self._here
        self._cursor = Cursor(here.epoch, here.base, here.base + stamp.seq, stamp.place.encode())

    def stamp(self, seq: int, at: float) -> Stamp:
        return Stamp(self.epoch, seq, at, self._cursor.id.decode())

    def close(self) -> None:
        self._redis.close()

    def _beginning(self) -> Cursor:
        return Cursor(self._here.epoch, self._here.base, self._here.gone)

    def _stand(self) -> Standing:
        stream = self._address.stream
        try:
            told: Any = self._redis.eval(STAND, 2, stream, epoch_key(stream))
            here = read_standing(told)
        except FAILURES as error:
            raise self._unusable(reason(error)) from None
        if here is None:
            raise self._unusable("there is nothing yet")
        return here

    def _entries(self, after: bytes) -> list[Any]:
        where: dict[Any, Any] = {self._address.stream: after}
        try:
            told: Any = self._redis.xread(where, count=ENTRIES_READ)
        except FAILURES as error:
            raise self._unusable(reason(error)) from None
        return told[0][1] if told else []

    def _unusable(self, why: str) -> JournalError:
        return JournalError(
            f"journal: the stream {self._address.stream} at {self._address.place} "
            f"can't be read: {why} (--journal)"
        )
