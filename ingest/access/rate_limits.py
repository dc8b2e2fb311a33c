"""Limits on rates (token buckets by address) and on the number of open connections."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from ingest.access.addresses import Addresses
from ingest.access.body_limits import BodyBudget
from state.settings.rules import is_loopback
from state.settings.settings import Settings

BUCKETS_KEPT = 100_000
BURST_S = 2.0
"""A bucket holds the tokens of so many seconds."""


class RateLimit:
    """A token bucket for each name: ``per_s`` on average, a burst of twice that. With
    ``exempts_loopback`` peers on this machine have no limit."""

    def __init__(
        self, per_s: float, *, exempts_loopback: bool, clock: Callable[[], float] = monotonic
    ) -> None:
        self._per_s = per_s
        self._burst = max(1.0, per_s * BURST_S)
        self._exempts_loopback = exempts_loopback
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def acquire(self, name: str, number: int = 1) -> bool:
        """Take ``number`` tokens if the bucket has them, and return whether it had. More than a
        burst at once is granted when the bucket is full, which then goes below zero."""
        if self.exempts(name):
            return True
        now = self._clock()
        tokens = self._tokens(name, now)
        allowed = tokens >= min(number, self._burst)
        self._buckets[name] = (tokens - number if allowed else tokens, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > BUCKETS_KEPT:
            self._buckets.popitem(last=False)
        return allowed

    def can_acquire(self, name: str, number: int = 1) -> bool:
        """Returns what ``acquire`` would return now."""
        enough = min(number, self._burst)
        return self.exempts(name) or self._tokens(name, self._clock()) >= enough

    def exempts(self, name: str) -> bool:
        """True for a name without a limit."""
        return self._exempts_loopback and is_loopback(name)

    def _tokens(self, name: str, now: float) -> float:
        tokens, at = self._buckets.get(name, (self._burst, now))
        return min(self._burst, tokens + (now - at) * self._per_s)


class ConnectionLimit:
    """Limits open connections, in all and for each address."""

    def __init__(self, most: int, most_each: int) -> None:
        self._most = most
        self._most_each = most_each
        self._open: Counter[str] = Counter()
        self._total = 0

    def has_room(self, address: str) -> bool:
        return self._total < self._most and self._open.get(address, 0) < self._most_each

    @contextmanager
    def hold(self, address: str) -> Iterator[bool]:
        """Hold a place for one more connection. Yields whether there is one."""
        if not self.has_room(address):
            yield False
            return
        self._total += 1
        self._open[address] += 1
        try:
            yield True
        finally:
            self._total -= 1
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


class Limits:
    """All limits, as the settings have them."""

    def __init__(self, settings: Settings) -> None:
        unset = set(type(settings).model_fields) - settings.model_fields_set
        self.events = RateLimit(
            settings.max_events_per_s, exempts_loopback="max_events_per_s" in unset
        )
        self.keyed = RateLimit(settings.max_key_events_per_s, exempts_loopback=False)
        self.pages = RateLimit(
            settings.max_pages_per_s, exempts_loopback="max_pages_per_s" in unset
        )
        self.reads = RateLimit(
            settings.max_reads_per_s, exempts_loopback="max_reads_per_s" in unset
        )
        self.messages_per_s = settings.max_messages_per_s
        self.exempts_messages = "max_messages_per_s" in unset
        self.filters_per_s = settings.max_filters_per_s
        self.exempts_filters = "max_filters_per_s" in unset
        each = settings.max_connections_per_address
        self.connections = ConnectionLimit(settings.max_connections, each)
        self.bodies = BodyBudget(settings.max_bodies_bytes)
        self.addresses = Addresses(settings.trusted_proxies)

    def messages(self) -> RateLimit:
        """A rate for the messages of one socket."""
        return RateLimit(self.messages_per_s, exempts_loopback=self.exempts_messages)

    def filters(self) -> RateLimit:
        """A rate for the filters of one socket."""
        return RateLimit(self.filters_per_s, exempts_loopback=self.exempts_filters)
