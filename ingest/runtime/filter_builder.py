"""Completes the counts of filters in short steps, between which the event loop does other work."""

import asyncio
from collections.abc import Callable
from time import perf_counter

from ingest.pipeline.rejection import Refusal
from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.model import Model

WORK_S = 0.002
REST = 1
"""The pause after each 2 ms of work, in multiples of it: at most half a core. A filter over 100,000
sessions is complete within two seconds."""

PATIENCE_S = 10.0
LOOK_S = 1.0
NOT_COUNTED = Refusal(
    "unavailable",
    "Too many filters are asked under at once; this one isn't counted yet.",
    retry_after_s=5,
)


class FilterBuilder:
    """Has filters counted that are new. ``run`` must be running. When a filter is complete the hub
    publishes, so that pages show it."""

    def __init__(self, model: Model, hub: Hub, clock: Callable[[], float]) -> None:
        self._model = model
        self._hub = hub
        self._clock = clock
        self._asked = asyncio.Event()
        self._progress = asyncio.Condition()

    def request(self, filter_: Filter) -> bool:
        """Have a filter counted. Returns whether its counts are complete."""
        if not filter_:
            return True
        counts = self._model.filters.request(filter_, self._model, self._clock())
        if counts is not None and not counts.is_complete:
            self._asked.set()
        return counts is not None and counts.is_complete

    async def wait_for(self, filter_: Filter) -> Refusal | None:
        """Wait for the counts of a filter. Returns None, or a refusal after ten seconds."""
        if self.request(filter_):
            return None
        try:
            async with asyncio.timeout(PATIENCE_S), self._progress:
                await self._progress.wait_for(lambda: self.request(filter_))
        except TimeoutError:
            return NOT_COUNTED
        return None

    async def run(self) -> None:
        """Count requested filters, and drop those that aren't requested any more. Run until
        cancelled."""
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._asked.wait()
            except TimeoutError:
                self._model.filters.drop_unasked(self._clock())
                await self._notify()
                continue
            self._asked.clear()
            await self._work()

    async def _work(self) -> None:
        has_more = True
        while has_more:
            filters = self._model.filters
            began, complete = perf_counter(), filters.complete_count
            while has_more and perf_counter() - began < WORK_S:
                has_more = filters.step()
            if filters.complete_count != complete or not has_more:
                self._hub.publish([])
                await self._notify()
            await asyncio.sleep(REST * (perf_counter() - began))

    async def _notify(self) -> None:
        """Wake the tasks that wait for a filter."""
        async with self._progress:
            self._progress.notify_all()
