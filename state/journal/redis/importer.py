"""Appends records of other sources to a stream."""

from collections.abc import Sequence
from typing import Any

from state.journal.base import JournalError
from state.journal.codec import encode
from state.journal.importer import Importer, Stamped
from state.journal.redis.link import (
    BEGIN_EPOCH_SCRIPT,
    FAILURES,
    INFO_SCRIPT,
    WHAT,
    at_of,
    blocking_client,
    epoch_key,
    parse_stream_info,
    reason,
)
from state.journal.redis.url import RedisAddress

RECORDS_AT_ONCE = 500
FIRST_ID = "0-1"
"""The id of the entry that begins an epoch: less than those of all imported records."""


class RedisImporter(Importer):
    """Appends to a stream. Servers may read it meanwhile but must append nothing: Redis refuses an
    id that isn't greater than the last one. ``epoch`` is that of a new history.

    Raises:
        JournalError: the server can't be reached or used, or the stream is gone.
    """

    def __init__(self, address: RedisAddress, *, epoch: str) -> None:
        self._address = address
        self._redis = blocking_client(address)
        keys = address.stream, epoch_key(address.stream)
        try:
            self._redis.eval(BEGIN_EPOCH_SCRIPT, 2, *keys, "", epoch, FIRST_ID)
            answer: Any = self._redis.eval(INFO_SCRIPT, 2, *keys)
            info = parse_stream_info(answer)
        except FAILURES as error:
            raise self._unusable(reason(error)) from None
        if info is None:
            raise self._unusable("its epoch is known, but the stream is gone")
        self.newest_at = at_of(info.last_id)

    def add(self, records: Sequence[Stamped]) -> None:
        for start in range(0, len(records), RECORDS_AT_ONCE):
            self._insert(records[start : start + RECORDS_AT_ONCE])

    def close(self) -> None:
        self._redis.close()

    def _insert(self, records: Sequence[Stamped]) -> None:
        pipe = self._redis.pipeline(transaction=True)
        for at, what in records:
            fields: dict[Any, Any] = {WHAT: encode(what)}
            pipe.xadd(self._address.stream, fields, id=f"{round(at * 1000)}-*", nomkstream=True)
        try:
            pipe.execute()
        except FAILURES as error:
            raise self._unusable(reason(error)) from None

    def _unusable(self, why: str) -> JournalError:
        return JournalError(
            f"journal: the stream {self._address.stream} at {self._address.place} "
            f"can't be added to: {why} (--journal)"
        )
