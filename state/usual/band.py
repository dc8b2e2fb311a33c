"""What is usual at a time: a pure function of the minutes before it."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from state.usual.minutes import RING_DAYS, PeopleMinutes

Basis = Literal["same weekday", "earlier days", "last 3 hours"]

AROUND = 5
"""Minutes before and after the same time of another day."""

WEEKS = 4
KNOWN_DAYS = 2
KNOWN_MINUTES = 6
"""A day is known at that time if so many of its eleven minutes are, the most of them."""

LAST_MINUTES = 180
HOUR_MINUTES = 60
"""How many of the last three hours have to be known."""

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


class Band(NamedTuple):
    """The quantiles 10, 50 and 90 of people at such a time, and what they are made of."""

    low: float
    median: float
    high: float
    basis: Basis


def band_at(minutes: PeopleMinutes, at: float, zone: tzinfo) -> Band | None:
    """The band of the minute that ``at`` is in; None while too little is known.

    It is made of the same time of day, by the clock on the wall of ``zone``, five minutes more or
    less: of the last four same weekdays, if at least two of them are known, else of all earlier
    days of the ring, if at least two are known; else of the three hours before that minute, if at
    least 60 of their minutes are known."""
    minute = int(at // 60)
    weeks = _days(minutes, minute, zone, range(7, 7 * WEEKS + 1, 7))
    if weeks is not None:
        return _band(weeks, "same weekday")
    days = _days(minutes, minute, zone, range(1, RING_DAYS))
    if days is not None:
        return _band(days, "earlier days")
    last = minutes.between(minute - LAST_MINUTES, minute - 1)
    return _band(last, "last 3 hours") if len(last) >= HOUR_MINUTES else None


def quantile(ascending: Sequence[int], part: float) -> float:
    """The quantile between the two nearest numbers, in proportion (numpy's ``linear``)."""
    place = part * (len(ascending) - 1)
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (ascending[above] - ascending[below]) * (place - below)


def _days(minutes: PeopleMinutes, minute: int, zone: tzinfo, days_ago: range) -> list[int] | None:
    """The numbers around that time of the days that are known, None if too few are."""
    wall = datetime.fromtimestamp(minute * 60, zone).replace(fold=0)
    numbers: list[int] = []
    known_days = 0
    for days in days_ago:
        middle = int((wall - timedelta(days=days)).timestamp() // 60)
        some = minutes.between(middle - AROUND, middle + AROUND)
        if len(some) >= KNOWN_MINUTES:
            known_days += 1
            numbers += some
    return numbers if known_days >= KNOWN_DAYS else None


def _band(numbers: list[int], basis: Basis) -> Band:
    ascending = sorted(numbers)
    low, median, high = (quantile(ascending, part) for part in (LOW, MIDDLE, HIGH))
    return Band(low, median, high, basis)


class Bands:
    """The bands of the latest minutes, each worked out once: one takes up to 0.1 ms. A minute's
    band depends on earlier minutes alone, so it doesn't change."""

    def __init__(self, minutes: PeopleMinutes, zone: tzinfo) -> None:
        self._minutes = minutes
        self._zone = zone
        self._known: dict[int, Band | None] = {}

    def at(self, at: float) -> Band | None:
        """The band of the minute that ``at`` is in, no later than the running one."""
        minute = int(at // 60)
        if minute not in self._known:
            self._known[minute] = band_at(self._minutes, at, self._zone)
            if len(self._known) > KEPT:
                del self._known[next(iter(self._known))]
        return self._known[minute]


KEPT = 64
"""Minutes of the chart, twice."""
