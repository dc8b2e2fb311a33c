"""What all subscribers hold for themselves, within one budget of bytes."""

from typing import Protocol

FREE_AT_ONCE = 4
"""Relief frees a quarter of the budget, so that looking for the largest backlogs stays rare."""


class Holder(Protocol):
    """What can be relieved of bytes."""

    @property
    def waiting_bytes(self) -> int:
        """Bytes that can be dropped: a snapshot will stand in for them."""

    @property
    def in_flight_bytes(self) -> int:
        """Bytes that are being sent, and that the peer has not taken."""

    def drop(self) -> None:
        """Drop what waits. The reader is resynchronised."""

    def evict(self) -> None:
        """Let go of what is being sent. The reader is closed."""


class Backlogs:
    """Counts the bytes that subscribers hold. Beyond ``most_bytes`` the largest backlogs are
    dropped first; if too much is being sent already, the readers that hold most are closed."""

    def __init__(self, most_bytes: int) -> None:
        self.bytes = 0
        self._most_bytes = most_bytes
        self._behind: set[Holder] = set()

    def count(self, holder: Holder, before: int, now: int) -> None:
        """Take note that a subscriber holds ``now`` bytes in place of those ``before``."""
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
