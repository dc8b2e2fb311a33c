"""When the garbage collector walks everything that lives: at a moment when nobody waits for us.

By itself it would do so again and again, and stop the loop for 120 ms each time with a hundred
pages open. What is young is collected as ever; only what dies old has to wait, and that is what
viewers leave behind: about 1,400 objects in circles for a page of NiceGUI's."""

import asyncio
import gc
from collections.abc import Callable
from time import monotonic

from ingest.pipeline.pipeline import Pipeline
from state.hub.hub import Hub

LOOK_S = 1.0
SOME_LEFT = 10
LONGEST_S = 3_600.0
MOST_PAGES = 150
"""With more pages in memory a full collection takes over 50 ms (0.3 ms a page). What they leave
behind is taken apart and needs none (``ui/lifetimes.py``)."""

NEVER = 1_000_000_000


def freeze_startup_objects() -> None:
    """What is here at the start stays: it is never walked again."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)


async def collect_when_idle(
    hub: Hub, pipeline: Pipeline, pages_in_memory: Callable[[], int] = lambda: 0
) -> None:
    """Collect when some viewers have left and no event came for a second, or after an hour; not
    while many pages are in memory. Runs until it is cancelled."""
    left, collected_at, records = hub.counts.left, monotonic(), 0
    while True:
        await asyncio.sleep(LOOK_S)
        is_quiet = pipeline.applier.timing.records == records
        records = pipeline.applier.timing.records
        is_wanted = is_quiet and hub.counts.left - left >= SOME_LEFT
        is_late = monotonic() - collected_at >= LONGEST_S
        if (is_wanted or is_late) and pages_in_memory() <= MOST_PAGES:
            gc.collect()
            left, collected_at = hub.counts.left, monotonic()
