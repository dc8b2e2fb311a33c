"""Writes messages to subscribers. Those without a filter that keep up get the same bytes directly,
one write a tick; every other subscriber has a queue of its own."""

from asyncio import Handle, get_running_loop
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, Protocol

from state.counting.recent import Received
from state.hub.subscriber import Subscriber
from state.sessions.session import Session

MOST_UNSENT = 65_536
LONGEST_TICK_S = 0.01
WRITE_S = 0.00001
"""The approximate cost of a write (a packet over the loopback)."""
RESTS = 9
"""The pause after a tick, in multiples of the time of its writes: they take a tenth of a core while
that fits into the longest tick, and half of one beyond. A single client waits for 0.1 ms."""


class Sink(Protocol):
    """A connection that sends finished WebSocket frames."""

    @property
    def unsent(self) -> int:
        """Bytes in the buffers that the peer hasn't read."""

    def write(self, frames: bytes) -> None:
        """Send, unless the connection is closing. Doesn't wait."""


class _Direct(NamedTuple):
    subscriber: Subscriber
    sink: Sink


def text_frame(payload: bytes) -> bytes:
    """A whole text message of a server (RFC 6455, 5.2)."""
    return text_head(len(payload)) + payload


def text_head(size: int) -> bytes:
    """The header of such a frame."""
    if size < 126:
        return b"\x81%c" % size
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2)
    return b"\x81\x7f" + size.to_bytes(8)


class Fanout:
    """All subscribers: the queued ones, which each is at first, and the direct ones."""

    def __init__(self) -> None:
        self.sent = 0
        self._queued: dict[str, Subscriber] = {}
        self._direct: dict[str, _Direct] = {}
        self._payloads: list[bytes] = []
        self._tick: Handle | None = None
        self._next_at = 0.0

    def __len__(self) -> int:
        return len(self._queued) + len(self._direct)

    def __iter__(self) -> Iterator[Subscriber]:
        return chain(self._queued.values(), (each.subscriber for each in self._direct.values()))

    def add(self, subscriber: Subscriber) -> None:
        self._queued[subscriber.id] = subscriber

    def remove(self, subscriber: Subscriber) -> None:
        self._queued.pop(subscriber.id, None)
        self._direct.pop(subscriber.id, None)

    def promote(self, subscriber: Subscriber, sink: Sink) -> None:
        """Write to the sink directly from now on. The queue must be empty."""
        if subscriber.id in self._queued:
            self.flush()
            del self._queued[subscriber.id]
            self._direct[subscriber.id] = _Direct(subscriber, sink)

    def demote(self, subscriber: Subscriber) -> None:
        """Use the queue from now on, after all that was written before."""
        if subscriber.id in self._direct:
            self.flush()
            self._direct.pop(subscriber.id, None)
            self._queued[subscriber.id] = subscriber

    def send(self, payload: bytes, about: Received | Session | None = None) -> None:
        """Send a message to the subscribers whose filter selects ``about``; None is for all."""
        for subscriber in self._queued.values():
            if not subscriber.filter or subscriber.filter.matches(about):
                subscriber.enqueue(payload)
        if self._direct:
            self._payloads.append(payload)
            self._begin_tick()

    def send_to_others(self, subscriber_id: str, payload: bytes) -> None:
        """Send a message to all but one, at once and whatever the filter."""
        self.flush()
        frame = text_frame(payload)
        for name, subscriber in self._queued.items():
            if name != subscriber_id:
                subscriber.enqueue(payload)
        for name, direct in self._direct.items():
            if name != subscriber_id:
                direct.sink.write(frame)
                self.sent += 1

    def flush(self) -> None:
        """End the tick: write what was gathered. A direct subscriber with too many unread bytes
        gets its queue back, so that no other one waits for it."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        if not self._payloads:
            return
        payloads, self._payloads = self._payloads, []
        frames = b"".join(map(text_frame, payloads))
        slow = [each for each in self._direct.values() if each.sink.unsent > MOST_UNSENT]
        for subscriber, _ in slow:
            self.demote(subscriber)
            for payload in payloads:
                subscriber.enqueue(payload)
        for _, sink in self._direct.values():
            sink.write(frames)
        self.sent += len(payloads) * len(self._direct)
        writing_s = WRITE_S * len(self._direct)
        rest_s = max(min(RESTS * writing_s, LONGEST_TICK_S), writing_s)
        self._next_at = get_running_loop().time() + rest_s

    def _begin_tick(self) -> None:
        if self._tick is None:
            loop = get_running_loop()
            wait = self._next_at - loop.time()
            self._tick = (
                loop.call_later(wait, self.flush) if wait > 0 else loop.call_soon(self.flush)
            )
