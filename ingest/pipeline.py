"""The one way in: journal, apply, publish. And the sweeper, which lets time in."""

import asyncio
from collections.abc import Callable, Sequence

from ingest.refusal import Ledger
from state.analytics import Analytics, Applied, Outcome
from state.event import Entry, Event, Reset, Tick
from state.hub import Hub
from state.journal.base import Journal, Record

SWEEP_S = 0.1
BETWEEN_TICKS_S = 1.0


class Pipeline:
    """Accepts events one after the other. ``clock`` gives epoch seconds; it tells when something
    may be due, while what counts as the time of a record is the journal's to say."""

    def __init__(
        self,
        journal: Journal[Applied],
        analytics: Analytics,
        hub: Hub,
        ledger: Ledger,
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._analytics = analytics
        self._hub = hub
        self._ledger = ledger
        self._clock = clock
        self._last_tick_at = 0.0
        journal.start(self._apply)

    async def accept(self, events: Sequence[Event]) -> list[Outcome]:
        """Count the events and tell the viewers. Returns, in the same order, what became of each,
        once the journal keeps its promise."""
        return (await self._append(events)).outcomes

    async def reset(self, by: str) -> None:
        """Start all numbers at zero."""
        await self._append([Reset(by)])

    async def sweep(self) -> None:
        """Write a tick whenever time alone changes something, at most once a second. Runs until it
        is cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            now = self._clock()
            if now >= self._last_tick_at + BETWEEN_TICKS_S and self._analytics.due(now):
                self._last_tick_at = now
                await self._append([Tick()])

    async def _append(self, entries: Sequence[Entry]) -> Applied:
        return await self._journal.append(entries)

    def _apply(self, record: Record) -> Applied:
        applied = self._analytics.apply(record)
        if any(isinstance(entry, Reset) for entry in record.what):
            self._ledger.clear()
        self._hub.publish(applied.messages)
        return applied
