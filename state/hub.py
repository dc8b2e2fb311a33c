"""Fan-out: who is watching, and what they are sent. One viewer's trouble stays its own."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from msgspec import Struct

from state import messages as wire
from state.analytics import Analytics
from state.filter import EVERYTHING, Filter
from state.history import History, Kept
from state.messages import Message, encode
from state.query import snapshot
from state.shapes import iso

TAKEN_AT_ONCE = 256 * 1024


class Counts(Struct):
    """What has happened to viewers since the start."""

    sent: int = 0
    dropped: int = 0
    resyncs: int = 0
    resumed: int = 0
    too_slow: int = 0


class Subscriber:
    """A foreign dashboard's place in the fan-out: what it wants, and what it hasn't taken yet.

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
        their places take memory here; the bytes are shared with everybody who gets them."""
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


class Hub:
    """All viewers. Presence is a set of ids, so that no order of comings and goings can make the
    number of dashboards wrong; open pages and ``/ws`` clients stand in it side by side."""

    def __init__(self, analytics: Analytics, *, epoch: str) -> None:
        self.epoch = epoch
        self.history = History()
        self.counts = Counts()
        self._model = analytics.model
        self._subscribers: dict[str, Subscriber] = {}
        self._present: dict[str, None] = {}
        self._listeners: list[Callable[[], None]] = []
        self._close_code: int | None = None

    @property
    def total_dashboards(self) -> int:
        return len(self._present)

    @property
    def has_subscribers(self) -> bool:
        return bool(self._subscribers)

    def close(self, code: int) -> None:
        """Close all connections of foreign dashboards; who comes now is closed at once."""
        self._close_code = code
        for subscriber in self._subscribers.values():
            subscriber.close(code)

    def listen(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called whenever something was published. It must be quick."""
        self._listeners.append(changed)

    def subscribe(self, subscriber: Subscriber, now: float) -> None:
        """Let a foreign dashboard in: a snapshot to it, the news to everybody. Nothing can fall
        between snapshot and stream, since nothing is awaited between the two lines."""
        self._present[subscriber.id] = None
        subscriber.begin([self.snapshot(now)])
        self._subscribers[subscriber.id] = subscriber
        if self._close_code is not None:
            subscriber.close(self._close_code)
        self._announce(subscriber.id, now)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        self._subscribers.pop(subscriber.id, None)
        self.counts.dropped += subscriber.dropped
        self.leave(subscriber.id)

    def join(self, dashboard_id: str, now: float) -> None:
        """An open page of ours is watching. Again is no harm."""
        if dashboard_id not in self._present:
            self._present[dashboard_id] = None
            self._announce(dashboard_id, now)

    def leave(self, dashboard_id: str) -> None:
        if dashboard_id in self._present:
            del self._present[dashboard_id]
            gone = wire.UserDisconnected(self.total_dashboards)
            self.publish([Message("user_disconnected", gone)])

    def act(self, dashboard_id: str, action: str, details: dict[str, Any], now: float) -> None:
        """Tell all other dashboards what somebody did on this one."""
        data = wire.DashboardAction(action, details, dashboard_id, iso(now))
        frame = encode(Message("dashboard_action", data))
        for subscriber in self._subscribers.values():
            if subscriber.id != dashboard_id:
                subscriber.offer(frame)

    def publish(self, messages: Iterable[Message]) -> None:
        """Encode each message once and put the same bytes in every line it belongs to."""
        for message in messages:
            frame = encode(message)
            if message.seq is not None:
                kept = Kept(message.seq, self._model.now, message.type, frame, message.about)
                self.history.add(kept)
            for subscriber in self._subscribers.values():
                if not subscriber.filter or subscriber.filter.matches(message.about):
                    subscriber.offer(frame)
        for changed in self._listeners:
            changed()

    def missed(self, epoch: str, seq: int, now: float) -> list[Kept] | None:
        """The numbered messages after ``seq``, or None where they can't be told any more."""
        self.history.forget(now)
        return self.history.after(seq, self._model.seq) if epoch == self.epoch else None

    def resume(self, subscriber: Subscriber, epoch: str, seq: int, now: float) -> None:
        """Tell a subscriber what it missed after ``seq``, or, where that isn't kept, everything."""
        missed = self.missed(epoch, seq, now)
        if missed is None:
            subscriber.begin([self.snapshot(now, recovered=False)])
            return
        self.counts.resumed += 1
        frames = [each.frame for each in missed if subscriber.filter.matches(each.about)]
        found = wire.Resumed(True, len(frames), self.total_dashboards)
        subscriber.begin([encode(Message("resumed", found)), *frames])

    def resync(self, now: float) -> bytes:
        """The snapshot that stands in for a dropped backlog."""
        self.counts.resyncs += 1
        return self.snapshot(now, recovered=False)

    @property
    def subscribers(self) -> Iterable[Subscriber]:
        return self._subscribers.values()

    def snapshot(self, now: float, *, recovered: bool | None = None) -> bytes:
        """An ``initial_data`` as of now."""
        data = snapshot(
            self._model,
            now,
            dashboards=self.total_dashboards,
            epoch=self.epoch,
            recovered=recovered,
        )
        return encode(Message("initial_data", data))

    def _announce(self, dashboard_id: str, now: float) -> None:
        arrived = wire.UserConnected(self.total_dashboards, iso(now))
        self.publish([Message("user_connected", arrived)])
