"""Post events of plausible visitors, to look at the page.

    python -m tools.demo_traffic http://localhost:3000 [--rate R] [--minutes M]

The rate rises and falls. It is too low and too irregular for a measurement."""

import argparse
import asyncio
import random
from dataclasses import dataclass, field
from math import pi, sin
from time import monotonic
from typing import Any

import httpx

PAGES = {
    "/": 24,
    "/pricing": 12,
    "/docs": 11,
    "/docs/getting-started": 9,
    "/blog": 8,
    "/blog/how-we-built-a-live-dashboard-in-python": 6,
    "/products": 10,
    "/products/visitor-analytics/self-hosted/features": 4,
    "/checkout": 5,
    "/about": 4,
    "/contact": 3,
}
COUNTRIES = {"India": 9, "USA": 8, "Germany": 6, "France": 4, "Brazil": 4, "Japan": 3, "Kenya": 2}
DEVICES = {"desktop": 6, "mobile": 5, "tablet": 1}
REFERRERS = {"google.com": 6, "news.ycombinator.com": 3, "github.com": 2, None: 4}
ELEMENTS = {"menu": 4, "buy-button": 2, "search": 3}
WAVE_S = 240.0
"""Period of the rate, which rises and falls by 60 %."""
FEWEST_VISITORS = 4
MOST_VISITORS = 40
NEW_VISITOR_SHARE = 0.16
"""Share of events that begin a session."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("url", help="address of the dashboard")
    parser.add_argument("--rate", type=float, default=3, help="events a second (default: 3)")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    asyncio.run(send_traffic(options.url, options.rate, options.minutes * 60))


async def send_traffic(base_url: str, rate: float, seconds: float) -> None:
    """Post around ``rate`` events a second for ``seconds``.

    Raises:
        httpx.HTTPError: the server is gone or rejected an event.
    """
    visitors: list[Visitor] = []
    started_at = monotonic()
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        while (elapsed_s := monotonic() - started_at) < seconds:
            current_rate = rate * (1 + 0.6 * sin(2 * pi * elapsed_s / WAVE_S))
            if len(visitors) < FEWEST_VISITORS or random.random() < NEW_VISITOR_SHARE:
                visitors.append(Visitor(choose(COUNTRIES), choose(DEVICES), choose(REFERRERS)))
            visitor = random.choice(visitors[-MOST_VISITORS:])
            event = visitor.next_event()
            if event["type"] == "session_end":
                visitors.remove(visitor)
            (await http.post("/api/events", json=event)).raise_for_status()
            await asyncio.sleep(random.expovariate(current_rate))


@dataclass
class Visitor:
    """One session."""

    country: str
    device: str
    referrer: str | None
    id: str = field(default_factory=lambda: f"visitor-{random.getrandbits(24):06x}")

    def next_event(self) -> dict[str, Any]:
        kind = random.choices(("pageview", "click", "custom", "session_end"), (70, 18, 3, 5))[0]
        metadata: dict[str, Any] = {"device": self.device}
        if self.referrer:
            metadata["referrer"] = self.referrer
        if kind == "click":
            metadata["element"] = choose(ELEMENTS)
        event = {"type": kind, "page": choose(PAGES), "sessionId": self.id, "metadata": metadata}
        if kind == "custom":
            event["name"] = "signup"
        return event | {"country": self.country}


def choose(weighted: dict[Any, int]) -> Any:
    """Choose a key by its weight."""
    return random.choices(list(weighted), list(weighted.values()))[0]


if __name__ == "__main__":
    main()
