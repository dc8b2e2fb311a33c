"""Bounded, exact where they promise to be, and equal to a naive count."""

from collections import Counter
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.counting.distinct import CHUNK, Distinct, fingerprint
from state.counting.event_ids import EventIds
from state.counting.top_counter import OTHER, TopCounter, largest

names = st.sampled_from([*"abcdefghij", OTHER])
additions = st.lists(st.tuples(names, st.integers(1, 4)), max_size=80)


def counted(added: list[tuple[str, int]], *, names: int = 1_000, top: int = 3) -> TopCounter:
    counter = TopCounter(names=names, top=top)
    for name, times in added:
        counter.add(name, times)
    return counter


def naive(added: list[tuple[str, int]]) -> Counter[str]:
    count: Counter[str] = Counter()
    for name, times in added:
        count[name] += times
    return count


@given(additions)
def test_the_sum_of_a_top_list_is_all_that_was_counted(added: list[tuple[str, int]]):
    counter = counted(added)
    assert sum(counter.named().values()) == counter.total == naive(added).total()


@given(additions)
def test_the_named_ones_are_the_most_counted_with_their_exact_counts(added: list[tuple[str, int]]):
    named, count = counted(added).named(), naive(added)
    named.pop(OTHER, None)
    count.pop(OTHER, None)
    assert all(count[name] == times for name, times in named.items())
    assert sorted(named.values(), reverse=True) == sorted(count.values(), reverse=True)[:3]


@given(additions)
def test_the_sum_stays_exact_beyond_the_names_that_are_remembered(added: list[tuple[str, int]]):
    named, count = counted(added, names=4, top=3).named(), naive(added)
    assert sum(named.values()) == count.total()
    assert all(count[name] == times for name, times in named.items() if name != OTHER)


def test_names_beyond_those_that_are_remembered_are_never_told():
    assert counted([("a", 1), ("b", 1), ("c", 5), ("a", 1)], names=2).named() == {
        "a": 2,
        "b": 1,
        OTHER: 5,
    }


def test_a_real_page_named_other_is_counted_in_that_row():
    assert counted([("a", 1), (OTHER, 5)]).named() == {"a": 1, OTHER: 5}
    assert counted([("a", 2), ("b", 2), ("c", 2), ("d", 1), (OTHER, 5)]).named()[OTHER] == 6


def test_without_others_there_is_no_row_for_them():
    assert counted([("a", 1), ("b", 2)]).named() == {"a": 1, "b": 2}
    assert counted([]).named() == {}


def test_fifty_names_are_told():
    counter = TopCounter(names=1_000)
    for number in range(51):
        counter.add(f"/{number}", number + 1)
    assert len(counter.named()) == 51
    assert counter.named()[OTHER] == 1


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


@pytest.mark.parametrize("step", [1, -1, 7_919])
def test_distinct_counts_each_one_once(step: int):
    """In rising, falling and mixed order, over several splits of its chunks."""
    prints = [(number * step) % 2**64 for number in range(5 * CHUNK)]
    distinct = Distinct()
    for print_ in [*prints, *reversed(prints), 0, 2**64 - 1]:
        distinct.add(print_)
    assert distinct.count == len({*prints, 0, 2**64 - 1})


@given(st.lists(st.text(max_size=3), max_size=300))
def test_distinct_equals_a_set(texts: list[str]):
    distinct = Distinct()
    for text in texts:
        distinct.add(fingerprint(text))
    assert distinct.count == len(set(texts))


def test_a_fingerprint_is_the_same_in_every_process():
    assert fingerprint("visitor-001") == 0xC2012E19C6FC4621


def test_the_largest_come_in_one_order_whatever_the_order_of_counting():
    assert list(largest({"b": 2, "c": 5, "a": 2})) == ["c", "a", "b"]
    assert list(largest({"a": 2, OTHER: 1, "c": 5, "b": 2})) == ["c", "a", "b", OTHER]
