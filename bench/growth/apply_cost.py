"""CPU time to apply an event to the state, without HTTP, by running sessions and by page names."""

import gc
import multiprocessing
import random
from time import process_time

from bench.harness.cpu import pinned_to
from bench.harness.sample_records import COUNTRIES, EVENT_TYPES, METADATA, NOON, new_analytics
from state.event import Event, EventType
from state.journal.base import Record

STEP_S = 0.001
"""Seconds between two events: the same for every number of sessions, so that the windows of a
minute hold as many events."""
SESSION_EVENTS = 5
"""Mean number of events of a session, the last of which ends it."""
WINDOW_EVENTS = 60_000
CHUNK = 1_000


def measure_in_new_process(
    core: int | None, sessions: int, pages: int, has_audience: bool, events: int
) -> dict[str, float]:
    """Run ``measure`` on a core in a new process, which has no garbage of other measurements."""
    arguments = (sessions, pages, has_audience, events)
    with pinned_to(core), multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def measure(sessions: int, pages: int, has_audience: bool, events: int) -> dict[str, float]:
    """Return CPU microseconds an event: the mean, which includes the garbage collector, and the
    median of the means of 1,000."""
    gc.collect()
    gc.freeze()  # as the server does at its start
    analytics, website = new_analytics(has_audience=False), Website(sessions, pages)
    for _ in range(-(-max(WINDOW_EVENTS, 2 * website.visitors, pages) // CHUNK)):
        for record in website.next(CHUNK):
            analytics.apply(record)
    analytics.has_audience = has_audience
    times_us: list[float] = []
    for _ in range(events // CHUNK):
        records = website.next(CHUNK)
        started_at = process_time()
        for record in records:
            analytics.apply(record)
        times_us.append((process_time() - started_at) / CHUNK * 1e6)
    return {
        "mean_us": sum(times_us) / len(times_us),
        "median_us": sorted(times_us)[len(times_us) // 2],
        "running": len(analytics.model.sessions),
    }


class Website:
    """Generates records: first one of each visitor and of each page, then random ones, all pages
    equally likely. A fifth of the visitors is between two sessions at any time."""

    def __init__(self, sessions: int, pages: int) -> None:
        self._random = random.Random(1)
        self.visitors = sessions * SESSION_EVENTS // (SESSION_EVENTS - 1)
        self.pages = pages
        self._number = 0

    def next(self, number: int) -> list[Record]:
        """Return the next records, one event each."""
        return [self._record() for _ in range(number)]

    def _record(self) -> Record:
        number, choice = self._number, self._random
        self._number += 1
        visitor = number if number < self.visitors else choice.randrange(self.visitors)
        page = number if number < self.pages else choice.randrange(self.pages)
        ends = choice.randrange(SESSION_EVENTS) == 0
        event = Event(
            id=f"event-{number}",
            type=EventType.SESSION_END if ends else choice.choice(EVENT_TYPES),
            session_id=f"visitor-{visitor}",
            page=f"/page/{page}",
            country=COUNTRIES[visitor % len(COUNTRIES)],
            metadata=METADATA[visitor % len(METADATA)],
        )
        return Record(number + 1, NOON + number * STEP_S, (event,))
