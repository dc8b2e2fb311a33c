"""Event ids: at least half of the limit stays known."""

from copy import deepcopy

import pytest

from state.counting.event_ids import EventIds


@pytest.mark.parametrize("most", [2, 3, 10, 11])
def test_at_least_half_of_the_limit_of_ids_stay_known(most: int):
    ids = EventIds(most)
    for number in range(100):
        ids.add(f"id-{number}", float(number))
        newest = range(max(0, number + 1 - most // 2), number + 1)
        assert [deepcopy(ids).add(f"id-{n}", -1.0) for n in newest] == [float(n) for n in newest]
        assert sum(deepcopy(ids).add(f"id-{n}", -1.0) is not None for n in range(100)) <= most


def test_unknown_and_cleared_ids_are_not_found():
    ids = EventIds(10)
    ids.add("a", 1.0)
    assert ids.add("b", 2.0) is None
    ids.clear()
    assert ids.add("a", 3.0) is None
    assert ids.add("a", 4.0) == 3.0
