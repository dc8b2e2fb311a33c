"""Bots, counted apart from visitors."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from state.checkpoint_pieces import Piece
from state.counting.top_counter import OTHER
from state.sessions.expiry.activity_queue import NEVER

MINUTE_S = 60.0
TOLD_EVERY_S = 1.0
NAMES_KEPT = 200
"""Names of a day; the hits of all others are one."""


class KeptBots(Piece):
    """The hits of the day by name, and those of the last minute by second."""

    names: dict[str, int]
    seconds: list[tuple[int, int]]
    told_at: float
    due_at: float


class Bots(NamedTuple):
    """Hits of bots today, in the last minute, and today by name, the most frequent first."""

    today: int
    last_minute: int
    names: dict[str, int]


class BotCounter:
    """Counts the hits of bots: ``today`` and by name. The last minute is known to the second.
    ``due_at`` is when viewers should hear of other numbers: once a second at most."""

    def __init__(self) -> None:
        self.today = 0
        self.due_at = NEVER
        self._told_at = 0.0
        self._names: dict[str, int] = {}
        self._seconds: deque[tuple[int, int]] = deque()

    def add(self, name: str, now: float) -> None:
        if name not in self._names and len(self._names) >= NAMES_KEPT:
            name = OTHER
        self._names[name] = self._names.get(name, 0) + 1
        self.today += 1
        if self.due_at == NEVER:
            self.due_at = max(now, self._told_at + TOLD_EVERY_S)
        second, seconds = int(now), self._seconds
        if seconds and seconds[-1][0] == second:
            seconds[-1] = second, seconds[-1][1] + 1
        else:
            seconds.append((second, 1))
            while seconds[0][0] <= second - MINUTE_S:
                seconds.popleft()

    def begin_day(self) -> None:
        """Forget the names of the day before."""
        self._names.clear()
        if self.today:
            self.today, self.due_at = 0, 0.0

    def tell(self, now: float) -> None:
        """Note that viewers hear of all numbers."""
        if self.due_at != NEVER:
            self.due_at, self._told_at = NEVER, now

    def counts(self, now: float) -> Bots:
        """All numbers as of ``now``."""
        last_minute = sum(hits for second, hits in self._seconds if second > int(now) - MINUTE_S)
        ranked = sorted(self._names.items(), key=lambda item: (-item[1], item[0]))
        return Bots(self.today, last_minute, dict(ranked))

    def dump(self) -> Iterator[KeptBots]:
        yield KeptBots(self._names, list(self._seconds), self._told_at, self.due_at)

    def load(self, kept: KeptBots) -> None:
        self._names, self._seconds = dict(kept.names), deque(kept.seconds)
        self.today = sum(self._names.values())
        self._told_at, self.due_at = kept.told_at, kept.due_at
