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
from state.journal.sqlite.lives import ends
from state.journal.sqlite.store import Store
from state.journal.sqlite.writer import Waiting, Writer

Durability = Literal["full", "fast"]
SYNCHRONOUS = {"full": "FULL", "fast": "NORMAL"}
"""Either way a commit is written to the kernel before it is acknowledged, so it survives the end
of the process; FULL also syncs it to the disk. NORMAL syncs, in the right order, when the WAL is
copied to the database: a power cut loses the newest commits and damages nothing, as OFF might."""

APPLIED_AT_ONCE = 100
"""Entries that a replay applies before it yields: some milliseconds. They are counted, since the
loop's clock doesn't advance within an iteration."""

MOST_WAITING = 200_000
FORGOTTEN_AT_ONCE = 5_000
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
        self._waiting = 0
        self._is_stopped = False
        self._reading: Future[Any] | None = None
        self._loop: AbstractEventLoop | None = None
        self._writer: Writer | None = None
        self._follower: RecordHandler[T] | None = None

    @property
    def life(self) -> str:
        return f"{self.epoch}-{self._store.life}"

    async def start(self, follower: RecordHandler[T]) -> None:
        self._loop = get_running_loop()
        store = self._store
        self.seq = self.checkpoint = await self._take_back(follower)
        if not self.checkpoint:
            self.seq = store.first - 1
        is_whole = bool(self.checkpoint) or store.first == 1
        self._ended = ends(store.lives, store.newest or 0) if is_whole else {}
        self._tell_ends(follower)
        self.progress.total = max(0, (store.newest or 0) - self.seq)
        while records := await self._in_thread(partial(store.read, self.seq)):
            await self._replay(records, follower)
        if not self._is_stopped and not store.is_whole(self.seq):
            await self._in_thread(partial(store.save, self.seq))
        elif not self._is_stopped and not is_whole:
            await self._in_thread(store.begin_epoch)
        if self._is_stopped:
            return
        self.epoch, self.damage = store.epoch, store.damage
        self.progress.total = self.progress.done
        self._follower = follower
        follower.caught_up()
        self._writer = Writer(
            store,
            self._loop.call_soon_threadsafe,
            last=self.seq,
            kept=self._keep,
            refused=self._refuse,
            trouble=self._tell,
            failed=self._fail,
        )

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        if self._writer is None or self._loop is None:
            raise RuntimeError("the journal has to be started before anything is appended")
        self._at = max(self._at, self._clock())
        future: Future[T] = self._loop.create_future()
        if self._is_stopped or self._waiting > MOST_WAITING:
            why = "the journal is closed" if self._is_stopped else "too much waits for the disk"
            future.set_exception(Unavailable(why))
            return future
        self._waiting += len(what)
        self._writer.put(Waiting(tuple(what), self._at, future))
        return future

    async def newest_checkpoint(self) -> int:
        stamp = await to_thread(self._checkpoints.stamp)
        if self._writer is None or stamp is None or stamp.seq == self.checkpoint:
            return self.checkpoint
        with suppress(Unavailable):
            if await self._by_writer(partial(self._store.has, stamp)):
                self.checkpoint = stamp.seq
        return self.checkpoint

    async def forget(self, before_at: float) -> int:
        """Deletes in small steps, the oldest records first; commits take turns with them."""
        if self._writer is None:
            raise RuntimeError("the journal has to be started before anything is forgotten")
        gone, checkpoint = 0, await self.newest_checkpoint()
        some = partial(self._store.forget, checkpoint, before_at, FORGOTTEN_AT_ONCE)
        while step := await self._by_writer(some):
            gone += step
        return gone

    async def stop(self) -> None:
        if self._is_stopped:
            return
        self._is_stopped = True
        if self._reading is not None:
            await wait([self._reading])
        if self._writer is not None:
            await to_thread(self._writer.stop)
        else:
            self._store.close()

    async def _in_thread(self, work: Callable[[], R]) -> R | None:
        """Run blocking work in a thread. If the caller is cancelled the work continues; ``stop``
        waits for it. Returns None once the journal is stopped."""
        if self._is_stopped:
            return None
        self._reading = ensure_future(to_thread(work))
        return await shield(self._reading)

    async def _take_back(self, follower: RecordHandler[T]) -> int:
        """Load the newest checkpoint. Returns its seq, or 0 where none is usable."""
        stamp, loader = self._checkpoints.stamp(), follower.checkpoint_loader()
        if stamp is None or loader is None or not self._holds(stamp):
            return 0
        pieces = self._checkpoints.pieces()
        with suppress(OSError, ValueError):
            while piece := await self._in_thread(partial(next, pieces, None)):
                loader.load(piece)
        if not loader.is_done:
            return 0
        self._at = stamp.at
        return stamp.seq

    def _holds(self, stamp: Stamp) -> bool:
        """True if the records continue that checkpoint; False, too, if the database is damaged."""
        with suppress(sqlite3.Error):
            return self._store.has(stamp)
        return False

    def _tell_ends(self, follower: RecordHandler[T]) -> None:
        for life in self._ended.pop(self.seq, ()):
            follower.life_ended(f"{self.epoch}-{life}")

    async def _replay(self, records: list[Record], follower: RecordHandler[T]) -> None:
        applied = 0
        for record in records:
            follower.apply(record)
            self.seq = record.seq
            if record.seq in self._ended:
                self._tell_ends(follower)
            self.progress.done += 1
            applied += len(record.what)
            if applied >= APPLIED_AT_ONCE:
                await sleep(0)
                applied = 0
        self._at = records[-1].at

    def _by_writer(self, work: Callable[[], R]) -> "Future[R]":
        """Run work in the writer's thread, between two groups of records."""
        assert self._loop is not None and self._writer is not None
        call = self._loop.call_soon_threadsafe
        future: Future[R] = self._loop.create_future()

        def job() -> None:
            try:
                made = work()
            except sqlite3.Error as error:
                call(partial(_settle, future, error=Unavailable(str(error))))
            else:
                call(partial(_settle, future, made))

        self._writer.do(job)
        return future

    def _keep(self, group: Sequence[Waiting], records: list[Record]) -> None:
        """Apply the records of a committed group, and resolve their futures."""
        assert self._follower is not None
        for waiting, record in zip(group, records, strict=True):
            self._waiting -= len(waiting.what)
            self.seq = record.seq
            try:
                made = self._follower.apply(record)
            except Exception as error:  # a bug; later records are applied all the same
                _settle(waiting.future, error=error)
            else:
                _settle(waiting.future, made)

    def _refuse(self, group: Sequence[Waiting], why: str) -> None:
        for waiting in group:
            self._waiting -= len(waiting.what)
            _settle(waiting.future, error=Unavailable(why))

    def _tell(self, trouble: str | None) -> None:
        self.trouble = trouble

    def _fail(self, failure: str) -> None:
        self.trouble = self.failure = failure


def _settle(future: "Future[Any]", made: object = None, error: Exception | None = None) -> None:
    """Set the result or the error of a future, unless it was cancelled."""
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(made)
