"""One foreign dashboard's place in the fan-out."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from state.filter import EVERYTHING, Filter

TAKEN_AT_ONCE = 256 * 1024


class Subscriber:
    """What a foreign dashboard wants, and what it hasn't taken yet.

    At most ``most_bytes`` wait. Beyond that the backlog is dropped, and what the reader gets when
    it reads on is a snapshot: it is told that it missed something, and it is right again."""

    def __init__(self, id: str, *, most_bytes: int) -> None:
        self.id = id
        self.filter: Filter = EVERYTHING
        self.batch_s = 0.0
        self.dropped = 0
        self.close_code: int | None = None
        self._most_bytes = most_bytes
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._allowance = 0
        self._overflowed = False
        self._filled = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def backlog_bytes(self) -> int:
        return self._bytes

    @property
    def wants_everything(self) -> bool:
        """True without a filter or gathering, and while the connection is to stay."""
        return not self.filter and not self.batch_s and self.close_code is None

    @property
    def is_behind(self) -> bool:
        """True while something waits."""
        return bool(self._waiting) or self._overflowed

    @property
    def is_catching_up(self) -> bool:
        """True while something of unlimited size, a snapshot or a replay, is still in line."""
        return self._allowance > 0

    def offer(self, frame: bytes) -> None:
        """Put one message in line. Never waits."""
        if self._overflowed:
            self.dropped += 1
            return
        self._waiting.append(frame)
        self._bytes += len(frame)
        if self._bytes > self._most_bytes + self._allowance:
            self._overflow()
        self._filled.set()

    def begin(self, frames: Iterable[bytes]) -> None:
        """Put in line what has to come whatever its size: a snapshot, or messages missed. Only
        their places take memory here; the bytes are shared with everybody who gets them. Where a
        backlog was dropped nothing is needed: the snapshot that is due says it all."""
        if self._overflowed:
            return
        for frame in frames:
            self._waiting.append(frame)
            self._bytes += len(frame)
            self._allowance += len(frame)
        self._filled.set()

    def close(self, code: int) -> None:
        """Have the connection closed with this code, after what waits."""
        self.close_code = code
        self._closing.set()
        self._filled.set()

    async def take(self, resync: Callable[[], bytes]) -> list[bytes]:
        """What waits, in order, as soon as there is something; a part of it where it is much.
        ``resync`` makes the snapshot that stands in for a dropped backlog."""
        await self._filled.wait()
        if self.batch_s:
            await self._collect()
        if self._overflowed:
            self._overflowed = False
            self._filled.clear()
            return [resync()]
        frames: list[bytes] = []
        taken = 0
        while self._waiting and (taken < TAKEN_AT_ONCE or self.batch_s):
            frames.append(self._waiting.popleft())
            taken += len(frames[-1])
        self._bytes -= taken
        self._allowance = max(0, self._allowance - taken)
        if not self._waiting:
            self._filled.clear()
        return frames

    async def _collect(self) -> None:
        """Let a batch grow, but not beyond the end of the connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.batch_s):
                await self._closing.wait()

    def _overflow(self) -> None:
        self.dropped += len(self._waiting)
        self._waiting.clear()
        self._bytes = self._allowance = 0
        self._overflowed = True
