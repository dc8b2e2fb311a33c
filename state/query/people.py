"""Reads of who is here, and was here lately: lists, history, what explains a change."""

from collections.abc import Sequence
from typing import NamedTuple

from state.alerts import Cause
from state.changes.cause import AGO_S, causes
from state.changes.tops import PeopleTops, changes
from state.filtering.filter import EVERYTHING, Filter
from state.model import Model
from state.query.numbers import counts_of
from state.sessions.expiry.activity_queue import MINUTE_S
from state.sessions.people import People

LISTED = 100
CHANGE_S = 300.0


class Listed(NamedTuple):
    """The largest counts of a dimension, all of its names, and their sum. ``changes`` are those of
    the counts against five minutes before, each None where it isn't known."""

    counts: dict[str, int]
    names: int
    total: int
    changes: Sequence[int | None] = ()


def here_by(
    model: Model, dimension: str, filter_: Filter = EVERYTHING, most: int = LISTED
) -> Listed:
    """The active sessions that match by one of ``DIMENSIONS``, the ``most`` largest counts in
    descending order."""
    people, tops = people_of(model, filter_), _tops(model, filter_)
    counter, before = people.counter(dimension), tops.since(model.now - CHANGE_S)
    counts = dict(counter.largest(most))
    is_known = before is not None and before.at <= model.now - CHANGE_S + 2 * MINUTE_S
    return Listed(
        counts,
        len(counter.counts),
        counter.total,
        changes(before, dimension, counts) if before and is_known else [None] * len(counts),
    )


def is_counted(model: Model, dimension: str) -> bool:
    """True if any session of today, or any that is active, has a name in that dimension."""
    of_day = model.day.counter(dimension)
    return bool(of_day.total or model.sessions.people.counter(dimension).counts)


def why(model: Model, filter_: Filter = EVERYTHING) -> tuple[Cause, ...]:
    """What explains that more, or fewer, people are here than half an hour ago, or than in the
    first minute that is known since."""
    before = _tops(model, filter_).since(model.now - AGO_S)
    return causes(people_of(model, filter_), before) if before else ()


def today_by(model: Model, dimension: str) -> Listed:
    """The counts of today: ``pages`` by pageviews; ``entries``, ``exits``, ``countries``,
    ``devices`` and ``sources`` by visits. The 50 largest and "(other)", in no order."""
    counter = model.day.counter(dimension)
    return Listed(counter.named(), counter.names, counter.total)


def history(model: Model, filter_: Filter = EVERYTHING) -> list[tuple[float, int | None]]:
    """How many active sessions matched at each ten seconds of the last half hour, the oldest first.
    Before a filter was asked for, a session counts for its whole length by what is known of it
    now."""
    if filter_:
        return counts_of(model, filter_).history()
    return [(moment.at, moment.people) for moment in model.people.moments]


def people_of(model: Model, filter_: Filter) -> People:
    """The active sessions that match by dimension."""
    return counts_of(model, filter_).people if filter_ else model.sessions.people


def _tops(model: Model, filter_: Filter) -> PeopleTops:
    """The largest of earlier minutes."""
    return counts_of(model, filter_).tops if filter_ else model.tops
