"""What a simulation has sent, counted as the server counts it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ingest.simulate.visitor import Fields
from state.event import SIGNALS, UNKNOWN

SHOWN = 8


class Sent:
    """Counts of accepted events. ``totals`` has the names of ``GET /api/analytics/summary``, so
    that the two can be compared. Countries, devices and referrers are those of a visitor's first
    event, unless that is a ``session_end``, which begins no session."""

    def __init__(self) -> None:
        self.events = self.repeats = self.bots = self.signals = 0
        self._visitors: set[str] = set()
        self._pages: Counter[str] = Counter()
        self._countries: Counter[str] = Counter()
        self._devices: Counter[str] = Counter()
        self._referrers: Counter[str] = Counter()

    @property
    def visitors(self) -> int:
        return len(self._visitors)

    def add(self, events: Iterable[Fields]) -> None:
        """Count events that the server has accepted, or had accepted before."""
        for event in events:
            if event.get("is_bot"):
                self.bots += 1
                continue
            if event["type"] in SIGNALS:
                self.signals += 1
                continue
            self.events += 1
            if event["type"] == "pageview":
                self._pages[event["page"]] += 1
            if event["sessionId"] not in self._visitors:
                self._visitors.add(event["sessionId"])
                if event["type"] != "session_end":
                    self._add_session(event)

    def _add_session(self, first: Fields) -> None:
        self._countries[first.get("country") or UNKNOWN] += 1
        self._devices[first["metadata"].get("device") or UNKNOWN] += 1
        self._referrers[first["metadata"].get("referrer") or UNKNOWN] += 1

    def totals(self) -> dict[str, Any]:
        """The counts, as the server's summary has them."""
        totals: dict[str, Any] = {
            "totalEvents": self.events,
            "totalToday": self.visitors,
            "pagesVisited": dict(self._pages.most_common()),
            "countries": dict(self._countries.most_common()),
            "devices": dict(self._devices.most_common()),
            "referrers": dict(self._referrers.most_common()),
        }
        if self.signals or self.bots:
            totals |= {"signals": self.signals, "bots": self.bots}
        return totals

    def lines(self, seconds: float) -> Iterator[str]:
        """The counts as text; ``seconds`` is how long it took."""
        rate = self.events / seconds if seconds else 0.0
        yield (
            f"Sent {self.events:,} events of {self.visitors:,} visitors in {seconds:,.0f} s: "
            f"{rate:,.1f} a second."
        )
        if self.signals or self.bots:
            yield f"Besides {self.signals:,} signals, and {self.bots:,} requests of bots."
        if self.repeats:
            yield f"{self.repeats:,} requests were sent again; no event counts twice."
        for name, counts in (
            ("pageviews", self._pages),
            ("countries", self._countries),
            ("devices", self._devices),
            ("referrers", self._referrers),
        ):
            named = [f"{key} {number:,}" for key, number in counts.most_common(SHOWN)]
            more = len(counts) - len(named)
            yield f"  {name}: {', '.join(named)}{f', and {more} more' if more > 0 else ''}"
