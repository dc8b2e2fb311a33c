"""A ring of numbers in blocks; a block of one number alone takes next to nothing."""

from array import array
from collections.abc import Iterator

from state.usual.pieces import NUMBER


class BlockRing:
    """``blocks`` of ``size`` numbers of four bytes each, all ``empty`` in the beginning. A block
    all of whose numbers are the same is kept as that number: a website without visitors takes no
    room."""

    def __init__(self, blocks: int, size: int, empty: int) -> None:
        self._size = size
        self._empty = empty
        self._blocks: list[int | array[int]] = [empty] * blocks

    def __len__(self) -> int:
        return len(self._blocks) * self._size

    def set(self, place: int, number: int) -> None:
        """Replace one number."""
        index, rest = divmod(place, self._size)
        block = self._blocks[index]
        if isinstance(block, int):
            if block == number:
                return
            block = self._blocks[index] = array(NUMBER, [block]) * self._size
        block[rest] = number
        if rest == self._size - 1:
            self._shrink(index)

    def slice(self, first: int, count: int) -> "array[int]":
        """``count`` numbers from the place ``first`` on, around the end of the ring."""
        found = array(NUMBER)
        for index, begin, end in self._spans(first, count):
            block = self._blocks[index]
            found += (
                array(NUMBER, [block]) * (end - begin)
                if isinstance(block, int)
                else block[begin:end]
            )
        return found

    def clear(self, first: int, count: int) -> None:
        """Make so many numbers from the place ``first`` on empty, around the end of the ring."""
        for index, begin, end in self._spans(first, count):
            block = self._blocks[index]
            if end - begin == self._size:
                self._blocks[index] = self._empty
            elif isinstance(block, int):
                if block != self._empty:
                    block = self._blocks[index] = array(NUMBER, [block]) * self._size
                    block[begin:end] = array(NUMBER, [self._empty]) * (end - begin)
            else:
                block[begin:end] = array(NUMBER, [self._empty]) * (end - begin)

    def count(self, number: int) -> int:
        """How often the number is in the ring."""
        size = self._size
        return sum(
            size * (block == number) if isinstance(block, int) else block.count(number)
            for block in self._blocks
        )

    def load(self, numbers: "array[int]") -> None:
        """Replace all numbers."""
        size = self._size
        for index in range(len(self._blocks)):
            self._blocks[index] = numbers[index * size : (index + 1) * size]
            self._shrink(index)

    def _shrink(self, index: int) -> None:
        block = self._blocks[index]
        if not isinstance(block, int) and block.count(block[0]) == self._size:
            self._blocks[index] = block[0]

    def _spans(self, first: int, count: int) -> Iterator[tuple[int, int, int]]:
        """The blocks of a range: the index of each, and the first and last place inside."""
        while count > 0:
            index, begin = divmod(first % len(self), self._size)
            end = min(self._size, begin + count)
            yield index, begin, end
            first, count = first + end - begin, count - (end - begin)
