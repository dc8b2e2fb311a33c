"""A made-up website for alerts: so many people at each minute, and a tick whenever one is due."""

from collections.abc import Callable
from datetime import UTC

from state.alert_rules.rule import STANDARD_ALERT_RULES, AlertRule
from state.alerts import Alert, standard_rules
from state.analytics import Analytics
from state.event import Entry, Event, EventType, Tick
from state.journal.base import Record
from state.model import CountingOptions
from tests.support import NOON

MINUTE_S = 60.0
HOUR = 60
DAY = 24 * HOUR


class Site:
    """Begins at noon. People see a page at these seconds of each minute, so that a number of people
    that falls takes the session timeout, of five minutes, to be seen. ``page_and_source`` says
    what a visitor sees, and from where they came."""

    def __init__(
        self, *rules: AlertRule, spike_threshold: int = 1_000_000, seconds: tuple[int, ...] = (5,)
    ) -> None:
        options = CountingOptions(
            zone=UTC, alert_rules=rules or STANDARD_ALERT_RULES, max_event_ids=1_000
        )
        spike = standard_rules(spike_threshold=spike_threshold, cooldown_s=60, milestones=())
        self.analytics = Analytics(options, spike)
        self.analytics.has_audience = False
        self.model = self.analytics.model
        self.minute = 0
        self._seconds = seconds
        self.page_and_source: Callable[[int], tuple[str, str]] = lambda visitor: ("/", "")
        self.journal: list[Record] = []

    def lives(self, minutes: int, people: int | Callable[[int], int]) -> "Site":
        """So many minutes more, with ``people`` at each, counted from the first of these."""
        for number in range(minutes):
            wanted = people(number) if callable(people) else people
            for second in range(0, 61, 5):
                at = self.minute * MINUTE_S + second + 0.5
                if second in self._seconds:
                    self.record(at, *(self._view(visitor, second) for visitor in range(wanted)))
                elif self.analytics.due(NOON + at):
                    self.record(at, Tick())
            self.minute += 1
        return self

    def sleeps(self, minutes: int) -> "Site":
        """The server is down for so long: no record comes."""
        self.minute += minutes
        return self

    def record(self, at: float, *what: Entry) -> None:
        if what:
            self.journal.append(Record(len(self.journal) + 1, NOON + at, what))
            self.analytics.apply(self.journal[-1])

    @property
    def alerts(self) -> list[Alert]:
        return list(self.model.alerts)

    @property
    def told(self) -> list[tuple[str, int, int | None]]:
        """Each alert: its rule, and at which minute it started and ended."""
        return [(a.rule, _minute(a.at), a.ended_at and _minute(a.ended_at)) for a in self.alerts]

    def _view(self, visitor: int, second: int) -> Event:
        number = f"{self.minute}-{second}-{visitor}"
        page, source = self.page_and_source(visitor)
        metadata = {"referrer": source} if source else {}
        name = f"visitor-{visitor}"
        return Event(number, EventType.PAGEVIEW, name, page, metadata=metadata)


def _minute(at: float) -> int:
    return int((at - NOON) // MINUTE_S)
