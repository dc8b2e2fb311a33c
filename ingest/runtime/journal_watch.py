"""Logs when the journal can't store events, and when it can again."""

import asyncio
import logging
from collections.abc import Callable
from math import inf
from time import monotonic

from ingest.runtime.logs import IS_RARE
from state.journal.base import Journal
from state.journal.base import T as Applied

LOOK_S = 0.2
QUIET_S = 60.0
"""A trouble within so long of the one before is logged only if it lasts."""

log = logging.getLogger("visitors.journal")


async def log_journal_trouble(
    journal: Journal[Applied], clock: Callable[[], float] = monotonic
) -> None:
    """Run until cancelled. A permanent failure isn't logged here: it ends the process."""
    told_at, is_told = -inf, False
    while True:
        trouble = None if journal.failure else journal.trouble
        if trouble is None and is_told:
            log.warning("It is well again after %.0f s", clock() - told_at, extra=IS_RARE)
            is_told = False
        elif trouble is not None and not is_told and clock() - told_at >= QUIET_S:
            log.error("No event can be kept, so all are refused: %s", trouble, extra=IS_RARE)
            told_at, is_told = clock(), True
        await asyncio.sleep(LOOK_S)
