"""Distinct fingerprints: as exact as a set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.counting.distinct import CHUNK, Distinct, fingerprint


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
