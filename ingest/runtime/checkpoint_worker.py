"""Makes checkpoints, so that a start needs no full replay. A process of its own reads the journal:
the server isn't slowed down, and an error there doesn't reach it."""

import asyncio
import logging
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress
from signal import SIGINT
from time import monotonic

from ingest.pipeline.pipeline import Pipeline
from ingest.runtime import logs
from ingest.runtime.logs import IS_RARE
from state.journal.base import JournalError, Unavailable
from state.journal.checkpoints import Checkpoints, Stamp
from state.journal.factory import open_checkpoints, open_reader
from state.journal.reader import Reader
from state.settings.settings import Settings, SettingsError, load
from state.sites.checkpoint import dump_sites, restore_sites
from state.sites.factory import build_sites
from state.sites.sites import Sites

LOOK_S = 2.0
AT_LEAST_S = 60.0
AT_MOST_S = 3_600.0
DAY_S = 86_400.0
LOWEST = 19
log = logging.getLogger("visitors.checkpoint")


def run(arguments: Sequence[str]) -> int:
    """Make a checkpoint of the journal, also while a server uses it. Returns the exit code."""
    try:
        logs.write_out(make_checkpoint(load(arguments)))
    except KeyboardInterrupt:
        return 130
    except (SettingsError, JournalError) as error:
        logs.write_error(*str(error).split("\n"))
        return 2
    return 0


def make_checkpoint(settings: Settings) -> str:
    """Continue from the newest checkpoint to the newest record, and store a checkpoint there.
    Returns a sentence about it.

    Raises:
        JournalError: the journal can't be read.
    """
    os.nice(LOWEST)
    reader, checkpoints = open_reader(settings.journal), open_checkpoints(settings.journal)
    try:
        if not checkpoints.claim():
            return "Another process is making one"
        stamp = _make(reader, checkpoints, build_sites(settings))
    finally:
        checkpoints.release()
        reader.close()
    return f"Checkpoint of {stamp.seq:,} records of {stamp.epoch}"


async def schedule_checkpoints(
    pipeline: Pipeline, settings: Settings, command: Sequence[str]
) -> None:
    """Run ``command`` to make a checkpoint after enough entries, or after an hour; then delete
    records that are too old. Run until cancelled."""
    applier, made_at, wait_s = pipeline.applier, monotonic(), 0.0
    while True:
        await asyncio.sleep(LOOK_S)
        if await _has_new_checkpoint(pipeline):
            applier.count_checkpoint(applier.since_checkpoint)
            made_at = monotonic()
        since = monotonic() - made_at
        is_due = applier.since_checkpoint >= settings.checkpoint_events or since >= AT_MOST_S
        if not (applier.is_live and applier.since_checkpoint and is_due and since >= wait_s):
            continue
        entries, made_at, wait_s = applier.since_checkpoint, monotonic(), AT_LEAST_S
        if trouble := await _run(command):
            log.error("No checkpoint could be made: %s", trouble, extra=IS_RARE)
            continue
        applier.count_checkpoint(entries)
        before_at = pipeline.now() - settings.retention_days * DAY_S
        with suppress(Unavailable):  # tried again after the next checkpoint
            await pipeline.journal.forget(before_at if settings.retention_days else 0.0)


def _make(reader: Reader, checkpoints: Checkpoints, sites: Sites) -> Stamp:
    begun = seq = _load_newest(reader, checkpoints, sites)
    while seq < reader.newest and (records := reader.read(seq)):
        for record in records:
            for part in sites.parts(record):
                part.site.analytics.has_audience = False
                part.site.analytics.apply(part.record)
        seq = records[-1].seq
    stamp = reader.stamp(seq, max(site.model.now for site in sites))
    if seq > begun:
        checkpoints.put(stamp, dump_sites(sites))
    return stamp


def _load_newest(reader: Reader, checkpoints: Checkpoints, sites: Sites) -> int:
    """Load the newest checkpoint. Returns the seq of its record."""
    stamp = checkpoints.stamp()
    if stamp is not None and reader.has(stamp):
        with suppress(OSError, ValueError):
            restore_sites(sites, checkpoints.pieces())
            reader.go_to(stamp)
            return stamp.seq
    return reader.first - 1


async def _has_new_checkpoint(pipeline: Pipeline) -> bool:
    """True if another process made one: another node, or a person by hand."""
    known = pipeline.journal.checkpoint
    return await pipeline.journal.newest_checkpoint() != known


async def _run(command: Sequence[str]) -> str | None:
    """Returns what went wrong, or None. On cancellation the process is interrupted, so that it
    releases its claim."""
    try:
        process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
    except OSError as error:
        return str(error)
    try:
        _, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            process.send_signal(SIGINT)
            await process.wait()
    if process.returncode == 0:
        return None
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {process.returncode}"
