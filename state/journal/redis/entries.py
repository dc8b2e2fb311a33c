"""The entries of the stream, and the position of a consumer."""

from typing import Any

from msgspec import Struct

from state.journal.base import Record
from state.journal.codec import DECODE_ERRORS, decode
from state.journal.redis.link import EPOCH, WHAT


class Cursor(Struct):
    """The position of a consumer: ``id`` is the latest entry that was read, the ``count``-th that
    was ever added; record 1 of ``epoch`` follows the first
    ``base`` of them."""

    epoch: str
    base: int
    count: int
    id: bytes = b"0-0"

    @property
    def seq(self) -> int:
        return self.count - self.base

    def advance(self, entry_id: bytes) -> int:
        """Move to the next entry. Returns the seq of its record."""
        self.count += 1
        self.id = entry_id
        return self.seq


def begun_epoch(fields: dict[bytes, bytes]) -> str | None:
    """Returns the epoch that an entry begins, or None."""
    name = fields.get(EPOCH)
    return None if name is None else name.decode(errors="replace")


def record_of(seq: int, at: float, fields: dict[bytes, Any]) -> Record:
    """Returns the record of an entry. An entry that can't be decoded, or begins an epoch, has a seq
    and no entries: so all nodes give the other records the same seq."""
    body = fields.get(WHAT)
    try:
        return Record(seq, at, decode(body) if body else ())
    except DECODE_ERRORS:
        return Record(seq, at, ())
