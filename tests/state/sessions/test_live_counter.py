"""Counts that rise and fall, and their largest, against a plain count."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.sessions import live_counter
from state.sessions.live_counter import LiveCounter

MOST = 3
changes = st.lists(st.tuples(st.booleans(), st.integers(0, 12), st.booleans()), max_size=120)
"""Whether one is added, of which name, and whether the largest are asked for afterwards."""


def check(counter: LiveCounter, plain: Counter[str], most: int) -> None:
    told = counter.largest(most)
    assert all(plain[name] == count for name, count in told)
    assert [count for _, count in told] == sorted(plain.values(), reverse=True)[:most]
    assert told == sorted(told, key=lambda item: (-item[1], item[0]))
    assert counter.total == plain.total()


@pytest.mark.parametrize("few", [0, 4, 1_000])
@given(changes)
def test_the_largest_are_those_of_a_plain_count(few: int, changed: list[tuple[bool, int, bool]]):
    """With a small ``FEW`` the floor is in use."""
    counter, plain = LiveCounter(), Counter[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_counter, "FEW", few)
        for is_added, number, is_asked in changed:
            name = f"/{number}"
            if is_added:
                counter.add(name)
                plain[name] += 1
            elif plain[name]:
                counter.remove(name)
                plain[name] -= 1
            plain += Counter()
            if is_asked:
                check(counter, plain, MOST)


def test_among_100_000_names_the_largest_are_found_while_all_counts_change():
    dice, counter, plain = random.Random(7), LiveCounter(), Counter[str]()
    for number in range(100_000):
        counter.add(f"/{number}")
        plain[f"/{number}"] += 1
    for number in range(60_000):
        name = f"/{min(dice.randrange(100_000), dice.randrange(100_000)) // (1 + number % 500)}"
        if dice.random() < 0.6 or not plain[name]:
            counter.add(name)
            plain[name] += 1
        else:
            counter.remove(name)
            plain[name] -= 1
        if number % 5_000 == 0:
            plain += Counter()
            check(counter, plain, 50)
