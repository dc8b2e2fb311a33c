"""A subscriber of the hub: one foreign dashboard and its queue."""

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
    """For a connection that can't tell what its peer has read."""


def _leave_it() -> None:
    """For a connection that can't be closed from here."""


class _Own(NamedTuple):
    """A frame that no other subscriber holds."""

    frame: bytes


class Subscriber:
    """The filter of a foreign dashboard, and the frames that wait for it.

    At most ``most_bytes`` wait. Beyond that the backlog is dropped, and the next frame is a
    snapshot with ``recovered`` False: the dashboard knows that it missed messages, and is right
    again. ``backlogs`` is the budget of all subscribers together; ``on_evicted`` closes the
    connection at once where dropping the backlog isn't enough."""

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
        """Waiting bytes that this subscriber alone holds."""
        return self._own_bytes

    @property
    def in_flight_bytes(self) -> int:
        """Bytes being sent that this subscriber alone holds."""
        return self._in_flight

    @property
    def wants_everything(self) -> bool:
        """True without a filter and batches, unless the connection is to be closed."""
        return not self.filter and not self.batch_s and self.close_code is None

    @property
    def is_behind(self) -> bool:
        """True while something waits."""
        return bool(self._waiting) or self._overflowed

    @property
    def is_catching_up(self) -> bool:
        """True while a snapshot or a replay, whose size isn't limited, is due, queued or being
        sent."""
        return self._allowance > 0 or self._overflowed or self._sends_much

    def enqueue(self, frame: bytes, *, own: bool = False) -> None:
        """Queue one message. Doesn't wait. An ``own`` one is for this subscriber alone. Messages
        for all are shared by the queues, which hold the latest part of the same stream; with a
        filter the parts differ, so they count as own."""
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
        """Queue a snapshot or missed messages, whatever their size; their bytes are shared with
        other subscribers. Does nothing where a backlog was dropped: the snapshot that is due has it
        all."""
        if self._overflowed:
            return
        for frame in frames:
            self._waiting.append(frame)
            self._bytes += len(frame)
            self._allowance += len(frame)
        self._filled.set()

    def close(self, code: int) -> None:
        """Have the connection closed with this code, after the waiting frames."""
        self.close_code = code
        self._closing.set()
        self._filled.set()

    def discard(self) -> None:
        """Drop everything: the connection is gone."""
        self._waiting.clear()
        self._bytes = self._own_bytes = self._allowance = self._in_flight = 0
        self._count()

    async def next_frames(
        self, resync: Callable[[], bytes], drained: Callable[[], Awaitable[None]] = _at_once
    ) -> list[bytes]:
        """Wait for frames and return the next ones in order, about 256 KiB at once. Call it when
        the frames before are sent.

        ``resync`` makes the snapshot that replaces a dropped backlog. It is called after
        ``drained``, so that a peer that reads nothing gets none."""
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
        """The next part of the queue. A batch is joined, so all of it counts as own."""
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
        """Wait while a batch grows, but not beyond the end of the connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.batch_s):
                await self._closing.wait()

    def _count(self) -> None:
        before, self._counted = self._counted, self._own_bytes + self._in_flight
        if self._counted != before:
            self._backlogs.count(self, before, self._counted)
