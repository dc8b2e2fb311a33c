"""Reads the stream in a process of its own."""

from typing import Any

from state.journal.base import JournalError, Record
from state.journal.checkpoints import Stamp
from state.journal.reader import Reader
from state.journal.redis.entries import Cursor, record_of
from state.journal.redis.link import (
    FAILURES,
    INFO_SCRIPT,
    StreamInfo,
    at_of,
    blocking_client,
    epoch_key,
    parse_stream_info,
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
        info = self._read_info()
        self._info = info
        self.epoch, self.first = info.replay_epoch, max(info.deleted - info.base, 0) + 1
        self.newest = info.added - info.base
        self._cursor = self._first_cursor()

    def read(self, after: int) -> list[Record]:
        """Reads forward from the cursor; an earlier ``after`` reads again from the first entry."""
        if after < self._cursor.seq:
            self._cursor = self._first_cursor()
        cursor = self._cursor
        entries = self._entries(cursor.id)
        records = [record_of(cursor.advance(name), at_of(name), fields) for name, fields in entries]
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
        return self._info.has(stamp)

    def go_to(self, stamp: Stamp) -> None:
        info = self._info
        self._cursor = Cursor(info.epoch, info.base, info.base + stamp.seq, stamp.place.encode())

    def stamp(self, seq: int, at: float) -> Stamp:
        return Stamp(self.epoch, seq, at, self._cursor.id.decode())

    def close(self) -> None:
        self._redis.close()

    def _first_cursor(self) -> Cursor:
        return Cursor(self._info.epoch, self._info.base, self._info.deleted)

    def _read_info(self) -> StreamInfo:
        stream = self._address.stream
        try:
            answer: Any = self._redis.eval(INFO_SCRIPT, 2, stream, epoch_key(stream))
            info = parse_stream_info(answer)
        except FAILURES as error:
            raise self._unusable(reason(error)) from None
        if info is None:
            raise self._unusable("there is nothing yet")
        return info

    def _entries(self, after: bytes) -> list[Any]:
        positions: dict[Any, Any] = {self._address.stream: after}
        try:
            answer: Any = self._redis.xread(positions, count=ENTRIES_READ)
        except FAILURES as error:
            raise self._unusable(reason(error)) from None
        return answer[0][1] if answer else []

    def _unusable(self, why: str) -> JournalError:
        return JournalError(
            f"journal: the stream {self._address.stream} at {self._address.place} "
            f"can't be read: {why} (--journal)"
        )
