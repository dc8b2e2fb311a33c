"""What happens on the website: how many people come, who they are, and what doesn't work."""

from collections.abc import Callable
from math import exp, pi, sin
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from ingest.simulate.audience import HACKER_NEWS, Person, anybody, by_hour

WAVE_S = 240.0
LAUNCH_EVERY_S, LAUNCH_AT_S = 240.0, 60.0
LAUNCH_RISE_S, LAUNCH_FALL_S, LAUNCH_PEAK = 15.0, 60.0, 7.0
BOTS_EVERY_S, BOTS_AT_S, BOTS_FOR_S, BOTS_PEAK = 180.0, 45.0, 30.0, 4.0
OUTAGE_AT_S, OUTAGE_FOR_S = 60.0, 180.0
DUSK_S, DARK = 120.0, 0.04
BOT_COUNTRY, BOT_SOURCE = "Singapore", ""
AFTER_DARK_UTC = 23.0


class Moment(Struct, frozen=True):
    """A moment of a scenario: ``ordinary`` and ``extra`` visitors, as multiples of those of a calm
    day, and whether nobody can pay."""

    ordinary: float = 1.0
    extra: float = 0.0
    is_checkout_down: bool = False


class Scenario(Struct, frozen=True):
    """``moment`` gives what happens after so many seconds. ``is_bots`` says who the extra visitors
    are: bots, or people from Hacker News. ``hour`` is the hour of the day in UTC, None: the real
    one."""

    name: str
    what: str
    moment: Callable[[float], Moment]
    is_bots: bool = False
    hour: float | None = None


def _calm(elapsed_s: float) -> Moment:
    return Moment(ordinary=1 + 0.2 * sin(2 * pi * elapsed_s / WAVE_S))


def _launch(elapsed_s: float) -> Moment:
    since_s = (elapsed_s - LAUNCH_AT_S) % LAUNCH_EVERY_S
    if elapsed_s < LAUNCH_AT_S:
        return _calm(elapsed_s)
    rise = min(1.0, since_s / LAUNCH_RISE_S)
    fall = exp(-max(0.0, since_s - LAUNCH_RISE_S) / LAUNCH_FALL_S)
    return replace(_calm(elapsed_s), extra=LAUNCH_PEAK * rise * fall)


def _bot_wave(elapsed_s: float) -> Moment:
    since_s = (elapsed_s - BOTS_AT_S) % BOTS_EVERY_S
    is_here = elapsed_s >= BOTS_AT_S and since_s < BOTS_FOR_S
    return replace(_calm(elapsed_s), extra=BOTS_PEAK if is_here else 0.0)


def _checkout_outage(elapsed_s: float) -> Moment:
    is_down = OUTAGE_AT_S <= elapsed_s < OUTAGE_AT_S + OUTAGE_FOR_S
    return replace(_calm(elapsed_s), is_checkout_down=is_down)


def _night(elapsed_s: float) -> Moment:
    return Moment(ordinary=max(DARK, 1 - elapsed_s / DUSK_S))


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("calm", "an ordinary day", _calm),
        Scenario("launch", "a post on Hacker News after a minute, and every four minutes", _launch),
        Scenario(
            "bot-wave", "bots for half a minute, every three minutes", _bot_wave, is_bots=True
        ),
        Scenario("checkout-outage", "nobody can pay from 1:00 to 4:00", _checkout_outage),
        Scenario(
            "night", "nearly everybody leaves within two minutes", _night, hour=AFTER_DARK_UTC
        ),
    )
}


def ordinary_visitor(hour: float, dice: Random) -> Person:
    """A visitor of a calm day at an hour in UTC."""
    return anybody(by_hour(hour), dice)


def extra_visitor(scenario: Scenario, hour: float, dice: Random) -> Person:
    """A visitor whom the scenario adds."""
    if scenario.is_bots:
        return Person(BOT_COUNTRY, "desktop", BOT_SOURCE, "/")
    return replace(ordinary_visitor(hour, dice), source=HACKER_NEWS, entry="/blog/launch")
