"""A ring in blocks holds what a plain list holds."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from state.usual.pieces import NUMBER
from state.usual.ring import BlockRing

BLOCKS, SIZE, EMPTY = 3, 4, 99
places = st.integers(0, 30)
changes = st.one_of(
    st.tuples(st.just("set"), places, st.sampled_from([0, 0, 0, 1, EMPTY])),
    st.tuples(st.just("clear"), places, st.integers(0, BLOCKS * SIZE)),
)


@given(st.lists(changes, max_size=40), places, st.integers(0, BLOCKS * SIZE))
def test_a_ring_holds_what_a_plain_list_holds(history: list, first: int, count: int):
    ring, plain = BlockRing(BLOCKS, SIZE, EMPTY), [EMPTY] * BLOCKS * SIZE
    for kind, place, number in history:
        if kind == "set":
            ring.set(place % len(plain), number)
            plain[place % len(plain)] = number
        else:
            ring.clear(place, number)
            for at in range(place, place + number):
                plain[at % len(plain)] = EMPTY
        assert list(ring.slice(0, len(plain))) == plain
        assert [ring.count(each) for each in (0, 1, EMPTY)] == [
            plain.count(each) for each in (0, 1, EMPTY)
        ]
    assert list(ring.slice(first, count)) == [plain[at % 12] for at in range(first, first + count)]
    other = BlockRing(BLOCKS, SIZE, EMPTY)
    other.load(array(NUMBER, plain))
    assert list(other.slice(0, len(plain))) == plain


def test_numbers_that_are_all_the_same_take_no_room():
    ring = BlockRing(35, 1_440, EMPTY)
    for place in range(len(ring)):
        ring.set(place, 0)
    held = [block for block in ring._blocks if not isinstance(block, int)]
    assert not held
