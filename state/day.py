"""The counts of today, and when today is over."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, tzinfo
from sys import intern

from state.counters import TopCounter
from state.distinct import Distinct, fingerprint
from state.event import UNKNOWN, Event
from state.kept import KeptCountry, KeptDay, KeptNames

COUNTERS = ("pages", "countries", "devices", "referrers")
COUNTRIES_KEPT = 1_000
"""Countries whose visitors are counted one by one. The world has 250; what comes beyond is noise,
and its number of visitors is told as "not known"."""


class Day:
    """What was counted since midnight in ``zone``. Sums are exact whatever the number of names.
    ``number`` tells one day, or life between resets, from the one before."""

    def __init__(self, at: float, zone: tzinfo, *, names: int, number: int = 1) -> None:
        self.number = number
        self.zone = zone
        self.names = names
        self.ends_at = next_midnight(at, zone)
        self.events = 0
        self.visitors = Distinct()
        self.pages = TopCounter(names=names)
        self.countries = TopCounter(names=names)
        self.devices = TopCounter(names=names)
        self.referrers = TopCounter(names=names)
        self._visitors_from: dict[str, Distinct] = {}

    def add_visitor(self, session_id: str, country: str) -> None:
        """Count a visitor, here and under a country, however often."""
        visitor = fingerprint(session_id)
        self.visitors.add(visitor)
        if country in self._visitors_from or len(self._visitors_from) < COUNTRIES_KEPT:
            self._visitors_from.setdefault(country, Distinct()).add(visitor)

    def add_visit(self, first: Event) -> None:
        """A visit begins; it is counted by what its first event says."""
        self.countries.add(first.country or UNKNOWN)
        self.devices.add(first.device or UNKNOWN)
        self.referrers.add(first.referrer or UNKNOWN)

    def visitors_from(self, country: str) -> int | None:
        """Distinct visitors with an event from that country, or None where that wasn't counted."""
        if country in self._visitors_from:
            return self._visitors_from[country].count
        return 0 if len(self._visitors_from) < COUNTRIES_KEPT else None

    def due_at(self) -> float | None:
        return self.ends_at if self.events else None

    def keep(self) -> Iterator[KeptDay | KeptCountry | KeptNames]:
        yield KeptDay(self.number, self.ends_at, self.events, self.visitors.keep())
        for country, visitors in self._visitors_from.items():
            yield KeptCountry(country, visitors.keep())
        for name in COUNTERS:
            yield from getattr(self, name).keep(name)

    def take_back(self, kept: KeptDay | KeptCountry | KeptNames) -> None:
        if isinstance(kept, KeptDay):
            self.number, self.ends_at, self.events = kept.number, kept.ends_at, kept.events
            self.visitors = Distinct.of(kept.visitors)
        elif isinstance(kept, KeptCountry):
            self._visitors_from[intern(kept.country)] = Distinct.of(kept.visitors)
        elif kept.counter in COUNTERS:
            getattr(self, kept.counter).take_back(kept)


def next_midnight(at: float, zone: tzinfo) -> float:
    """The first moment of the day after ``at``, in epoch seconds, daylight saving time included."""
    tomorrow = datetime.fromtimestamp(at, zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).timestamp()
