"""When an alert of each kind starts and ends, at one moment. Starts and ends lie apart, relative to
what is usual, so that a number near a limit doesn't start and end it in turns."""

from collections.abc import Callable, Mapping
from math import ceil

from msgspec import Struct

from state.alert_rules.rule import AlertRule
from state.alerts import Alert
from state.usual.band import Band

DAY_MINUTES = 1_440
"""So many minutes have to be known before the most people of them are a record."""

CALM_PART = 0.25
"""An alert ends a quarter of the way between what is usual and the limit where it starts."""

RECORD_PART = 0.9
NEWCOMERS_PART = 0.5


class Sight(Struct, frozen=True):
    """What is seen at a moment. The latest event came at ``latest_at``; without a gap in what is
    known there was none since ``silent_since``. ``peak`` is the most people before, and ``known``
    the number of known minutes. ``newcomers`` are the people from each new source, the largest
    first."""

    at: float
    people: int
    band: Band | None
    latest_at: float
    silent_since: float
    peak: int | None
    known: int
    newcomers: Mapping[str, int]


def limit(rule: AlertRule, sight: Sight) -> float | None:
    """The number of people (of ``silence``: minutes) beyond which the rule's alert starts; None if
    it can't start."""
    return _LIMITS[rule.kind](rule, sight)


def starts(rule: AlertRule, sight: Sight) -> bool:
    bound = limit(rule, sight)
    if bound is None:
        return False
    if rule.kind == "silence":
        return sight.at - sight.silent_since >= bound * 60
    if rule.kind == "new_source":
        return max(sight.newcomers.values(), default=0) >= max(1, bound)
    return sight.people < bound if rule.kind == "below" else sight.people > bound


def ends(rule: AlertRule, sight: Sight, alert: Alert) -> bool:
    """True if what raised the alert is over."""
    if rule.kind == "silence":
        return sight.latest_at > alert.at
    if rule.kind == "new_source":
        return sight.newcomers.get(alert.causes[0].name, 0) < NEWCOMERS_PART * alert.threshold
    if rule.kind == "record":
        return sight.people < RECORD_PART * max(sight.peak or 0, alert.threshold)
    bound = limit(rule, sight)
    if bound is None or sight.band is None:
        return sight.band is not None
    if rule.kind == "above":
        return sight.people <= sight.band.high + CALM_PART * (bound - sight.band.high)
    return sight.people >= sight.band.low - CALM_PART * (sight.band.low - bound)


def shown(bound: float) -> int:
    """The limit as it is shown: the first number beyond ``above``, the same for the others."""
    return ceil(bound)


def _above(rule: AlertRule, sight: Sight) -> float | None:
    if sight.band is None:
        return None
    return max(sight.band.high * rule.factor, sight.band.high + rule.least)


def _below(rule: AlertRule, sight: Sight) -> float | None:
    if sight.band is None:
        return None
    bound = min(sight.band.low / rule.factor, sight.band.low - rule.least)
    return bound if bound > 0 else None


def _silence(rule: AlertRule, sight: Sight) -> float | None:
    is_lively = sight.band is not None and sight.band.median >= max(1, rule.least)
    return rule.minutes if is_lively else None


def _record(rule: AlertRule, sight: Sight) -> float | None:
    if sight.peak is None or sight.known < DAY_MINUTES:
        return None
    return max(sight.peak, rule.least - 1)


def _new_source(rule: AlertRule, sight: Sight) -> float | None:
    return rule.least if sight.known >= DAY_MINUTES else None


_LIMITS: dict[str, Callable[[AlertRule, Sight], float | None]] = {
    "above": _above,
    "below": _below,
    "silence": _silence,
    "record": _record,
    "new_source": _new_source,
}
