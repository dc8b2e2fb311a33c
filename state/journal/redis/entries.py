"""The entries of the stream, and the place of a reader among them."""

from typing import Any

from msgspec import Struct

from state.journal.base import Record
from state.journal.codec import BROKEN, decode
from state.journal.redis.link import EPOCH, WHAT


class Cursor(Struct):
    """The latest entry that was read, ``id``, is the ``count``-th that was ever added; the history
    named ``epoch`` began after ``base`` of them."""

    epoch: str
    base: int
    count: int
    id: bytes = b"0-0"

    @property
    def seq(self) -> int:
        return self.count - self.base

    def step(self, entry_id: bytes) -> int:
        """Go to the next entry; its record's seq."""
        self.count += 1
        self.id = entry_id
        return self.seq


def headline(fields: dict[bytes, bytes]) -> str | None:
    """The name of the history that an entry begins, if it does."""
    name = fields.get(EPOCH)
    return None if name is None else name.decode(errors="replace")


def record_of(seq: int, at: float, fields: dict[bytes, Any]) -> Record:
    """The record of an entry. One that isn't ours, or begins a history, has its place and says
    nothing: so the numbers of the others are the same for everybody."""
    body = fields.get(WHAT)
    try:
        return Record(seq, at, decode(body) if body else ())
    except BROKEN:
        return Record(seq, at, ())
