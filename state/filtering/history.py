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
        self._seqs = [mark.seq for mark in marks]
        self._times = [mark.at for mark in marks]
        self._changes: deque[int] = deque([0] * (len(self._seqs) + 1))
        self._unknown = {number for number, mark in enumerate(marks) if mark.people is None}
        self._dropped = 0
        self._base = 0

    def advance(self, now: float, seq: int, *, is_known: bool) -> None:
        """Enter the boundaries up to ``now``; ``seq`` is the latest message before them. At most
        those of half an hour."""
        self.next_at = max(self.next_at, now // STEP_S * STEP_S - (MOMENTS - 1) * STEP_S)
        while now >= self.next_at:
            if not is_known:
                self._unknown.add(self._dropped + len(self._seqs))
            self._seqs.append(seq)
            self._times.append(self.next_at)
            self._changes.append(0)
            self.next_at += STEP_S
        while len(self._seqs) > MOMENTS:
            del self._seqs[0], self._times[0]
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

    def begin_after(self, seq: int) -> None:
        """Count a member since the message ``seq``."""
        self._changes[bisect_left(self._seqs, seq)] += 1

    def add_past(self, seq: int, at: float, next_seq: int | None) -> None:
        """Count a member since the message ``seq``, until ``at``, or until the message ``next_seq``
        if that is earlier."""
        begin, end = bisect_left(self._seqs, seq), bisect_left(self._times, at)
        if next_seq is not None:
            end = min(end, bisect_left(self._seqs, next_seq))
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
