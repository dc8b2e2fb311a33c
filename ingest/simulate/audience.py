"""Who visits: countries by the time of day there, devices, and where people come from."""

from collections.abc import Mapping
from math import cos, pi
from random import Random

from msgspec import Struct

from ingest.simulate.website import pick

UTC_OFFSETS = {
    **{"India": 5.5, "United States": -6.0, "Germany": 1.0, "France": 1.0, "Brazil": -3.0},
    **{"Japan": 9.0, "Kenya": 3.0, "United Kingdom": 0.0, "Canada": -5.0, "Australia": 10.0},
}
SIZES = {
    **{"India": 20, "United States": 26, "Germany": 12, "France": 8, "Brazil": 8},
    **{"Japan": 7, "Kenya": 3, "United Kingdom": 8, "Canada": 5, "Australia": 3},
}
DEVICES = {"desktop": 52, "mobile": 41, "tablet": 7}
SOURCES: dict[str, dict[str, int]] = {
    "google.com": {"/": 44, "/docs": 14, "/docs/install": 16, "/pricing": 12, "/blog": 14},
    "": {"/": 70, "/docs": 12, "/pricing": 8, "/products": 10},
    "github.com": {"/": 30, "/docs/install": 44, "/docs/api": 26},
    "linkedin.com": {"/about": 30, "/blog/live-dashboards": 40, "/": 30},
    "newsletter": {"/blog": 40, "/products/dashboard": 60},
}
SOURCE_WEIGHTS = {"google.com": 44, "": 30, "github.com": 12, "linkedin.com": 7, "newsletter": 7}
HACKER_NEWS = "news.ycombinator.com"
BUSIEST_HOUR = 15.0
NIGHT = 0.08
"""Share of a country's people who visit at its quietest hour, twelve hours from the busiest."""


class Person(Struct, frozen=True):
    """One visitor before the first click. An empty ``source`` is no referrer."""

    country: str
    device: str
    source: str
    entry: str


def awake(country: str, hour: float) -> float:
    """How many of a country's people visit at an hour of the day in UTC, from ``NIGHT`` to 1."""
    local = hour + UTC_OFFSETS[country]
    day = (1 + cos(2 * pi * (local - BUSIEST_HOUR) / 24)) / 2
    return NIGHT + (1 - NIGHT) * day


def by_hour(hour: float) -> dict[str, float]:
    """The weights of all countries at an hour of the day in UTC."""
    return {country: size * awake(country, hour) for country, size in SIZES.items()}


def anybody(countries: Mapping[str, float], dice: Random) -> Person:
    """An ordinary visitor from one of the countries."""
    source = pick(SOURCE_WEIGHTS, dice)
    return Person(
        pick(dict(countries), dice), pick(DEVICES, dice), source, pick(SOURCES[source], dice)
    )
