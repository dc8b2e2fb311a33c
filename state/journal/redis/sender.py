"""Appends the entries of this node to the stream: batched for some milliseconds, sent once. An
append is acknowledged when the server has stored it and this node has read and applied it."""

import asyncio
from asyncio import Future
from collections.abc import Sequence
from typing import Any, Generic

from msgspec import Struct
from redis.asyncio import Redis

from state.event import Entry
from state.journal.base import T, Unavailable
from state.journal.codec import encode
from state.journal.redis.link import BY, FAILURES, WHAT, client, reason
from state.journal.redis.url import RedisAddress

GATHER_S = 0.005
RECORDS_AT_ONCE = 500
MOST_WAITING = 200_000
REPLICAS_WAIT_MS = 500
NOT_APPLIED = object()


class PendingAppend(Struct, eq=False):
    """An append that isn't acknowledged yet. ``is_stored`` is True when the server has stored it;
    ``result`` is the result of ``apply`` here."""

    number: int
    what: tuple[Entry, ...]
    future: "Future[Any]"
    is_stored: bool = False
    result: object = NOT_APPLIED


class Sender(Generic[T]):
    """Sends appends in batches. ``node`` identifies this process in the entries that it adds."""

    def __init__(self, address: RedisAddress, node: str) -> None:
        self._address = address
        self._node = node
        self._redis: Redis = client(address)
        self._last_number = 0
        self._pending_entries = 0
        self._unsent: list[PendingAppend] = []
        self._pending: dict[bytes, PendingAppend] = {}
        self._has_unsent = asyncio.Event()
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        """Queue an append. The future gets the result of ``apply``, or ``Unavailable``."""
        future: Future[T] = asyncio.get_running_loop().create_future()
        if self._pending_entries > MOST_WAITING:
            future.set_exception(Unavailable("too much waits for Redis"))
            return future
        self._last_number += 1
        pending = PendingAppend(self._last_number, tuple(what), future)
        self._pending_entries += len(pending.what)
        self._unsent.append(pending)
        self._pending[self._token(pending)] = pending
        self._has_unsent.set()
        self._is_empty.clear()
        return future

    def on_applied(self, by: bytes, result: object) -> None:
        """Note that the entry with the token ``by`` was applied, with the result ``result``."""
        pending = self._pending.get(by)
        if pending is not None:
            pending.result = result
            self._complete(pending)

    def refuse_all(self, why: str) -> None:
        """Refuse all pending appends: the stream can't be read now, so it is unknown whether those
        that were sent are stored."""
        self._unsent.clear()
        for pending in list(self._pending.values()):
            self._refuse(pending, why)

    async def run(self) -> None:
        """Send queued appends, one batch at a time, until cancelled."""
        loop = asyncio.get_running_loop()
        next_at = 0.0
        try:
            while True:
                await self._has_unsent.wait()
                await asyncio.sleep(max(0.0, next_at - loop.time()))
                next_at = loop.time() + GATHER_S
                batch = self._unsent[:RECORDS_AT_ONCE]
                del self._unsent[:RECORDS_AT_ONCE]
                if not self._unsent:
                    self._has_unsent.clear()
                if batch:
                    await self._send(batch)
        finally:
            await self._redis.aclose()

    async def drain(self) -> None:
        """Wait until no append is pending."""
        await self._is_empty.wait()

    async def _send(self, batch: list[PendingAppend]) -> None:
        """Send a batch without a transaction: each append may fail alone. None is sent again."""
        pipe = self._redis.pipeline(transaction=False)
        for pending in batch:
            fields: dict[Any, Any] = {WHAT: encode(pending.what), BY: self._token(pending)}
            pipe.xadd(self._address.stream, fields, nomkstream=True)
        if self._address.replicas:
            pipe.wait(self._address.replicas, REPLICAS_WAIT_MS)
        try:
            answers = await pipe.execute(raise_on_error=False)
        except FAILURES as error:
            for pending in batch:
                self._refuse(pending, reason(error))
            return
        replicas_failure = self._replicas_failure(answers[len(batch) :])
        for pending, answer in zip(batch, answers, strict=False):
            why = _failure(answer) or replicas_failure
            if why:
                self._refuse(pending, why)
            else:
                pending.is_stored = True
                self._complete(pending)

    def _replicas_failure(self, answers: list[Any]) -> str | None:
        """Returns why too few replicas have the batch, or None. ``answers``: the answer to WAIT."""
        if not answers:
            return None
        [have], needed = answers, self._address.replicas
        return _failure(have) or (
            None if have >= needed else f"{have} of {needed} replicas have it"
        )

    def _complete(self, pending: PendingAppend) -> None:
        if not pending.is_stored or pending.result is NOT_APPLIED:
            return
        self._remove(pending)
        if pending.future.done():
            return
        if isinstance(pending.result, Exception):
            pending.future.set_exception(pending.result)
        else:
            pending.future.set_result(pending.result)

    def _refuse(self, pending: PendingAppend, why: str) -> None:
        self._remove(pending)
        if not pending.future.done():
            pending.future.set_exception(Unavailable(why))

    def _remove(self, pending: PendingAppend) -> None:
        if self._pending.pop(self._token(pending), None) is not None:
            self._pending_entries -= len(pending.what)
        if not self._pending:
            self._is_empty.set()

    def _token(self, pending: PendingAppend) -> bytes:
        return f"{self._node}:{pending.number}".encode()


def _failure(answer: object) -> str | None:
    """Returns why an append isn't stored, or None. Redis answers nil where there is no stream."""
    if isinstance(answer, Exception):
        return reason(answer)
    return "the stream is gone" if answer is None else None
