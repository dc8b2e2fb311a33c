"""About how many bytes of memory things take: never less than they do, and the same in every
process, so that what is dropped for want of room is the same after a replay and on every node."""

from collections import deque
from typing import Any, Generic, TypeVar

from msgspec.json import Encoder

from state.event import Event

T = TypeVar("T")

STEP_BYTES = 112
VIEW_BYTES = 72
SESSION_BYTES = 900
"""A visit of one page with all that refers to it, an id of 128 letters included (measured: 780 with
short ids, ``bench/micro/apply.py``)."""

ORDINARY_EVENT_BYTES = 4 * 1024
"""An event with a page of 128 letters and four short texts as metadata, or less."""

NAME_BYTES = 150
ID_BYTES = 270
"""Of an event id of 64 ASCII characters in a table; of others it is less than three times that."""

VISITOR_BYTES = 16
SHORT = 128
LABEL = 64
FEW = 4
OBJECT_BYTES = 240
MEMBER_BYTES = 100
"""Of a member of an object: its place, without the texts of key and value."""

MOST_BYTES_OF_JSON = 36
"""What Python makes of a byte of JSON, at most: ``{}`` and a comma become a dict of 64 bytes, which
the collector knows (16) and a list points to (8); ``{"a":1}`` one of 232."""

_encode = Encoder().encode


class LargeOnes(Generic[T]):
    """Which items of a queue are large, and what these take together. Ordinary ones, of which their
    number is bounded, cost one look at an empty deque."""

    def __init__(self, most_bytes: float) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._items: deque[tuple[T, int]] = deque()

    @property
    def are_too_many(self) -> bool:
        return self._bytes > self._most_bytes

    def add(self, item: T, size: int) -> None:
        """A large item came to the end of the queue."""
        self._items.append((item, size))
        self._bytes += size

    def drop(self, item: T) -> None:
        """An item left the front of the queue, whatever its size."""
        if self._items and self._items[0][0] is item:
            self._bytes -= self._items.popleft()[1]


def text_bytes(text: str) -> int:
    """Of a text by itself. Other than ASCII takes up to 4 bytes a character, and as many again once
    it was written as UTF-8."""
    return 56 + len(text) if text.isascii() else 56 + 8 * len(text)


def long_text_bytes(text: str | None) -> int:
    """The same, but nothing for a short one, which the flat sizes above have room for."""
    if text is None or (len(text) <= SHORT and text.isascii()):
        return 0
    return text_bytes(text)


def large_event_bytes(event: Event) -> int:
    """Of an event that is held as it was received, 0 for an ordinary one."""
    page, metadata = event.page, event.metadata
    if page is None or len(page) <= SHORT:
        if metadata is None:
            return 0
        if len(metadata) <= FEW:
            for key, value in metadata.items():
                if type(value) is not str or len(value) > LABEL or len(key) > LABEL:
                    break
            else:
                return 0
    size = ORDINARY_EVENT_BYTES + long_text_bytes(page)
    return size + _metadata_bytes(metadata) if metadata else size


def _metadata_bytes(metadata: dict[str, Any]) -> int:
    """A text or number by itself; what holds others by the bytes of its JSON, which is quicker than
    to go through 2,700 empty objects."""
    size = OBJECT_BYTES
    for key, value in metadata.items():
        size += MEMBER_BYTES + text_bytes(key)
        if isinstance(value, str):
            size += text_bytes(value)
        elif isinstance(value, dict | list):
            size += MOST_BYTES_OF_JSON * len(_encode(value))
    return size
