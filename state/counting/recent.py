"""The latest events as they were received."""

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from state.event import Event
from state.sizes import LargeItems, large_event_bytes

RECENT_KEPT = 5_000


class Received(Struct, frozen=True, gc=False):
    """An accepted event, when it was received, and the seq of its message."""

    event: Event
    at: float
    seq: int


class RecentEvents:
    """Holds at most 5,000 events, of which the large ones take ``most_bytes``."""

    def __init__(self, most_bytes: int) -> None:
        self._events: deque[Received] = deque()
        self._large: LargeItems[Received] = LargeItems(most_bytes)

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Received]:
        """The oldest first."""
        return iter(self._events)

    def __reversed__(self) -> Iterator[Received]:
        return reversed(self._events)

    @property
    def latest(self) -> Received | None:
        return self._events[-1] if self._events else None

    def add(self, received: Received) -> None:
        """Add an event, and drop the oldest ones where there is no room."""
        events = self._events
        events.append(received)
        size = large_event_bytes(received.event)
        if size:
            self._large.add(received, size)
            while self._large.are_too_many:
                self._large.drop(events.popleft())
        if len(events) > RECENT_KEPT:
            first = events.popleft()
            if self._large.items:
                self._large.drop(first)
