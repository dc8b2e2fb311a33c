"""Starts the pipeline: replays the journal and logs the progress."""

import asyncio
import gc
import logging
import signal
from contextlib import suppress
from time import monotonic

from ingest.pipeline.pipeline import Pipeline
from ingest.runtime import gc_policy
from ingest.runtime.logs import MAIN
from state.applied import Applied
from state.journal.base import Damage, Journal, JournalError

PROGRESS_S = 1.0
log = logging.getLogger("visitors.journal")


async def run_pipeline(pipeline: Pipeline) -> None:
    """Start the pipeline, then sweep until cancelled. If the journal can't be read, and not because
    of damage, the server is stopped."""
    gc.disable()  # a replay makes no garbage, and collections take a seventh of its time
    try:
        await start_pipeline(pipeline)
        gc_policy.freeze_startup_objects()
        gc.enable()
        await pipeline.sweep()
    except Exception as error:
        if isinstance(error, JournalError):
            logging.getLogger(MAIN).critical("%s", error)
        else:
            log.exception("The journal can't be read")
        pipeline.fail()
        signal.raise_signal(signal.SIGTERM)
        raise


async def start_pipeline(pipeline: Pipeline) -> None:
    """Start the pipeline, and log its progress about each second."""
    journal, begun_at = pipeline.journal, monotonic()
    logging_progress = asyncio.create_task(_log_progress(journal))
    try:
        await pipeline.start()
    finally:
        logging_progress.cancel()
        with suppress(asyncio.CancelledError):
            await logging_progress
    if journal.damage is not None:
        _log_damage(journal.damage)
    if journal.progress.total or journal.checkpoint:
        took_s = monotonic() - begun_at
        log.info(
            f"Journal: {journal.progress.done:,} records read in {took_s:.1f} s{_behind(journal)}"
        )


async def _log_progress(journal: Journal[Applied]) -> None:
    progress = journal.progress
    while True:
        if journal.trouble is None and progress.total:
            log.info(f"Journal: {progress.done:,} of {progress.total:,} records read")
        await asyncio.sleep(PROGRESS_S)


def _behind(journal: Journal[Applied]) -> str:
    if not journal.checkpoint:
        return ""
    return f", behind the checkpoint of the first {journal.checkpoint:,}"


def _log_damage(damage: Damage) -> None:
    lost = "an unknown number" if damage.lost is None else f"{damage.lost:,}"
    log.warning(
        f"The journal was damaged. {damage.saved:,} records are saved, {lost} lost; "
        f"the damaged file is {damage.aside}"
    )
