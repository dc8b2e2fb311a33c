"""The policy of full garbage collections: they run while no event waits.

By default Python runs them again and again, and stops the loop for 120 ms each time with a hundred
pages open. Young objects are collected as usual; only the cycles of old ones wait: about 1,400
objects for a page of NiceGUI that was closed."""

import asyncio
import gc
from collections.abc import Callable
from time import monotonic

from ingest.pipeline.pipeline import Pipeline
from state.sites.sites import Sites

LOOK_S = 1.0
SOME_LEFT = 10
LONGEST_S = 3_600.0
MOST_PAGES = 150
"""With more pages in memory a full collection takes over 50 ms (0.3 ms a page). Closed pages are
taken apart and need none (``ui/lifetimes.py``)."""

NEVER = 1_000_000_000


def freeze_startup_objects() -> None:
    """Exclude all present objects from garbage collection, and stop automatic full collections."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)


async def collect_when_idle(
    sites: Sites, pipeline: Pipeline, pages_in_memory: Callable[[], int] = lambda: 0
) -> None:
    """Run a full collection after ten viewers left and no event came for a second, or after an
    hour; not while more than 150 pages are in memory. Run until cancelled."""
    left, collected_at, records = _left(sites), monotonic(), 0
    while True:
        await asyncio.sleep(LOOK_S)
        is_quiet = pipeline.applier.timing.records == records
        records = pipeline.applier.timing.records
        is_wanted = is_quiet and _left(sites) - left >= SOME_LEFT
        is_late = monotonic() - collected_at >= LONGEST_S
        if (is_wanted or is_late) and pages_in_memory() <= MOST_PAGES:
            gc.collect()
            left, collected_at = _left(sites), monotonic()


def _left(sites: Sites) -> int:
    """Viewers that have left."""
    return sum(site.hub.counts.left for site in sites)
