"""How many people were here: each ten seconds of half an hour, and each minute of 35 days."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from state.usual.minutes import PeopleMinutes
from state.usual.pieces import KeptPeople, KeptPeopleMinutes

STEP_S = 10.0
MOMENTS = 181
LONGEST_GAP_S = 600.0
"""A running server writes a tick each minute. Where none came for so long, it wasn't running or
couldn't store what it received: how many people were there is unknown."""


class PeopleAt(NamedTuple):
    """A boundary of the clock. ``people`` is the number of sessions that were running just before
    it, by the events received before it; None where that is unknown. ``number`` is that of the
    latest activity before it, and ``peak`` the most people of the minutes before it."""

    at: float
    people: int | None
    number: int
    peak: int | None


class PeopleHistory:
    """People at each boundary of ten seconds, and for longer at each minute.

    A record enters the boundaries since the record before; they are unknown if it comes more than
    ten minutes after the first of them. ``begun_at`` is the time of the latest reset, or 0."""

    def __init__(self, begun_at: float) -> None:
        self.next_at = _after(begun_at)
        self.known_since = begun_at
        self.moments: deque[PeopleAt] = deque(maxlen=MOMENTS)
        self.minutes = PeopleMinutes()
        self.minutes.newest = int(begun_at // 60)

    def advance(
        self, now: float, number: int, running: int, ends: Sequence[float]
    ) -> list[PeopleAt]:
        """Enter the boundaries up to ``now``. ``running`` sessions were running after the record
        before; those of them that have timed out since did so at ``ends``, ascending. Returns the
        new moments; of unknown ones the last."""
        first, self.next_at = self.next_at, _after(now)
        if now - first > LONGEST_GAP_S:
            return self._skip(now, first, number)
        steps = int((self.next_at - first) / STEP_S)
        new = []
        for at in (first + step * STEP_S for step in range(steps)):
            people = running - bisect_right(ends, at)
            new.append(PeopleAt(at, people, number, self.minutes.peak))
            if at % 60 == 0:
                self.minutes.add(int(at // 60), people)
        self.moments += new
        return new

    def due_at(self, people: int) -> float | None:
        """When a record is needed, for no boundary to be unknown or late: each ten seconds while
        there are people, else each minute; None before the first record."""
        if self.next_at <= STEP_S:
            return None
        return self.next_at if people else -(-self.next_at // 60) * 60

    def dump(self) -> Iterator[KeptPeople | KeptPeopleMinutes]:
        moments = [(each.at, each.people, each.number, each.peak) for each in self.moments]
        yield KeptPeople(self.next_at, self.known_since, moments)
        yield from self.minutes.dump()

    def load(self, kept: KeptPeople | KeptPeopleMinutes) -> None:
        if isinstance(kept, KeptPeopleMinutes):
            self.minutes.load(kept)
            return
        self.next_at, self.known_since = kept.next_at, kept.known_since
        self.moments.extend(PeopleAt(*each) for each in kept.moments)

    def _skip(self, now: float, first: float, number: int) -> list[PeopleAt]:
        last = self.next_at - STEP_S
        shown = min(MOMENTS, int((self.next_at - first) / STEP_S))
        self.moments += [
            PeopleAt(last - ago * STEP_S, None, number, None) for ago in range(shown - 1, -1, -1)
        ]
        self.minutes.skip_to(int(last // 60))
        self.known_since = now
        return [self.moments[-1]]


def _after(at: float) -> float:
    """The first boundary after ``at``."""
    return (at // STEP_S + 1) * STEP_S
