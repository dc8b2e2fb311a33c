"""A query changes nothing: what the model holds is the same before and after it."""

from collections import deque
from typing import Any

from hypothesis import given

from state import query
from tests.state.histories import Step, analytics, answers, records_of, starts, steps

CACHES = ("_json", "filters")
"""Attributes that hold what was worked out, and no number that isn't held elsewhere."""


def picture(value: Any, inside: frozenset[int] = frozenset()) -> Any:
    """All that an object of ours holds, in its order, caches aside."""
    if id(value) in inside:
        return "..."
    inside |= {id(value)}
    if isinstance(value, dict):
        return [(key, picture(each, inside)) for key, each in value.items()]
    if isinstance(value, list | tuple | deque):
        return [picture(each, inside) for each in value]
    if type(value).__module__.startswith("state.") and not isinstance(value, str):
        names = getattr(value, "__struct_fields__", None) or vars(value)
        return {name: picture(getattr(value, name), inside) for name in names if name not in CACHES}
    return repr(value)


@given(starts, steps)
def test_no_query_changes_the_model(start: float, history: list[Step]):
    house = analytics()
    for record in records_of(start, history):
        house.apply(record)
        before = picture(house.model)
        for later_s in (0, 1, 59, 60, 300, 86_400):
            house.due(record.at + later_s)
        answers(house, record.at)
        query.events_per_minute(house.model)
        assert picture(house.model) == before


@given(starts, steps)
def test_pruning_changes_no_answer(start: float, history: list[Step]):
    house, pruned = analytics(), analytics()
    for record in records_of(start, history):
        house.apply(record)
        pruned.apply(record)
        pruned.prune()
        assert pruned.model.due_at() == house.model.due_at()
        assert answers(pruned, record.at) == answers(house, record.at)
