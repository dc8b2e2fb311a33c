"""One foreign dashboard's place in the fan-out."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from sys import maxsize
from typing import NamedTuple

from state.filtering.filter import EVERYTHING, Filter
from state.hub.backlogs import Backlogs

PORTION_BYTES = 256 * 1024


async def _at_once() -> None:
    """For a peer of whom nothing tells what it has read."""


def _leave_it() -> None:
    """For a connection that can't be ended from here."""


class _Own(NamedTuple):
    """A frame that counts as this subscriber's own."""

    frame: bytes


class Subscriber:
    """What a foreign dashboard wants, and what it hasn't taken yet.

    At most ``most_bytes`` wait. Beyond that the backlog is dropped, and what the reader gets when
    it reads on is a snapshot: it is told that it missed something, and it is right again.
    ``backlogs`` bounds what all of them hold for themselves; ``on_evicted`` ends the connection at
    once where dropping is not enough."""

    def __init__(self, id: str, *, most_bytes: int, backlogs: Backlogs | None = None) -> None:
        self.id = id
        self.filter: Filter = EVERYTHING
        self.batch_s = 0.0
        self.dropped = 0
        self.close_code: int | None = None
        self.on_evicted: Callable[[], None] = _leave_it
        self._most_bytes = most_bytes
        self._backlogs = backlogs or Backlogs(maxsize)
        self._waiting: deque[bytes | _Own] = deque()
        self._bytes = 0
        self._own_bytes = 0
        self._allowance = 0
        self._in_flight = 0
        self._counted = 0
        self._sends_much = False
        self._overflowed = False
        self._filled = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def backlog_bytes(self) -> int:
        return self._bytes

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait and are held by this subscriber alone."""
        return self._own_bytes

    @property
    def in_flight_bytes(self) -> int:
        """Of what was taken last, the bytes held by this subscriber alone."""
        return self._in_flight

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
        """True while something of unlimited size, a snapshot or a replay, is due, in line, or being
        sent."""
        return self._allowance > 0 or self._overflowed or self._sends_much

    def enqueue(self, frame: bytes, *, own: bool = False) -> None:
        """Put one message in line. Never waits. An ``own`` one goes to no other subscriber. What
        goes to all is a latest part of the same stream in every line, so it is there only once;
        with a filter each line can hold other parts of it, so they count as its own."""
        if self._overflowed:
            self.dropped += 1
            return
        self._bytes += len(frame)
        if own or self.filter:
            self._own_bytes += len(frame)
            self._waiting.append(_Own(frame))
        else:
            self._waiting.append(frame)
        if self._bytes > self._most_bytes + self._allowance:
            self.drop()
        else:
            self._count()
        self._filled.set()

    def replay(self, frames: Iterable[bytes]) -> None:
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

    def discard(self) -> None:
        """Let go of everything: the connection is gone."""
        self._waiting.clear()
        self._bytes = self._own_bytes = self._allowance = self._in_flight = 0
        self._count()

    async def next_frames(
        self, resync: Callable[[], bytes], drained: Callable[[], Awaitable[None]] = _at_once
    ) -> list[bytes]:
        """What waits, in order, as soon as there is something; a part of it where it is much. Who
        asks has sent what it took before.

        ``resync`` makes the snapshot that stands in for a dropped backlog; it is called after
        ``drained``, so that a peer that reads nothing is not given one."""
        self._in_flight, self._sends_much = 0, False
        self._count()
        await self._filled.wait()
        if self.batch_s:
            await self._collect()
        if self._overflowed:
            await drained()
            self._overflowed = False
            self._sends_much = True
            self._filled.clear()
            return [resync()]
        return self._portion()

    def drop(self) -> None:
        """Drop what waits; a snapshot is due instead."""
        self.dropped += len(self._waiting)
        self._waiting.clear()
        self._bytes = self._own_bytes = self._allowance = 0
        self._overflowed = True
        self._count()
        self._filled.set()

    def evict(self) -> None:
        """End the connection without waiting for its peer."""
        self._in_flight = 0
        self._count()
        self.on_evicted()

    def _portion(self) -> list[bytes]:
        """The next part of what waits. A batch is joined, so that all of it is a copy."""
        frames: list[bytes] = []
        taken = own = 0
        while self._waiting and (taken < PORTION_BYTES or self.batch_s):
            entry = self._waiting.popleft()
            if isinstance(entry, _Own):
                entry = entry.frame
                own += len(entry)
            frames.append(entry)
            taken += len(entry)
        self._sends_much = self._allowance > 0
        self._bytes -= taken
        self._own_bytes -= own
        self._allowance = max(0, self._allowance - taken)
        self._in_flight = taken if self.batch_s else own
        self._count()
        if not self._waiting:
            self._filled.clear()
        return frames

    async def _collect(self) -> None:
        """Let a batch grow, but not beyond the end of the connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.batch_s):
                await self._closing.wait()

    def _count(self) -> None:
        before, self._counted = self._counted, self._own_bytes + self._in_flight
        if self._counted != before:
            self._backlogs.count(self, before, self._counted)
