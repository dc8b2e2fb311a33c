"""Who was here in each of the last minutes: the largest of each dimension."""

from collections import deque
from collections.abc import Iterator, Mapping

from msgspec import Struct

from state.checkpoint_pieces import Piece
from state.sessions.expiry.activity_queue import MINUTE_S
from state.sessions.live_counter import LiveCounter
from state.sessions.people import DIMENSIONS, People
from state.sizes import text_bytes

TOP_KEPT = 100
NAMES_BYTES = 16 * 1024
"""Bytes of the names in one top: 3 MiB in all of them, whatever pages are made up."""

MINUTES_KEPT = 31


class KeptTop(Struct, array_like=True, frozen=True, gc=False):
    """The largest counts of a dimension; ``is_all``: there were no others. No name that isn't
    among them had more than ``floor``."""

    counts: dict[str, int]
    is_all: bool
    floor: int

    def count(self, name: str) -> int | None:
        """How many there were; None where that isn't known."""
        number = self.counts.get(name)
        return 0 if number is None and self.is_all else number


class KeptTops(Piece):
    """A piece of a checkpoint: a moment, how many people were there, and the top of each dimension
    by its name."""

    at: float
    people: int
    tops: dict[str, KeptTop]


class PeopleTops:
    """The tops at the minutes of the last half hour. A minute without a record is left out."""

    def __init__(self) -> None:
        self.next_at = 0.0
        self._moments: deque[KeptTops] = deque(maxlen=MINUTES_KEPT)

    def advance(self, now: float, people: People) -> None:
        """Add the latest minute up to ``now`` if it isn't there; ``people`` are those before it."""
        if now >= self.next_at:
            at = now // MINUTE_S * MINUTE_S
            self.next_at = at + MINUTE_S
            self._add(at, people)

    def _add(self, at: float, people: People) -> None:
        tops = {each.name: top_of(people.counter(each.name)) for each in DIMENSIONS}
        self._moments.append(KeptTops(at, people.pages.total, tops))

    @property
    def latest(self) -> KeptTops:
        """The latest one; there has to be one."""
        return self._moments[-1]

    def since(self, at: float) -> KeptTops | None:
        """The first that is kept since a moment."""
        return next((moment for moment in self._moments if moment.at >= at), None)

    def dump(self) -> Iterator[KeptTops]:
        yield from self._moments

    def load(self, kept: KeptTops) -> None:
        self._moments.append(kept)
        self.next_at = kept.at + MINUTE_S


def top_of(counter: LiveCounter) -> KeptTop:
    """The largest counts, as many as have room for their names. Of equal counts either all are in
    it or none: which of them a counter lists depends on what it was asked before, and alerts, which
    are the same on every node, name their cause by this."""
    largest, left = counter.largest(TOP_KEPT + 1), NAMES_BYTES
    floor = largest[-1][1] if len(largest) > TOP_KEPT else 0
    counts: dict[str, int] = {}
    for name, count in largest:
        left -= text_bytes(name)
        if left < 0:
            floor = max(floor, count)
        if count <= floor:
            break
        counts[name] = count
    return KeptTop(counts, len(counts) == len(counter.counts), floor)


def changes(before: KeptTops, dimension: str, now: Mapping[str, int]) -> list[int | None]:
    """How much each count of a dimension has changed; None where that isn't known."""
    top = before.tops[dimension]
    both = zip(now.values(), map(top.count, now), strict=True)
    return [None if was is None else count - was for count, was in both]
