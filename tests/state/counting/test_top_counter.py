"""Bounded, exact where they promise to be, and equal to a naive count."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

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


def test_the_largest_come_in_one_order_whatever_the_order_of_counting():
    assert list(largest({"b": 2, "c": 5, "a": 2})) == ["c", "a", "b"]
    assert list(largest({"a": 2, OTHER: 1, "c": 5, "b": 2})) == ["c", "a", "b", OTHER]
