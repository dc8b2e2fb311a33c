"""People at each minute of 35 days."""

from array import array
from collections.abc import Iterator

from state.usual.pieces import NUMBER, KeptPeopleMinutes, from_bytes, to_bytes
from state.usual.ring import BlockRing

DAY_MINUTES = 24 * 60
RING_DAYS = 35
RING_MINUTES = RING_DAYS * DAY_MINUTES
UNKNOWN = 2**32 - 1


class PeopleMinutes:
    """A ring of one number a minute, at most 200 kB in all. Minutes are counted from the epoch;
    ``newest`` is the latest one that was added. A minute that was never added, or is out of the
    ring, is unknown. ``known`` is how many are known."""

    def __init__(self) -> None:
        self.newest = -1
        self.known = 0
        self._people = BlockRing(RING_DAYS, DAY_MINUTES, UNKNOWN)
        self._peak: tuple[int, int] | None = None

    def add(self, minute: int, people: int) -> None:
        """Add the minute after ``newest``."""
        place = minute % RING_MINUTES
        people = min(people, UNKNOWN - 1)
        self.known += self._people.slice(place, 1)[0] == UNKNOWN
        self._people.set(place, people)
        self.newest = minute
        if self.known == 1 or (self._peak is not None and (people, minute) >= self._peak):
            self._peak = people, minute

    def skip_to(self, minute: int) -> None:
        """Make that minute the newest. It is unknown, and all after the newest one before."""
        first, count = self.newest + 1, minute - self.newest
        if count <= 0:
            return
        self._people.clear(first, min(count, RING_MINUTES))
        self.newest = minute
        self.known = RING_MINUTES - self._people.count(UNKNOWN)

    def between(self, first: int, last: int) -> list[int]:
        """The known numbers of the minutes from ``first`` to ``last``, these included."""
        first = max(first, self.newest - RING_MINUTES + 1, 0)
        people = self._people.slice(first, min(last, self.newest) + 1 - first)
        return [number for number in people if number != UNKNOWN]

    @property
    def peak(self) -> int | None:
        """The largest known number; None without one. It is looked for again only when it has left
        the ring: to look at all of them takes a millisecond."""
        if not self.known:
            return None
        if self._peak is None or self._peak[1] <= self.newest - RING_MINUTES:
            first = self.newest - RING_MINUTES + 1
            ring = zip(
                self._people.slice(first, RING_MINUTES), range(first, self.newest + 1), strict=True
            )
            self._peak = max((each for each in ring if each[0] != UNKNOWN), default=None)
        return None if self._peak is None else self._peak[0]

    def dump(self) -> Iterator[KeptPeopleMinutes]:
        """One piece, from the first known minute on."""
        ordered = self._people.slice(self.newest + 1, RING_MINUTES)
        unknown = next((at for at, number in enumerate(ordered) if number != UNKNOWN), None)
        first = RING_MINUTES if unknown is None else unknown
        yield KeptPeopleMinutes(self.newest - RING_MINUTES + 1 + first, to_bytes(ordered[first:]))

    def load(self, kept: KeptPeopleMinutes) -> None:
        people = from_bytes(kept.people)
        missing = RING_MINUTES - len(people)
        if missing < 0:
            raise ValueError(f"{len(people)} minutes are more than {RING_DAYS} days")
        ordered = array(NUMBER, [UNKNOWN]) * missing + people
        self.newest = kept.first + len(people) - 1
        start = (self.newest + 1) % RING_MINUTES
        self._people.load(ordered[RING_MINUTES - start :] + ordered[: RING_MINUTES - start])
        self.known = RING_MINUTES - ordered.count(UNKNOWN)
        self._peak = None
