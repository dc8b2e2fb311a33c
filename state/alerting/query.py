"""Reads for the page and REST: alerts, and the people here beside what is usual."""

from typing import NamedTuple

from state.alerts import Alert
from state.model import Model
from state.usual.band import Band
from state.wire.alerts import AlertList, AlertRuleShape, KnownAlert, UsualShape
from state.wire.types import iso


class Difference(NamedTuple):
    """People here now, what is usual now, and how many are above (or, negative, below) the band; 0
    within it, None while nothing is known to be usual."""

    people: int
    usual: Band | None
    beyond: int | None


def difference(model: Model) -> Difference:
    """The numbers of the sentence "+290 above usual"."""
    people = len(model.sessions)
    band = model.watches.bands.at(model.now) if model.now else None
    if band is None:
        return Difference(people, None, None)
    nearest = min(max(people, band.low), band.high)
    return Difference(people, band, round(people - nearest))


def alerts(model: Model) -> AlertList:
    """The answer of ``GET /api/analytics/alerts``: ``active`` the earliest first, ``recent`` the
    latest first, these included."""
    now = difference(model)
    return AlertList(
        people_here=now.people,
        usual=UsualShape.of(now.usual),
        rules=[AlertRuleShape.of(rule) for rule in model.watches.rules],
        active=[KnownAlert.of(each) for each in sorted(model.watches.active, key=_started_at)],
        recent=[KnownAlert.of(each) for each in reversed(model.alerts)],
        as_of=iso(model.now),
    )


def _started_at(alert: Alert) -> float:
    return alert.at
