"""While the journal is read: what the console is told, and what a person sees in the browser."""

import asyncio
import gc
import logging
import signal
from contextlib import suppress
from time import monotonic

from starlette.responses import HTMLResponse

from ingest.pipeline.pipeline import STARTING, Pipeline
from ingest.pipeline.rejection import Refusal
from ingest.runtime import gc_policy
from ingest.runtime.logs import MAIN
from state.applied import Applied
from state.journal.base import Damage, Journal, JournalError, Progress

PROGRESS_S = 1.0
log = logging.getLogger("visitors.journal")
TOO_MANY_PAGES = Refusal("unavailable", "Too many pages are being opened.", retry_after_s=3)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="{after}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Visitors: {title}</title>
<body style="font-family: system-ui, sans-serif; margin: 4rem auto; max-width: 32rem">
<h1>{title}</h1>
<p>{why} This page comes back by itself.</p>
</body>
</html>
"""


async def live(pipeline: Pipeline) -> None:
    """From the first record of the journal to the end. Where it can't be read, and that is not for
    damage, there is nothing to serve."""
    gc.disable()  # a replay makes nothing to collect, and looking for it takes a seventh of it
    try:
        await begin(pipeline)
        gc_policy.begin()
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


async def begin(pipeline: Pipeline) -> None:
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


def starting_page(progress: Progress) -> HTMLResponse:
    """What a person gets who opens the page too early."""
    done, total = progress.done, progress.total
    why = f"The server is reading its journal: {done:,} of {total:,} records so far."
    return _page("Starting", why, STARTING)


def waiting_page() -> HTMLResponse:
    """What a person gets while too many pages are built whose browsers don't open them."""
    return _page("One moment", "Many pages are being opened right now.", TOO_MANY_PAGES)


def _page(title: str, why: str, refusal: Refusal) -> HTMLResponse:
    after = refusal.retry_after_s
    text = PAGE.format(after=after, title=title, why=why)
    return HTMLResponse(text, refusal.status, {"Retry-After": str(after)})


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
