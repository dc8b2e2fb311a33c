"""Bounded, exact where they promise to be, and equal to a naive count."""

from collections import Counter
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.counters import OTHER, KnownIds, TopCounter
from state.distinct import CHUNK, Distinct, fingerprint
from state.windows import LastMinute, MinuteRing, SlidingDistinct

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


steps = st.lists(st.tuples(st.floats(0, 30), st.sampled_from("abcde")), max_size=60)


@given(steps, st.floats(0, 90))
def test_sliding_window_holds_what_a_naive_one_holds(steps: list[tuple[float, str]], rest: float):
    window: SlidingDistinct[str] = SlidingDistinct(60)
    now, seen = 1_000.0, []
    for pause, key in steps:
        now += pause
        window.add(key, now)
        seen.append((now, key))
    now += rest
    window.advance(now)
    expected = {key for at, key in seen if now < at + 60}
    assert set(window.keys) == expected


def test_sliding_window_is_due_when_its_oldest_key_leaves():
    window: SlidingDistinct[str] = SlidingDistinct(60)
    assert window.due_at() is None
    window.add("ann", 100)
    window.add("bob", 110)
    assert window.due_at() == 160
    window.add("ann", 120)
    assert window.due_at() == 170


def test_a_key_leaves_the_window_exactly_at_its_end():
    window: SlidingDistinct[str] = SlidingDistinct(60)
    window.add("ann", 100)
    window.advance(159.999)
    assert len(window.keys) == 1
    window.advance(160)
    assert len(window.keys) == 0


def test_the_last_minute_tells_no_number_while_it_remembers_too_little():
    #   room for two: 0 ann   10 bob   20 ann pushes the first out: not known until 60
    minute = LastMinute(60, most=2)
    minute.add("ann", ("India", "/a"), 0)
    minute.add("bob", ("India", "/a"), 10)
    assert (minute.events(10), minute.visitors(10, lambda place: True)) == (2, 2)
    minute.add("ann", ("India", "/b"), 20)
    assert (minute.events(20), minute.visitors(59.9, lambda place: True)) == (None, None)
    minute.advance(60)
    assert minute.events(60) == 2
    assert minute.visitors(60, lambda place: place[1] == "/b") == 1
    minute.advance(70)
    assert (minute.events(70), minute.due_at()) == (1, 80)


def test_minutes_are_those_of_the_clock_and_the_last_one_is_running():
    #   23:59:59.9 ann | 00:00:00 bob, ann 00:00:59 | -> running minute: two, the one before: one
    ring = MinuteRing()
    ring.add("ann", ("India", "/"), 59.9)
    ring.add("bob", ("India", "/"), 60.0)
    ring.add("ann", ("India", "/"), 119.0)
    assert ring.counts() == [0] * 8 + [1, 2]
    ring.advance(120)
    assert ring.counts() == [0] * 7 + [1, 2, 0]


def test_a_minute_is_gone_after_ten():
    ring = MinuteRing()
    ring.add("ann", ("India", "/"), 30)
    ring.advance(9 * 60 + 59)
    assert ring.counts() == [1] + [0] * 9
    assert ring.due_at() == 600
    ring.advance(600)
    assert ring.counts() == [0] * 10
    assert ring.due_at() is None


def test_a_minute_with_too_many_places_tells_no_number_under_a_filter():
    #   room for two: a third pair of session and place, while a known one is no third
    ring = MinuteRing(most_places=2)
    for session, page in (("ann", "/a"), ("bob", "/a"), ("ann", "/a")):
        ring.add(session, ("India", page), 30)
    assert ring.counts(lambda place: True)[-1] == 2
    ring.add("ann", ("India", "/b"), 31)
    assert (ring.counts()[-1], ring.counts(lambda place: True)[-1]) == (2, None)
    ring.add("ann", ("India", "/b"), 60)
    assert ring.counts(lambda place: True)[-2:] == [None, 1]


@given(
    st.lists(
        st.tuples(st.floats(0, 200), st.sampled_from("abc"), st.sampled_from(["/x", "/y", None])),
        max_size=40,
    ),
    st.sampled_from([None, "/x"]),
)
def test_minutes_equal_a_naive_count(steps: list[tuple[float, str, str | None]], only: str | None):
    ring, now, seen = MinuteRing(), 6_000.0, []
    for pause, session, page in steps:
        now += pause
        ring.add(session, ("India", page), now)
        seen.append((now // 60, session, page))
    ring.advance(now)
    last = int(now // 60)
    expected = [
        len({s for minute, s, page in seen if minute == index and only in (None, page)})
        for index in range(last - 9, last + 1)
    ]
    assert ring.counts((lambda place: place[1] == only) if only else None) == expected


@pytest.mark.parametrize("most", [2, 3, 10, 11])
def test_at_least_half_of_the_limit_of_ids_stay_known(most: int):
    ids = KnownIds(most)
    for number in range(100):
        ids.add(f"id-{number}", float(number))
        newest = range(max(0, number + 1 - most // 2), number + 1)
        assert [deepcopy(ids).add(f"id-{n}", -1.0) for n in newest] == [float(n) for n in newest]
        assert sum(deepcopy(ids).add(f"id-{n}", -1.0) is not None for n in range(100)) <= most


def test_unknown_and_cleared_ids_are_not_found():
    ids = KnownIds(10)
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
