"""The counts of today, and when today is over."""

from datetime import datetime, time, timedelta, tzinfo

from state.counters import TopCounter
from state.event import UNKNOWN, Event

COUNTRIES_KEPT = 1_000
"""Countries whose visitors are counted one by one. The world has 250; what comes beyond is noise,
and its number of visitors is told as "not known"."""


class Day:
    """What was counted since midnight in ``zone``. Sums are exact whatever the number of names."""

    def __init__(self, at: float, zone: tzinfo, *, names: int) -> None:
        self.zone = zone
        self.names = names
        self.ends_at = next_midnight(at, zone)
        self.events = 0
        self.visitors: set[str] = set()
        self.pages = TopCounter(names=names)
        self.countries = TopCounter(names=names)
        self.devices = TopCounter(names=names)
        self.referrers = TopCounter(names=names)
        self._visitors_from: dict[str, set[str]] = {}

    def add_event(self, event: Event) -> None:
        self.events += 1
        self.visitors.add(event.session_id)
        country = event.country or UNKNOWN
        if country in self._visitors_from or len(self._visitors_from) < COUNTRIES_KEPT:
            self._visitors_from.setdefault(country, set()).add(event.session_id)

    def add_pageview(self, page: str) -> None:
        self.pages.add(page)

    def add_visit(self, first: Event) -> None:
        """A visit begins; it is counted by what its first event says."""
        self.countries.add(first.country or UNKNOWN)
        self.devices.add(first.device or UNKNOWN)
        self.referrers.add(first.referrer or UNKNOWN)

    def visitors_from(self, country: str) -> int | None:
        """Distinct visitors with an event from that country, or None where that wasn't counted."""
        if country in self._visitors_from:
            return len(self._visitors_from[country])
        return 0 if len(self._visitors_from) < COUNTRIES_KEPT else None

    def due_at(self) -> float | None:
        return self.ends_at if self.events else None


def next_midnight(at: float, zone: tzinfo) -> float:
    """The first moment of the day after ``at``, in epoch seconds, daylight saving time included."""
    tomorrow = datetime.fromtimestamp(at, zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).timestamp()
