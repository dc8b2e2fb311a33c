"""Visitors as they could be: they come, look around, click, and leave. For looking at the page, not
for measuring: ``python -m tools.demo_traffic http://localhost:3000``."""

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


@dataclass
class Visitor:
    country: str
    device: str
    referrer: str | None
    id: str = field(default_factory=lambda: f"visitor-{random.getrandbits(24):06x}")

    def event(self) -> dict[str, Any]:
        kind = random.choices(("pageview", "click", "custom", "session_end"), (70, 18, 3, 5))[0]
        metadata: dict[str, Any] = {"device": self.device}
        if self.referrer:
            metadata["referrer"] = self.referrer
        if kind == "click":
            metadata["element"] = pick(ELEMENTS)
        event = {"type": kind, "page": pick(PAGES), "sessionId": self.id, "metadata": metadata}
        if kind == "custom":
            event["name"] = "signup"
        return event | {"country": self.country}


def pick(weighted: dict[Any, int]) -> Any:
    return random.choices(list(weighted), list(weighted.values()))[0]


async def send(base_url: str, rate: float, seconds: float) -> None:
    """Around ``rate`` events a second for so long, in waves, as a day has them."""
    here: list[Visitor] = []
    began = monotonic()
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        while (after := monotonic() - began) < seconds:
            crowd = rate * (1 + 0.6 * sin(2 * pi * after / WAVE_S))
            if len(here) < 4 or random.random() < 0.16:
                here.append(Visitor(pick(COUNTRIES), pick(DEVICES), pick(REFERRERS)))
            visitor = random.choice(here[-40:])
            event = visitor.event()
            if event["type"] == "session_end":
                here.remove(visitor)
            (await http.post("/api/events", json=event)).raise_for_status()
            await asyncio.sleep(random.expovariate(crowd))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("url", help="address of the dashboard")
    parser.add_argument("--rate", type=float, default=3, help="events a second (default: 3)")
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    asyncio.run(send(asked.url, asked.rate, asked.minutes * 60))
