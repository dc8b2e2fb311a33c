"""A journal with a past: people who were here minutes ago and hours ago."""

from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from time import time

from state.event import Entry, Tick
from state.journal.codec import encode
from state.journal.sqlite.database import row_of
from state.journal.sqlite.store import Store
from tests.support import event

MINUTE_S = 60
AGAIN_S = 30
"""Who is here does something each half a minute."""


def write_past(
    path: Path, people: dict[int, int], *, says_goodbye: bool = True, **fields: object
) -> str:
    """Write a journal in which so many people are here from so many minutes ago on, by
    ``{minutes: people}``. Who is there no more ``says_goodbye`` or does nothing more. Those of the
    last number who weren't here before have the ``fields``. Returns the journal's name for the
    server."""
    store = Store(path, synchronous="OFF", fresh_epoch="e", clock=time)
    now = time()
    numbers = count(1)
    steps = [(now - ago * MINUTE_S, here) for ago, here in people.items()]
    for (start, here), (end, after) in pairwise([*steps, (now, 0)]):
        is_last = end == now
        before = 0 if len(steps) == 1 else steps[-2][1]
        for at in _times(start, end):
            what: list[Entry] = [Tick()]
            for number in range(here):
                more = fields if is_last and number >= before else {}
                what.append(event("pageview", f"visitor-{number}", **more))  # type: ignore[arg-type]
            if says_goodbye and not is_last and end - at <= AGAIN_S:
                left = range(after, here)
                what += [event("session_end", f"visitor-{number}") for number in left]
            store.insert([row_of(next(numbers), at, encode(tuple(what)))])
    store.close()
    return f"sqlite:{path}"


def _times(start: float, end: float) -> Iterator[float]:
    while start < end:
        yield start
        start += AGAIN_S
