"""Estimates of the memory that things take, in bytes. They are never too small, and the same in
every process: what is dropped for lack of room is the same after a replay and on every node."""

from collections import deque
from typing import Any

from msgspec.json import Encoder

from state.event import Event

STEP_BYTES = 112
VIEW_BYTES = 72
SESSION_BYTES = 900
"""A session with one page and all that refers to it, an id of 128 letters included (measured: 780
with short ids, ``bench/micro/apply.py``)."""

ORDINARY_EVENT_BYTES = 4 * 1024
"""An event with a page of 128 letters and twelve texts of 64 as metadata, or less: as many as the
tracker's door makes."""

NAME_BYTES = 150
ID_BYTES = 270
"""Of an event id of 64 ASCII characters in a table; of others it is less than three times that."""

VISITOR_BYTES = 16
SHORT = 128
LABEL = 64
SHORT_LABEL = 24
FEW = 12
OBJECT_BYTES = 240
MEMBER_BYTES = 100
"""Of a member of an object: its place, without the texts of key and value."""

MOST_BYTES_OF_JSON = 36
"""What Python makes of a byte of JSON, at most: ``{}`` and a comma become a dict of 64 bytes, which
the collector knows (16) and a list points to (8); ``{"a":1}`` one of 232."""

small_ints = {number: number for number in range(4_096)}
"""One object for each small number: sizes are among the few numbers that many sessions share, and
an int takes 32 bytes."""

_encode = Encoder().encode


class LargeItems:
    """The large items of a queue by their number, counted from the first one ever, and the bytes
    they take together. Ordinary items are bounded by their number instead."""

    def __init__(self, most_bytes: float) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self.items: deque[tuple[int, int]] = deque()

    @property
    def are_too_many(self) -> bool:
        return self._bytes > self._most_bytes

    def add(self, number: int, size: int) -> None:
        """Note a large item that was appended to the queue."""
        self.items.append((number, size))
        self._bytes += size

    def drop_before(self, number: int) -> None:
        """Note that the head of the queue is the item of that number now."""
        while self.items and self.items[0][0] < number:
            self._bytes -= self.items.popleft()[1]


def text_bytes(text: str) -> int:
    """Bytes of a text. Beyond ASCII a character takes up to 4, and as many again once the text was
    encoded as UTF-8."""
    return 56 + len(text) if text.isascii() else 56 + 8 * len(text)


def long_text_bytes(text: str | None) -> int:
    """The same, but 0 for a short text, which the constants above include."""
    if text is None or (len(text) <= SHORT and text.isascii()):
        return 0
    return text_bytes(text)


def label_bytes(label: str | None) -> int:
    """The same of a label: 0 for one of at most 24 letters, which the constants include."""
    if label is None or (len(label) <= SHORT_LABEL and label.isascii()):
        return 0
    return text_bytes(label)


def large_event_bytes(event: Event) -> int:
    """Bytes of an event as it was received, 0 for an ordinary one."""
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
    """Texts by their length; objects and lists by the length of their JSON, which is faster than a
    walk through 2,700 empty objects."""
    size = OBJECT_BYTES
    for key, value in metadata.items():
        size += MEMBER_BYTES + text_bytes(key)
        if isinstance(value, str):
            size += text_bytes(value)
        elif isinstance(value, dict | list):
            size += MOST_BYTES_OF_JSON * len(_encode(value))
    return size


def session_bytes(session_id: str) -> int:
    """Bytes of a session before its first step."""
    return SESSION_BYTES + long_text_bytes(session_id)
