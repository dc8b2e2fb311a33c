"""How many people were here in the last half hour, what was usual, and the alerts of that time."""

from typing import NamedTuple

from state import query
from state.filtering.filter import Filter
from state.model import Model
from state.usual.history import MOMENTS, STEP_S
from ui.texts.text import Text
from ui.viewmodel.alerts.sentences import beginning

LENGTH_S = (MOMENTS - 1) * STEP_S
MINUTE_S = 60

Point = tuple[int, int | None]


class UsualAt(NamedTuple):
    """The quantiles 10 and 90 of a minute."""

    at: int
    low: float
    high: float


class Mark(NamedTuple):
    """An alert on the chart."""

    at: float
    text: Text


class HereHistory(NamedTuple):
    """People at each ten seconds, None where unknown, the oldest first; ``usual`` is for everyone,
    so it is empty under a filter."""

    points: list[Point]
    usual: list[UsualAt]
    marks: list[Mark]


NO_HISTORY = HereHistory([], [], [])


def here_history(model: Model, filter_: Filter) -> HereHistory:
    """The history as of the latest journal record."""
    points = [(int(at), people) for at, people in query.history(model, filter_)]
    if not points:
        return NO_HISTORY
    since = points[-1][0] - LENGTH_S
    return HereHistory(
        points,
        [] if filter_ else _usual(model, points),
        [Mark(each.at, beginning(each)) for each in model.alerts if each.at >= since],
    )


def appended(before: list[Point], after: list[Point]) -> list[Point] | None:
    """What came at the end since ``before``, if that is all that has changed besides the points
    that are too old now."""
    if not before or not after:
        return None
    new = [point for point in after if point[0] > before[-1][0]]
    staying = len(after) - len(new)
    return new if 0 < staying <= len(before) and before[-staying:] == after[:staying] else None


def _usual(model: Model, points: list[Point]) -> list[UsualAt]:
    first, last = points[0][0] // MINUTE_S, points[-1][0] // MINUTE_S
    minutes = [minute * MINUTE_S for minute in range(first, last + 1)]
    bands = [(at, model.watches.bands.at(at)) for at in minutes]
    return [UsualAt(at, band.low, band.high) for at, band in bands if band is not None]
