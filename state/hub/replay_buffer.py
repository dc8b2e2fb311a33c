"""The latest numbered messages, kept for those who come back."""

from collections import deque
from itertools import islice
from typing import NamedTuple

from state.event import Event
from state.sessions.session import Session

HISTORY_BYTES = 64 * 2**20


class Kept(NamedTuple):
    """One message as it was sent: its bytes, and what filters look at."""

    seq: int
    at: float
    kind: str
    frame: bytes
    about: Event | Session | None


class History:
    """At most so many messages, bytes and seconds, whichever is least."""

    def __init__(
        self, *, most: int = 10_000, most_bytes: int = HISTORY_BYTES, most_s: float = 300.0
    ) -> None:
        self.most = most
        self._most_bytes = most_bytes
        self.most_s = most_s
        self._kept: deque[Kept] = deque()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, kept: Kept) -> None:
        """Keep a message; its ``seq`` follows that of the one before."""
        self._kept.append(kept)
        self.bytes += len(kept.frame)
        while len(self._kept) > self.most or self.bytes > self._most_bytes:
            self._drop()
        while self._kept[0].at < kept.at - self.most_s:
            self._drop()

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0

    def after(self, seq: int, newest: int, now: float) -> list[Kept] | None:
        """The messages after ``seq`` up to ``newest``, the latest there is; None unless all of
        them are kept, and none is too old at ``now``."""
        missing = newest - seq
        if missing < 0 or missing > len(self._kept):
            return None
        found = list(islice(self._kept, len(self._kept) - missing, None))
        return None if found and found[0].at < now - self.most_s else found

    def _drop(self) -> None:
        self.bytes -= len(self._kept.popleft().frame)
