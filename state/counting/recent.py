"""The latest events as they were received."""

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from state.event import Event
from state.sessions.place import Place
from state.sizes import LargeItems, large_event_bytes

RECENT_KEPT = 5_000


class Received(Struct, frozen=True, gc=False):
    """An accepted event, when it was received, the seq of its message, and where its session was
    then."""

    event: Event
    at: float
    seq: int
    place: Place


class RecentEvents:
    """Holds at most 5,000 events, of which the large ones take ``most_bytes``."""

    def __init__(self, most_bytes: int) -> None:
        self._events: deque[Received] = deque(maxlen=RECENT_KEPT)
        self._large = LargeItems(most_bytes)
        self._added = 0

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

    def extend(self, received: list[Received]) -> None:
        """Add the events of a record, and drop the oldest ones where there is no room."""
        kept, large = self._events, self._large
        kept += received
        added = self._added
        for number, each in enumerate(received, added):
            if size := large_event_bytes(each.event):
                large.add(number, size)
        self._added = added + len(received)
        if large.items:
            large.drop_before(self._added - len(kept))
            while large.are_too_many:
                kept.popleft()
                large.drop_before(self._added - len(kept))
