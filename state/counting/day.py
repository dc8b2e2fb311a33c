"""The counts of a day, and when it ends."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta, tzinfo
from math import inf
from sys import intern

from state.checkpoint_pieces import KeptCountry, KeptDay, KeptNames
from state.counting.distinct import Distinct, fingerprint
from state.counting.engagement import Engagement, KeptEngagement
from state.counting.goals import DayGoals, KeptGoal
from state.counting.top_counter import NameBudget, TopCounter
from state.sessions.labels import LEARNED
from state.sessions.people import Profile
from state.sizes import VISITOR_BYTES

COUNTERS = ("pages", "entries", "exits", "countries", *(label.plural for label in LEARNED))
COUNTRIES_KEPT = 1_000
"""Countries with a count of visitors. The world has 250; the number for any beyond is unknown."""


DayPiece = KeptDay | KeptCountry | KeptNames | KeptEngagement | KeptGoal


class Day:
    """Counts since midnight in ``zone``. Sums are exact whatever the number of names. ``number``
    differs from that of the day, or the time between two resets, before. Half of
    ``visitors_bytes`` is for the visitors, half for those by country; a number that doesn't fit is
    unknown. ``goals`` is None without any."""

    def __init__(
        self,
        at: float,
        zone: tzinfo,
        *,
        names: int,
        number: int = 1,
        names_bytes: float = inf,
        visitors_bytes: float = inf,
        goals: Sequence[str] = (),
    ) -> None:
        self.number = number
        self.zone = zone
        self.names = names
        self.ends_at = next_midnight(at, zone)
        self.begun_at = midnight_before(at, zone)
        self.events = 0
        self.signals = 0
        self.engagement = Engagement()
        self.goals = DayGoals(goals) if goals else None
        budget = NameBudget(names_bytes)
        self._counters = {name: TopCounter(names=names, budget=budget) for name in COUNTERS}
        self.pages, self.exits = self._counters["pages"], self._counters["exits"]
        self._most_visitors = visitors_bytes / VISITOR_BYTES / 2
        self.visitors = Distinct(self._most_visitors)
        self._visitors_from: dict[str, Distinct] = {}
        self._held_by_country = 0
        self._knows_countries = True

    def add_visitor(self, session_id: str, country: str) -> bool | None:
        """Count a visitor, here and in a country. Again makes no difference. Returns whether it is
        new; None if that isn't known."""
        visitor = fingerprint(session_id)
        is_new = self.visitors.add(visitor)
        self._add_to_country(visitor, country)
        return None if self.visitors.is_full else is_new

    def _add_to_country(self, visitor: int, country: str) -> None:
        visitors = self._visitors_from.get(country)
        if visitors is None:
            if len(self._visitors_from) >= COUNTRIES_KEPT:
                return
            visitors = self._visitors_from[country] = Distinct()
        if self._held_by_country >= self._most_visitors:
            self._knows_countries = False
            return
        before = visitors.count
        visitors.add(visitor)
        self._held_by_country += visitors.count - before

    def add_visit(self, who: Profile) -> None:
        """Count a session that begins, by what its first event says."""
        _, entry, country, labels = who
        counters = self._counters
        counters["entries"].add(entry)
        counters["countries"].add(country)
        for label, name in zip(LEARNED, labels, strict=False):
            if name := name or label.unknown:
                counters[label.plural].add(name)

    def counter(self, name: str) -> TopCounter:
        """The counter of one of ``COUNTERS``."""
        return self._counters[name]

    @property
    def visitors_count(self) -> int | None:
        """Distinct visitors; None if there were more than fit."""
        return None if self.visitors.is_full else self.visitors.count

    def visitors_from(self, country: str) -> int | None:
        """Distinct visitors with an event from that country; None if unknown."""
        if not self._knows_countries:
            return None
        if country in self._visitors_from:
            return self._visitors_from[country].count
        return 0 if len(self._visitors_from) < COUNTRIES_KEPT else None

    def due_at(self) -> float | None:
        return self.ends_at if self.events or self.signals else None

    def dump(self) -> Iterator[DayPiece]:
        yield KeptDay(
            self.number,
            self.ends_at,
            self.events,
            self.signals,
            self.visitors.dump(),
            self.visitors.is_full,
            self._knows_countries,
        )
        for country, visitors in self._visitors_from.items():
            yield KeptCountry(country, visitors.dump())
        for name, counter in self._counters.items():
            yield from counter.dump(name)
        yield from self.engagement.dump()
        if self.goals is not None:
            yield from self.goals.dump()

    def load(self, kept: DayPiece) -> None:
        if isinstance(kept, KeptDay):
            self.number, self.ends_at, self.events = kept.number, kept.ends_at, kept.events
            self.signals, self.begun_at = kept.signals, midnight_before(kept.ends_at - 1, self.zone)
            self.visitors = Distinct.of(kept.visitors, self._most_visitors)
            self.visitors.is_full, self._knows_countries = kept.is_full, kept.knows_countries
        elif isinstance(kept, KeptCountry):
            visitors = self._visitors_from[intern(kept.country)] = Distinct.of(kept.visitors)
            self._held_by_country += visitors.count
        elif isinstance(kept, KeptGoal):
            if self.goals is not None:
                self.goals.load(kept)
        elif isinstance(kept, KeptEngagement):
            self.engagement.load(kept)
        elif kept.counter in COUNTERS:
            self._counters[kept.counter].load(kept)


def midnight_before(at: float, zone: tzinfo) -> float:
    """The first moment of the day of ``at``, in epoch seconds."""
    return datetime.combine(datetime.fromtimestamp(at, zone).date(), time.min, zone).timestamp()


def next_midnight(at: float, zone: tzinfo) -> float:
    """The first moment of the day after ``at``, in epoch seconds, daylight saving time included."""
    tomorrow = datetime.fromtimestamp(at, zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).timestamp()
