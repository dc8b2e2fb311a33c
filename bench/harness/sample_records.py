"""Records of random visitors, and the state that they are applied to."""

import random
from datetime import UTC

from state.alerts import standard_rules
from state.analytics import Analytics
from state.event import Event, EventType
from state.journal.base import Record
from state.model import CountingOptions

NOON = 1_753_012_800.0
"""2025-07-20 12:00 UTC: a run of hours stays within one day."""
EVENT_TYPES = (EventType.PAGEVIEW,) * 7 + (EventType.CLICK,) * 2 + (EventType.CUSTOM,)
COUNTRIES = ("India", "USA", "Germany", "France", "Brazil", "Japan", "Kenya", None)
METADATA = tuple(
    {"device": device, "referrer": referrer}
    for device in ("desktop", "mobile")
    for referrer in ("google.com", "github.com")
)


class RandomRecords:
    """Generates one event a record, ``step_s`` seconds apart. The same seed gives the same events.

    ``sessions`` is the number of visitors to choose from.
    """

    def __init__(self, sessions: int, step_s: float, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._sessions = sessions
        self._step_s = step_s
        self._number = 0
        self._at = NOON

    def next(self, number: int, *, new_visitors: bool = False) -> list[Record]:
        """Return the next records, each of a visitor of its own if ``new_visitors``."""
        return [self._record(new_visitors) for _ in range(number)]

    def _record(self, new_visitor: bool) -> Record:
        self._number += 1
        self._at += self._step_s
        choice = self._random
        visitor = self._number if new_visitor else choice.randrange(self._sessions)
        event = Event(
            id=f"event-{self._number}",
            type=choice.choice(EVENT_TYPES),
            session_id=f"visitor-{visitor}",
            page=f"/page/{int(choice.expovariate(0.02))}",
            country=COUNTRIES[visitor % len(COUNTRIES)],
            metadata=METADATA[visitor % len(METADATA)],
        )
        return Record(self._number, self._at, (event,))


def new_analytics(*, has_audience: bool, **options: int) -> Analytics:
    """Make an empty state with the standard alert rules and counting options. Without an audience
    an event's messages are numbered and not made."""
    rules = standard_rules(spike_threshold=25, cooldown_s=60, milestones=(10, 100, 1_000))
    analytics = Analytics(CountingOptions(zone=UTC, **options), rules)
    analytics.has_audience = has_audience
    return analytics
