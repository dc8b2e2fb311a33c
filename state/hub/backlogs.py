"""One budget of bytes for the backlogs of all subscribers."""

from typing import Protocol

FREE_AT_ONCE = 4
"""A quarter of the budget is freed at once, so that the largest backlogs are looked for rarely."""


class Holder(Protocol):
    """A subscriber, as far as the budget knows it."""

    @property
    def waiting_bytes(self) -> int:
        """Bytes that can be dropped; a snapshot replaces them."""

    @property
    def in_flight_bytes(self) -> int:
        """Bytes that are being sent and that the peer hasn't read."""

    def drop(self) -> None:
        """Drop what waits. The subscriber is resynchronised."""

    def evict(self) -> None:
        """Drop what is being sent. The connection is closed."""


class Backlogs:
    """Counts the bytes that subscribers hold. Beyond ``most_bytes`` the largest backlogs are
    dropped; where too many bytes are being sent already, the connections with most of them are
    closed."""

    def __init__(self, most_bytes: int) -> None:
        self.bytes = 0
        self._most_bytes = most_bytes
        self._behind: set[Holder] = set()

    def count(self, holder: Holder, before: int, now: int) -> None:
        """Note that a subscriber holds ``now`` bytes instead of ``before``."""
        self.bytes += now - before
        if not now:
            self._behind.discard(holder)
        elif not before:
            self._behind.add(holder)
        if self.bytes > self._most_bytes and now > before:
            self._relieve()

    def _relieve(self) -> None:
        enough = self._most_bytes - self._most_bytes // FREE_AT_ONCE
        for each in sorted(self._behind, key=lambda holder: -holder.waiting_bytes):
            if self.bytes <= enough or not each.waiting_bytes:
                break
            each.drop()
        for each in sorted(self._behind, key=lambda holder: -holder.in_flight_bytes):
            if self.bytes <= enough:
                break
            each.evict()
