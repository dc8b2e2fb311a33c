"""The journal of a cluster: one stream in Redis or Valkey, in one order for all nodes."""

import asyncio
import logging
from asyncio import Future, Task
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from state.event import Entry
from state.journal.base import Damage, Journal, Progress, Record, RecordHandler, T
from state.journal.redis.checkpoints import RedisCheckpoints
from state.journal.redis.entries import Cursor, headline, record_of
from state.journal.redis.link import (
    ANSWER_S,
    BY,
    FAILURES,
    Lost,
    Standing,
    at_of,
    begin,
    one_connection,
    place_of,
    reason,
    standing,
)
from state.journal.redis.sender import Sender
from state.journal.redis.url import RedisAddress
from state.journal.tasks import end

APPLIED_AT_ONCE = 100
ENTRIES_READ = 500
BLOCK_MS = 500
CHECK_S = 1.0
AGAIN_S = 0.2
FAREWELL_S = 2.0
log = logging.getLogger("visitors.journal")


class RedisJournal(Journal[T]):
    """Applies each record that it reads from the stream, of whichever node. The time of a record is
    the Redis server's; ``epoch`` is that of a new history. While the server can't be reached
    ``trouble`` is set, and the applied state stays. When the stream is another history, the handler
    starts over."""

    def __init__(self, address: RedisAddress, *, epoch: str) -> None:
        self.epoch = epoch
        self.seq = self.checkpoint = self.unread = 0
        self.progress = Progress()
        self.damage: Damage | None = None
        self.trouble: str | None = None
        self._address = address
        self._fresh_epoch = epoch
        self._checkpoints = RedisCheckpoints(address, ANSWER_S)
        self._cursor: Cursor | None = None
        self._sender: Sender[T] | None = None
        self._tasks: list[Task[None]] = []
        self._caught_up = asyncio.Event()
        self._is_stopped = False

    async def start(self, follower: RecordHandler[T]) -> None:
        self._sender = Sender(self._address, uuid4().hex)
        tail = asyncio.create_task(self._follow(follower))
        self._tasks = [tail, asyncio.create_task(self._sender.run())]
        waiting = asyncio.create_task(self._caught_up.wait())
        await asyncio.wait((tail, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if tail.done() and not self._is_stopped:
            tail.result()

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        if self._sender is None:
            raise RuntimeError("the journal has to be started before anything is appended")
        future = self._sender.put(what)
        if self.trouble is not None or self._is_stopped:
            self._sender.give_up(self.trouble or "the journal is closed")
        return future

    async def newest_checkpoint(self) -> int:
        with suppress(*FAILURES):
            stamp = await asyncio.to_thread(self._checkpoints.stamp)
            if stamp is not None and stamp.epoch == self.epoch:
                self.checkpoint = stamp.seq
        return self.checkpoint

    async def forget(self, before_at: float) -> int:
        """Deletes by whole blocks of the stream (XTRIM with ``~``)."""
        with suppress(*FAILURES):
            return await asyncio.to_thread(self._checkpoints.trim, self.epoch, before_at)
        return 0

    async def stop(self) -> None:
        if self._is_stopped:
            return
        self._is_stopped = True
        if self._sender is not None and self.trouble is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await self._sender.emptied()
        if self._sender is not None:
            self._sender.give_up("the journal is closed")
        await end(self._tasks)
        await asyncio.to_thread(self._checkpoints.close)

    async def _follow(self, follower: RecordHandler[T]) -> None:
        """Read the stream until cancelled, with a new connection after each failure. A new
        connection may lead to another server, so the state of the stream is checked first."""
        while True:
            redis = one_connection(self._address)
            try:
                await self._read_on(redis, follower)
            except Lost as lost:
                self._suffer(str(lost))
                await asyncio.sleep(AGAIN_S / 10)
            except FAILURES as error:
                self._suffer(reason(error))
                await asyncio.sleep(AGAIN_S)
            except Exception as error:
                self._suffer(f"{type(error).__name__} while its events were read")
                raise
            finally:
                with suppress(*FAILURES):
                    await redis.aclose()

    async def _read_on(self, redis: Redis, follower: RecordHandler[T]) -> None:
        here = await self._stand(redis)
        if not await self._goes_on(redis, here):
            await self._start_over(redis, here, follower)
        self.trouble = None
        clock = asyncio.get_running_loop().time
        checked_at = clock()
        while True:
            entries = await self._read(redis, BLOCK_MS)
            await self._apply(entries, follower)
            if not entries or clock() - checked_at >= CHECK_S:
                self._check(await standing(redis, self._address.stream))
                checked_at = clock()

    async def _stand(self, redis: Redis) -> Standing:
        """Returns the state of the stream; begins an epoch where there is none."""
        while (here := await standing(redis, self._address.stream)) is None:
            await begin(redis, self._address.stream, self._fresh_epoch)
            self._fresh_epoch = uuid4().hex
        return here

    async def _goes_on(self, redis: Redis, here: Standing) -> bool:
        """Returns True if reading can continue at the cursor. A replica that lagged, or a server
        that restarted without its last entries, lacks entries that were applied: then a new epoch
        begins, with the entries that are left, all nodes start over, and ``Lost`` is raised."""
        cursor = self._cursor
        if cursor is None or here.epoch != cursor.epoch or not self._caught_up.is_set():
            return False
        if await redis.xrange(self._address.stream, cursor.id, cursor.id):
            return True
        if here.gone >= cursor.count:
            return here.gone == cursor.count
        await begin(redis, self._address.stream, uuid4().hex, over=here.epoch)
        raise Lost("Redis came back without some of the events; the history begins anew")

    def _check(self, here: Standing | None) -> None:
        """Raise ``Lost`` if the stream is another history by now; called between two reads."""
        cursor = self._cursor
        assert cursor is not None
        if here is None or here.epoch != cursor.epoch:
            raise Lost("the stream is another one than before")
        if here.added < cursor.count or place_of(here.last_id) < place_of(cursor.id):
            raise Lost("the stream has lost entries")

    async def _start_over(self, redis: Redis, here: Standing, follower: RecordHandler[T]) -> None:
        """Replay the history from the newest checkpoint, or from its first stored entry."""
        follower.start_over()
        self._caught_up.clear()
        self.epoch, self.checkpoint = here.epoch, 0
        self._cursor = await self._take_back(here, follower)
        if self._cursor is None:
            self.epoch = here.name
            self._cursor = Cursor(here.epoch, here.base, here.gone)
        cursor = self._cursor
        self.progress.done, self.progress.total = 0, here.added - max(cursor.count, here.base)
        while cursor.count < here.added and (entries := await self._read(redis, None)):
            await self._apply(entries, follower, until=here.added)
        self.progress.total = self.progress.done
        self._caught_up.set()
        follower.caught_up()

    async def _take_back(self, here: Standing, follower: RecordHandler[T]) -> Cursor | None:
        """Load the newest checkpoint. Returns its position, or None where none is usable."""
        loader = follower.checkpoint_loader()
        stamp = await asyncio.to_thread(self._checkpoints.stamp)
        if loader is None or stamp is None or not here.has(stamp):
            return None
        pieces = self._checkpoints.pieces()
        with suppress(ValueError):
            while piece := await asyncio.to_thread(partial(next, pieces, None)):
                loader.load(piece)
        if not loader.is_done:
            return None
        self.checkpoint = self.seq = stamp.seq
        return Cursor(here.epoch, here.base, here.base + stamp.seq, stamp.place.encode())

    async def _read(self, redis: Redis, block_ms: int | None) -> list[Any]:
        assert self._cursor is not None
        stream = self._address.stream
        where: dict[Any, Any] = {stream: self._cursor.id}
        told: Any = await redis.xread(where, count=ENTRIES_READ, block=block_ms)
        return told[0][1] if told else []

    async def _apply(
        self, entries: list[Any], follower: RecordHandler[T], until: int | None = None
    ) -> None:
        """Apply entries in order. Raises ``Lost`` where a new epoch begins. In a replay, ``until``
        is the count of its last entry, and epochs that begin before it are part of the history."""
        assert self._cursor is not None and self._sender is not None
        cursor, applied = self._cursor, 0
        for entry_id, fields in entries:
            name = headline(fields)
            if name is not None and name != cursor.epoch and cursor.count >= (until or 0):
                raise Lost("a new history has begun")
            record = record_of(cursor.step(entry_id), at_of(entry_id), fields)
            self.seq = record.seq
            self.unread += not record.what and name is None
            self.progress.done += until is not None and record.seq > 0
            made = self._made_of(record, follower, is_past=until is not None)
            self._sender.applied(fields.get(BY, b""), made)
            applied += len(record.what)
            if applied >= APPLIED_AT_ONCE:
                await asyncio.sleep(0)
                applied = 0

    def _made_of(self, record: Record, follower: RecordHandler[T], *, is_past: bool) -> object:
        try:
            return follower.apply(record) if record.what else None
        except Exception as error:  # a bug; later records are applied all the same
            if is_past:
                raise
            log.exception("A record could not be applied")
            return error

    def _suffer(self, why: str) -> None:
        self.trouble = f"Redis at {self._address.place}: {why}"
        if self._sender is not None:
            self._sender.give_up(self.trouble)
