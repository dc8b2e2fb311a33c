"""The salts of today and of yesterday, and when they change."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from secrets import token_bytes
from typing import Protocol

from state.journal.redis.link import FAILURES, reason

SALT_BYTES = 32
DAY = timedelta(days=1)


class SaltsUnavailable(Exception):
    """Salts can't be read or kept; the message says why."""


class SaltStore(Protocol):
    """Where salts are kept, for all nodes of a cluster. Blocking; for a thread."""

    def get_or_keep(self, day: str, salt: bytes) -> bytes:
        """Returns the salt of a day, which is this one unless another is kept.

        Raises:
            OSError, RedisError: the store can't be used.
        """

    def find(self, day: str) -> bytes | None:
        """Returns the salt of a day, None if none is kept.

        Raises:
            OSError, RedisError: the store can't be used.
        """

    def forget_before(self, day: str) -> None:
        """Delete the salts of earlier days.

        Raises:
            OSError, RedisError: the store can't be used.
        """


class DaySalts:
    """The salts of the days in a time zone. ``refresh`` fetches that of tomorrow, too, so that all
    nodes know it at midnight. ``clock`` gives epoch seconds."""

    def __init__(self, store: SaltStore, zone: tzinfo, clock: Callable[[], float]) -> None:
        self._store = store
        self._zone = zone
        self._clock = clock
        self._salts: dict[date, bytes] = {}
        self._day = date.min
        self._begins_at = self._ends_at = 0.0

    @property
    def are_known(self) -> bool:
        """False until the salt of today was fetched."""
        return self._day_of(self._clock()) in self._salts

    def today(self, at: float) -> bytes:
        """The salt of the day of a moment.

        Raises:
            KeyError: it isn't known.
        """
        return self._salts[self._day_of(at)]

    def yesterday(self, at: float) -> bytes | None:
        """The salt of the day before, None if it isn't kept."""
        return self._salts.get(self._day_of(at) - DAY)

    def refresh(self) -> None:
        """Fetch the salts of yesterday, today and tomorrow, and delete earlier ones. Blocking.

        Raises:
            SaltsUnavailable: the store can't be used; the salts that are known stay.
        """
        try:
            self._refresh()
        except FAILURES as error:
            raise SaltsUnavailable(reason(error)) from error

    def _refresh(self) -> None:
        today = datetime.fromtimestamp(self._clock(), self._zone).date()
        days = (today - DAY, today, today + DAY)
        missing = [day for day in days[1:] if day not in self._salts]
        found = {day: self._store.get_or_keep(str(day), token_bytes(SALT_BYTES)) for day in missing}
        if not self._salts and (old := self._store.find(str(days[0]))) is not None:
            found[days[0]] = old
        self._salts = {day: salt for day, salt in (self._salts | found).items() if day in days}
        self._store.forget_before(str(days[0]))

    def _day_of(self, at: float) -> date:
        if not self._begins_at <= at < self._ends_at:
            self._day = datetime.fromtimestamp(at, self._zone).date()
            self._begins_at, self._ends_at = map(self._midnight_of, (self._day, self._day + DAY))
        return self._day

    def _midnight_of(self, day: date) -> float:
        return datetime.combine(day, datetime.min.time(), self._zone).timestamp()
