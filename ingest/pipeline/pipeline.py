"""The pipeline: events into the journal, records to the applier. The sweeper writes ticks."""

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from contextlib import suppress

from ingest.pipeline.applier import Applier
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.rejection import Refusal
from state.applied import Applied
from state.event import Acknowledge, BotHit, Event, Logout, Reset, SetAlertRules, Tick
from state.journal.base import Journal, JournalError, Unavailable
from state.sites.sites import Sites

SWEEP_S = 0.1
BETWEEN_TICKS_S = 1.0
STARTING = Refusal("unavailable", "The server is reading its journal.", retry_after_s=2)
STOPPING = Refusal("unavailable", "The server is being stopped.", retry_after_s=2)
NOT_STORED = Refusal("unavailable", "The journal can't store events now.", retry_after_s=2)


class Pipeline:
    """Accepts events. ``clock`` gives epoch seconds, by which the sweeper looks for what is due;
    the time of a record is the journal's."""

    def __init__(
        self,
        journal: Journal[Applied],
        sites: Sites,
        applier: Applier,
        ledger: Ledger,
        clock: Callable[[], float],
    ) -> None:
        self.journal = journal
        self._sites = sites
        self.applier = applier
        self._ledger = ledger
        self.now = clock
        self._last_tick_at = 0.0
        self._has_failed = False
        self._stopping = False

    async def start(self) -> None:
        """Replay the journal. No message is published, and no event accepted, until that is
        done."""
        try:
            await self.journal.start(self.applier)
        except Exception:
            self.fail()
            raise

    @property
    def has_failed(self) -> bool:
        """True once the journal turned out to be unusable for good."""
        return self._has_failed

    def fail(self) -> None:
        """Note that the journal is unusable for good."""
        self._has_failed = True

    async def accept(self, events: Sequence[Event | BotHit]) -> Applied | Refusal:
        """Append events to the journal and count them. Returns what became of them once they are
        stored, or why none could be accepted."""
        if not events and self.closed is None:
            return self.nothing()
        promised = self.submit(events)
        if isinstance(promised, Refusal):
            return promised
        try:
            return self.settle(await promised)
        except Unavailable:
            return NOT_STORED

    def nothing(self) -> Applied:
        """What becomes of no events."""
        return Applied([], self.now(), 0, {})

    def submit(self, events: Sequence[Event | BotHit]) -> Future[Applied] | Refusal:
        """The same without waiting: append the events, and call ``settle`` with the result of the
        future once it is done. If the future holds ``Unavailable``, the answer is
        ``NOT_STORED``."""
        return self.closed or self.journal.append(events)

    def settle(self, applied: Applied) -> Applied:
        """Count the events of a record in the ledger. Returns the same."""
        self._ledger.accept(events=applied.events, duplicates=len(applied.duplicates))
        return applied

    @property
    def closed(self) -> Refusal | None:
        """Why no events are accepted at all; None while they are."""
        if self._stopping:
            return STOPPING
        return None if self.applier.is_live else STARTING

    def stop(self) -> None:
        """Accept no more events."""
        self._stopping = True

    async def reset(self, by: str, site: str = "") -> Refusal | None:
        """Start all numbers of a site at zero. Returns why that failed, or None."""
        return await self.change(Reset(by, site))

    async def change(self, entry: Reset | SetAlertRules | Acknowledge) -> Refusal | None:
        """Append an entry that viewers ask for. Returns why that failed, or None."""
        if self.closed is not None:
            return self.closed
        try:
            await self.journal.append([entry])
        except Unavailable:
            return NOT_STORED
        return None

    async def log_out(self, logout: Logout) -> None:
        """End a login on all nodes and for later starts, if the journal can store that."""
        if self.closed is None:
            with suppress(Unavailable):
                await self.journal.append([logout])

    async def sweep(self) -> None:
        """Append a tick whenever time alone changes a number, at most once a second. Run until
        cancelled.

        Raises:
            JournalError: the journal has failed for good.
        """
        while (failure := self.journal.failure) is None:
            await asyncio.sleep(SWEEP_S)
            now = self.now()
            self._sites.prune()
            if now >= self._last_tick_at + BETWEEN_TICKS_S and self._sites.due(now):
                self._last_tick_at = now
                with suppress(Unavailable):  # it stays due until the journal is available
                    await self.journal.append([Tick()])
        raise JournalError(f"journal: {failure}")
