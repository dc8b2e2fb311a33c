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
from state.journal.redis.entries import Cursor, begun_epoch, record_of
from state.journal.redis.link import (
    ANSWER_S,
    BY,
    FAILURES,
    HistoryChanged,
    StreamInfo,
    at_of,
    begin_epoch,
    parse_id,
    reason,
    single_connection,
    stream_info,
)
from state.journal.redis.sender import Sender
from state.journal.redis.url import RedisAddress
from state.journal.tasks import end

APPLIED_AT_ONCE = 100
ENTRIES_READ = 500
BLOCK_MS = 500
CHECK_S = 1.0
RETRY_S = 0.2
STOP_S = 2.0
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

    async def start(self, handler: RecordHandler[T]) -> None:
        self._sender = Sender(self._address, uuid4().hex)
        tail = asyncio.create_task(self._run(handler))
        self._tasks = [tail, asyncio.create_task(self._sender.run())]
        waiting = asyncio.create_task(self._caught_up.wait())
        await asyncio.wait((tail, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if tail.done() and not self._is_stopped:
            tail.result()

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        if self._sender is None:
            raise RuntimeError("the journal has to be started before anything is appended")
        future = self._sender.append(what)
        if self.trouble is not None or self._is_stopped:
            self._sender.refuse_all(self.trouble or "the journal is closed")
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
                async with asyncio.timeout(STOP_S):
                    await self._sender.drain()
        if self._sender is not None:
            self._sender.refuse_all("the journal is closed")
        await end(self._tasks)
        await asyncio.to_thread(self._checkpoints.close)

    async def _run(self, handler: RecordHandler[T]) -> None:
        """Read the stream until cancelled, with a new connection after each failure. A new
        connection may lead to another server, so the state of the stream is checked first."""
        while True:
            redis = single_connection(self._address)
            try:
                await self._consume(redis, handler)
            except HistoryChanged as error:
                self._set_trouble(str(error))
                await asyncio.sleep(RETRY_S / 10)
            except FAILURES as error:
                self._set_trouble(reason(error))
                await asyncio.sleep(RETRY_S)
            except Exception as error:
                self._set_trouble(f"{type(error).__name__} while its events were read")
                raise
            finally:
                with suppress(*FAILURES):
                    await redis.aclose()

    async def _consume(self, redis: Redis, handler: RecordHandler[T]) -> None:
        info = await self._ensure_stream(redis)
        if not await self._try_resume(redis, info):
            await self._start_over(redis, info, handler)
        self.trouble = None
        clock = asyncio.get_running_loop().time
        checked_at = clock()
        while True:
            entries = await self._read_entries(redis, BLOCK_MS)
            await self._apply(entries, handler)
            if not entries or clock() - checked_at >= CHECK_S:
                self._check_history(await stream_info(redis, self._address.stream))
                checked_at = clock()

    async def _ensure_stream(self, redis: Redis) -> StreamInfo:
        """Returns the state of the stream; begins an epoch where there is none."""
        while (info := await stream_info(redis, self._address.stream)) is None:
            await begin_epoch(redis, self._address.stream, self._fresh_epoch)
            self._fresh_epoch = uuid4().hex
        return info

    async def _try_resume(self, redis: Redis, info: StreamInfo) -> bool:
        """Returns True if reading can continue at the cursor. A replica that lagged, or a server
        that restarted without its last entries, lacks entries that were applied: then this begins
        a new epoch with those that are left, so that all nodes start over, and raises
        ``HistoryChanged``."""
        cursor = self._cursor
        if cursor is None or info.epoch != cursor.epoch or not self._caught_up.is_set():
            return False
        if await redis.xrange(self._address.stream, cursor.id, cursor.id):
            return True
        if info.deleted >= cursor.count:
            return info.deleted == cursor.count
        await begin_epoch(redis, self._address.stream, uuid4().hex, replaces=info.epoch)
        raise HistoryChanged("Redis came back without some of the events; the history begins anew")

    def _check_history(self, info: StreamInfo | None) -> None:
        """Raise ``HistoryChanged`` if the stream is another history by now; runs between reads."""
        cursor = self._cursor
        assert cursor is not None
        if info is None or info.epoch != cursor.epoch:
            raise HistoryChanged("the stream is another one than before")
        if info.added < cursor.count or parse_id(info.last_id) < parse_id(cursor.id):
            raise HistoryChanged("the stream has lost entries")

    async def _start_over(self, redis: Redis, info: StreamInfo, handler: RecordHandler[T]) -> None:
        """Replay the history from the newest checkpoint, or from its first stored entry."""
        handler.start_over()
        self._caught_up.clear()
        self.epoch, self.checkpoint = info.epoch, 0
        self._cursor = await self._load_checkpoint(info, handler)
        if self._cursor is None:
            self.epoch = info.replay_epoch
            self._cursor = Cursor(info.epoch, info.base, info.deleted)
        cursor = self._cursor
        self.progress.done, self.progress.total = 0, info.added - max(cursor.count, info.base)
        while cursor.count < info.added and (entries := await self._read_entries(redis, None)):
            await self._apply(entries, handler, until=info.added)
        self.progress.total = self.progress.done
        self._caught_up.set()
        handler.caught_up()

    async def _load_checkpoint(self, info: StreamInfo, handler: RecordHandler[T]) -> Cursor | None:
        """Load the newest checkpoint. Returns its position, or None where none is usable."""
        loader = handler.checkpoint_loader()
        stamp = await asyncio.to_thread(self._checkpoints.stamp)
        if loader is None or stamp is None or not info.has(stamp):
            return None
        pieces = self._checkpoints.pieces()
        with suppress(ValueError):
            while piece := await asyncio.to_thread(partial(next, pieces, None)):
                loader.load(piece)
        if not loader.is_done:
            return None
        self.checkpoint = self.seq = stamp.seq
        return Cursor(info.epoch, info.base, info.base + stamp.seq, stamp.place.encode())

    async def _read_entries(self, redis: Redis, block_ms: int | None) -> list[Any]:
        assert self._cursor is not None
        positions: dict[Any, Any] = {self._address.stream: self._cursor.id}
        answer: Any = await redis.xread(positions, count=ENTRIES_READ, block=block_ms)
        return answer[0][1] if answer else []

    async def _apply(
        self, entries: list[Any], handler: RecordHandler[T], until: int | None = None
    ) -> None:
        """Apply entries in order. Raises ``HistoryChanged`` where a new epoch begins. In a replay
        ``until`` is the count of its last entry; an epoch that begins before it isn't new."""
        assert self._cursor is not None and self._sender is not None
        cursor, applied = self._cursor, 0
        for entry_id, fields in entries:
            name = begun_epoch(fields)
            if name is not None and name != cursor.epoch and cursor.count >= (until or 0):
                raise HistoryChanged("a new history has begun")
            record = record_of(cursor.advance(entry_id), at_of(entry_id), fields)
            self.seq = record.seq
            self.unread += not record.what and name is None
            self.progress.done += until is not None and record.seq > 0
            result = self._apply_one(record, handler, is_replay=until is not None)
            self._sender.on_applied(fields.get(BY, b""), result)
            applied += len(record.what)
            if applied >= APPLIED_AT_ONCE:
                await asyncio.sleep(0)
                applied = 0

    def _apply_one(self, record: Record, handler: RecordHandler[T], *, is_replay: bool) -> object:
        try:
            return handler.apply(record) if record.what else None
        except Exception as error:  # a bug; later records are applied all the same
            if is_replay:
                raise
            log.exception("A record could not be applied")
            return error

    def _set_trouble(self, why: str) -> None:
        self.trouble = f"Redis at {self._address.place}: {why}"
        if self._sender is not None:
            self._sender.refuse_all(self.trouble)
