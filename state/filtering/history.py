"""How many members a filter had at each ten seconds of half an hour."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import accumulate

from state.usual.history import MOMENTS, STEP_S, PeopleAt


class MemberHistory:
    """Members at the boundaries of the clock, as the changes from one boundary to the next. So what
    is found out later, step by step, about the time before fits to what is counted meanwhile.

    It begins with the boundaries that the state knows (``marks``). One that comes is entered by
    ``advance``, before anything that happens after it."""

    def __init__(self, marks: Iterable[PeopleAt], next_at: float) -> None:
        self.next_at = next_at
        self._numbers = [mark.number for mark in marks]
        self._times = [mark.at for mark in marks]
        self._changes: deque[int] = deque([0] * (len(self._numbers) + 1))
        self._unknown = {number for number, mark in enumerate(marks) if mark.people is None}
        self._dropped = 0
        self._base = 0

    def advance(self, now: float, number: int, *, is_known: bool) -> None:
        """Enter the boundaries up to ``now``; ``number`` is that of the latest activity before
        them. At most those of half an hour."""
        self.next_at = max(self.next_at, now // STEP_S * STEP_S - (MOMENTS - 1) * STEP_S)
        while now >= self.next_at:
            if not is_known:
                self._unknown.add(self._dropped + len(self._numbers))
            self._numbers.append(number)
            self._times.append(self.next_at)
            self._changes.append(0)
            self.next_at += STEP_S
        while len(self._numbers) > MOMENTS:
            del self._numbers[0], self._times[0]
            self._base += self._changes.popleft()
            self._unknown.discard(self._dropped)
            self._dropped += 1

    def begin_now(self) -> None:
        """Count a member from the next boundary on."""
        self._changes[-1] += 1

    def end(self, at: float | None) -> None:
        """Count a member no more from the next boundary on; or until time was over for it, at
        ``at``, which was before that boundary."""
        self._changes[-1 if at is None else bisect_left(self._times, at)] -= 1

    def begin_after(self, number: int) -> None:
        """Count a member since the activity ``number``."""
        self._changes[bisect_left(self._numbers, number)] += 1

    def add_past(self, number: int, at: float, next_number: int | None) -> None:
        """Count a member since the activity ``number``, until ``at``, or until the activity
        ``next_number`` if that is earlier."""
        begin, end = bisect_left(self._numbers, number), bisect_left(self._times, at)
        if next_number is not None:
            end = min(end, bisect_left(self._numbers, next_number))
        if begin < end:
            self._changes[begin] += 1
            self._changes[end] -= 1

    def is_unknown_before(self, at: float) -> None:
        """Note that what was before ``at`` can't be found out."""
        first = self._dropped
        self._unknown |= set(range(first, first + bisect_left(self._times, at)))

    def counts(self) -> Iterator[tuple[float, int | None]]:
        """Each boundary, and the members then; None where that is unknown. The oldest first."""
        numbers = accumulate(self._changes, initial=self._base)
        next(numbers)
        for place, (at, number) in enumerate(zip(self._times, numbers, strict=False)):
            yield at, None if self._dropped + place in self._unknown else number
