"""What an event costs the numbers alone, without HTTP, for so many running sessions and so many
pages. It is meant to run in a process that has done nothing else: see ``apart``."""

import gc
import multiprocessing
import random
from collections.abc import Callable
from time import process_time

from bench.harness.process import pinned
from bench.micro.apply import COUNTRIES, KINDS, METADATA, NOON, analytics
from state.event import Event, EventType
from state.journal.base import Record

STEP_S = 0.001
"""Between two events: the same for any number of sessions, so that the windows of a minute hold as
many events."""
VISIT = 5
"""Events of a visit on average, the last of which ends it."""
WINDOW_EVENTS = 60_000
CHUNK = 1_000


class Website:
    """First everybody comes once and each page is visited once, then chance decides, and each page
    is as likely as the other. A fifth of the visitors is between two visits."""

    def __init__(self, sessions: int, pages: int) -> None:
        self._random = random.Random(1)
        self.visitors = sessions * VISIT // (VISIT - 1)
        self.pages = pages
        self._number = 0

    def records(self, number: int) -> list[Record]:
        return [self._record() for _ in range(number)]

    def _record(self) -> Record:
        number, choice = self._number, self._random
        self._number += 1
        visitor = number if number < self.visitors else choice.randrange(self.visitors)
        page = number if number < self.pages else choice.randrange(self.pages)
        ends = choice.randrange(VISIT) == 0
        event = Event(
            id=f"event-{number}",
            type=EventType.SESSION_END if ends else choice.choice(KINDS),
            session_id=f"visitor-{visitor}",
            page=f"/page/{page}",
            country=COUNTRIES[visitor % len(COUNTRIES)],
            metadata=METADATA[visitor % len(METADATA)],
        )
        return Record(number + 1, NOON + number * STEP_S, (event,))


def cost(sessions: int, pages: int, heard: bool, events: int) -> dict[str, float]:
    """Microseconds of CPU an event: the mean of all, which the collector's walks are part of, and
    the median of the means of 1,000."""
    gc.collect()
    gc.freeze()  # as the server does at its start
    house, website = analytics(heard=False), Website(sessions, pages)
    for _ in range(-(-max(WINDOW_EVENTS, 2 * website.visitors, pages) // CHUNK)):
        for record in website.records(CHUNK):
            house.apply(record)
    house.has_audience = heard
    times: list[float] = []
    for _ in range(events // CHUNK):
        records = website.records(CHUNK)
        began = process_time()
        for record in records:
            house.apply(record)
        times.append((process_time() - began) / CHUNK * 1e6)
    return {
        "mean_us": sum(times) / len(times),
        "median_us": sorted(times)[len(times) // 2],
        "running": len(house.model.visits),
    }


def apart(
    core: int | None, do: Callable[..., dict[str, float]], *given: object
) -> dict[str, float]:
    """What ``do`` returns in a fresh process on this core."""
    with pinned(core), multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(do, given)
