"""Sources that bring people for the first time."""

from collections.abc import Iterator, Mapping
from itertools import takewhile

from state.checkpoint_pieces import Piece, in_pieces
from state.event import UNKNOWN
from state.sessions.labels import DIRECT
from state.sizes import text_bytes
from state.usual.minutes import RING_DAYS

NO_SOURCES = (UNKNOWN, DIRECT)
NEW_S = 3_600.0
"""So long a source is new."""

KNOWN_S = RING_DAYS * 86_400.0
SOURCES_BYTES = 2**20
"""Bytes of all names: made-up sources can't take more. Beyond it those seen longest ago go first,
and would be new again."""


class KeptSources(Piece):
    """When each source was seen first and last, some of them, the one seen longest ago first."""

    seen: list[tuple[str, float, float]]


class Newcomers:
    """Knows the sources that were among the largest at a minute of the last 35 days."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}
        self._bytes = 0
        self._noted_at = 0.0

    def note(self, at: float, counts: Mapping[str, int]) -> None:
        """Enter the largest sources of a minute."""
        self._noted_at = at
        while self._seen and self._oldest_at < at - KNOWN_S:
            self._drop_oldest()
        for name in counts:
            if name not in NO_SOURCES:
                first, _ = self._drop(name) or (at, at)
                self._add(name, first, at)
        while self._bytes > SOURCES_BYTES:
            self._drop_oldest()

    def of(self, now: float, counts: Mapping[str, int]) -> dict[str, int]:
        """How many of the people here come from each source that is new and was among the largest
        at the latest minute, the largest first."""
        latest = takewhile(lambda item: item[1][1] == self._noted_at, reversed(self._seen.items()))
        new = [(name, counts.get(name, 0)) for name, (first, _) in latest if first > now - NEW_S]
        return dict(sorted(new, key=lambda item: (-item[1], item[0])))

    def dump(self) -> Iterator[KeptSources]:
        for some in in_pieces(self._seen.items()):
            yield KeptSources([(name, first, last) for name, (first, last) in some])

    def load(self, kept: KeptSources) -> None:
        for name, first, last in kept.seen:
            self._add(name, first, last)
            self._noted_at = last

    @property
    def _oldest_at(self) -> float:
        return next(iter(self._seen.values()))[1]

    def _add(self, name: str, first: float, last: float) -> None:
        self._seen[name] = first, last
        self._bytes += text_bytes(name)

    def _drop_oldest(self) -> None:
        self._drop(next(iter(self._seen)))

    def _drop(self, name: str) -> tuple[float, float] | None:
        seen = self._seen.pop(name, None)
        if seen is not None:
            self._bytes -= text_bytes(name)
        return seen
