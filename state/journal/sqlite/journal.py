"""The journal in a SQLite database, one row a record."""

import sqlite3
from asyncio import (
    AbstractEventLoop,
    Future,
    ensure_future,
    get_running_loop,
    shield,
    sleep,
    to_thread,
    wait,
)
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from state.event import Entry
from state.journal.base import Damage, Journal, Progress, Record, RecordHandler, T, Unavailable
from state.journal.checkpoints import Stamp
from state.journal.sqlite.checkpoints import CheckpointFile
from state.journal.sqlite.lives import ended_lives
from state.journal.sqlite.store import Store
from state.journal.sqlite.writer import QueuedAppend, WriterThread

Durability = Literal["full", "fast"]
SYNCHRONOUS = {"full": "FULL", "fast": "NORMAL"}
"""Either way a commit is written to the kernel before it is acknowledged, so it survives the end
of the process; FULL also syncs it to the disk. NORMAL syncs, in the right order, when the WAL is
copied to the database: a power cut loses the newest commits and damages nothing, as OFF might."""

APPLIED_AT_ONCE = 100
"""Entries that a replay applies before it yields: some milliseconds. They are counted, since the
loop's clock doesn't advance within an iteration."""

MOST_WAITING = 200_000
DELETED_AT_ONCE = 5_000
R = TypeVar("R")


class SqliteJournal(Journal[T]):
    """Applies a record when it is committed. ``clock`` returns epoch seconds; if it steps back,
    records get the latest time until it has caught up. ``epoch`` is that of a new history.

    Raises:
        JournalError: the file can't be used, or another server has locked it.
    """

    def __init__(
        self, path: Path, *, durability: Durability, epoch: str, clock: Callable[[], float]
    ) -> None:
        synchronous = SYNCHRONOUS[durability]
        self._store = Store(path, synchronous=synchronous, fresh_epoch=epoch, clock=clock)
        self.path = path
        self._checkpoints = CheckpointFile(path)
        self.epoch = self._store.epoch
        self.seq = self.checkpoint = self.unread = 0
        self.progress = Progress()
        self.damage: Damage | None = self._store.damage
        self.trouble: str | None = None
        self._clock = clock
        self._ended: dict[int, list[str]] = {}
        self._at = 0.0
        self._queued_entries = 0
        self._is_stopped = False
        self._thread_work: Future[Any] | None = None
        self._loop: AbstractEventLoop | None = None
        self._writer: WriterThread | None = None
        self._handler: RecordHandler[T] | None = None

    @property
    def life(self) -> str:
        return f"{self.epoch}-{self._store.life}"

    async def start(self, handler: RecordHandler[T]) -> None:
        self._loop = get_running_loop()
        store = self._store
        self.seq = self.checkpoint = await self._load_checkpoint(handler)
        if not self.checkpoint:
            self.seq = store.first - 1
        is_whole = bool(self.checkpoint) or store.first == 1
        self._ended = ended_lives(store.lives, store.newest or 0) if is_whole else {}
        self._report_ended_lives(handler)
        self.progress.total = max(0, (store.newest or 0) - self.seq)
        while records := await self._in_thread(partial(store.read, self.seq)):
            await self._replay(records, handler)
        if not self._is_stopped and not store.is_whole(self.seq):
            await self._in_thread(partial(store.salvage, self.seq))
        elif not self._is_stopped and not is_whole:
            await self._in_thread(store.begin_epoch)
        if self._is_stopped:
            return
        self.epoch, self.damage = store.epoch, store.damage
        self.progress.total = self.progress.done
        self._handler = handler
        handler.caught_up()
        self._writer = WriterThread(
            store,
            self._loop.call_soon_threadsafe,
            last=self.seq,
            on_committed=self._on_committed,
            on_refused=self._on_refused,
            on_trouble=self._set_trouble,
            on_failure=self._set_failure,
        )

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        if self._writer is None or self._loop is None:
            raise RuntimeError("the journal has to be started before anything is appended")
        self._at = max(self._at, self._clock())
        future: Future[T] = self._loop.create_future()
        if self._is_stopped or self._queued_entries > MOST_WAITING:
            why = "the journal is closed" if self._is_stopped else "too much waits for the disk"
            future.set_exception(Unavailable(why))
            return future
        self._queued_entries += len(what)
        self._writer.append(QueuedAppend(tuple(what), self._at, future))
        return future

    async def newest_checkpoint(self) -> int:
        stamp = await to_thread(self._checkpoints.stamp)
        if self._writer is None or stamp is None or stamp.seq == self.checkpoint:
            return self.checkpoint
        with suppress(Unavailable):
            if await self._run_on_writer(partial(self._store.continues_from, stamp)):
                self.checkpoint = stamp.seq
        return self.checkpoint

    async def forget(self, before_at: float) -> int:
        """Deletes in small steps, the oldest records first; commits take turns with them."""
        if self._writer is None:
            raise RuntimeError("the journal has to be started before anything is forgotten")
        deleted, checkpoint = 0, await self.newest_checkpoint()
        delete = partial(self._store.forget, checkpoint, before_at, DELETED_AT_ONCE)
        while step := await self._run_on_writer(delete):
            deleted += step
        return deleted

    async def stop(self) -> None:
        if self._is_stopped:
            return
        self._is_stopped = True
        if self._thread_work is not None:
            await wait([self._thread_work])
        if self._writer is not None:
            await to_thread(self._writer.stop)
        else:
            self._store.close()

    async def _in_thread(self, work: Callable[[], R]) -> R | None:
        """Run blocking work in a thread. If the caller is cancelled the work continues; ``stop``
        waits for it. Returns None once the journal is stopped."""
        if self._is_stopped:
            return None
        self._thread_work = ensure_future(to_thread(work))
        return await shield(self._thread_work)

    async def _load_checkpoint(self, handler: RecordHandler[T]) -> int:
        """Load the newest checkpoint. Returns its seq, or 0 where none is usable."""
        stamp, loader = self._checkpoints.stamp(), handler.checkpoint_loader()
        if stamp is None or loader is None or not self._continues_from(stamp):
            return 0
        pieces = self._checkpoints.pieces()
        with suppress(OSError, ValueError):
            while piece := await self._in_thread(partial(next, pieces, None)):
                loader.load(piece)
        if not loader.is_done:
            return 0
        self._at = stamp.at
        return stamp.seq

    def _continues_from(self, stamp: Stamp) -> bool:
        """True if the records continue that checkpoint; False, too, if the database is damaged."""
        with suppress(sqlite3.Error):
            return self._store.continues_from(stamp)
        return False

    def _report_ended_lives(self, handler: RecordHandler[T]) -> None:
        for life in self._ended.pop(self.seq, ()):
            handler.life_ended(f"{self.epoch}-{life}")

    async def _replay(self, records: list[Record], handler: RecordHandler[T]) -> None:
        applied = 0
        for record in records:
            handler.apply(record)
            self.seq = record.seq
            if record.seq in self._ended:
                self._report_ended_lives(handler)
            self.progress.done += 1
            applied += len(record.what)
            if applied >= APPLIED_AT_ONCE:
                await sleep(0)
                applied = 0
        self._at = records[-1].at

    def _run_on_writer(self, work: Callable[[], R]) -> "Future[R]":
        """Run work in the writer's thread, between two groups of records."""
        assert self._loop is not None and self._writer is not None
        call = self._loop.call_soon_threadsafe
        future: Future[R] = self._loop.create_future()

        def job() -> None:
            try:
                result = work()
            except sqlite3.Error as error:
                call(partial(_resolve, future, error=Unavailable(str(error))))
            else:
                call(partial(_resolve, future, result))

        self._writer.submit(job)
        return future

    def _on_committed(self, group: Sequence[QueuedAppend], records: list[Record]) -> None:
        """Apply the records of a committed group, and resolve their futures."""
        assert self._handler is not None
        for queued, record in zip(group, records, strict=True):
            self._queued_entries -= len(queued.what)
            self.seq = record.seq
            try:
                result = self._handler.apply(record)
            except Exception as error:  # a bug; later records are applied all the same
                _resolve(queued.future, error=error)
            else:
                _resolve(queued.future, result)

    def _on_refused(self, group: Sequence[QueuedAppend], why: str) -> None:
        for queued in group:
            self._queued_entries -= len(queued.what)
            _resolve(queued.future, error=Unavailable(why))

    def _set_trouble(self, trouble: str | None) -> None:
        self.trouble = trouble

    def _set_failure(self, failure: str) -> None:
        self.trouble = self.failure = failure


def _resolve(future: "Future[Any]", result: object = None, error: Exception | None = None) -> None:
    """Set the result or the error of a future, unless it was cancelled."""
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
