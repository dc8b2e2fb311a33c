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
NOT_YET = object()


class Parked(Struct, eq=False):
    """An append that isn't acknowledged yet. ``is_kept`` is True when the server has stored it;
    ``made`` is the result of ``apply`` here."""

    number: int
    what: tuple[Entry, ...]
    future: "Future[Any]"
    is_kept: bool = False
    made: object = NOT_YET


class Sender(Generic[T]):
    """Sends appends in batches. ``node`` identifies this process in the entries that it adds."""

    def __init__(self, address: RedisAddress, node: str) -> None:
        self._address = address
        self._node = node
        self._redis: Redis = client(address)
        self._number = 0
        self._entries = 0
        self._waiting: list[Parked] = []
        self._parked: dict[bytes, Parked] = {}
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()

    def put(self, what: Sequence[Entry]) -> "Future[T]":
        """Queue an append. The future gets the result of ``apply``, or ``Unavailable``."""
        future: Future[T] = asyncio.get_running_loop().create_future()
        if self._entries > MOST_WAITING:
            future.set_exception(Unavailable("too much waits for Redis"))
            return future
        self._number += 1
        parked = Parked(self._number, tuple(what), future)
        self._entries += len(parked.what)
        self._waiting.append(parked)
        self._parked[self._name(parked)] = parked
        self._filled.set()
        self._emptied.clear()
        return future

    def applied(self, by: bytes, made: object) -> None:
        """Note that the entry with the token ``by`` was applied, with the result ``made``."""
        parked = self._parked.get(by)
        if parked is not None:
            parked.made = made
            self._settle(parked)

    def give_up(self, why: str) -> None:
        """Refuse all pending appends: the stream can't be read now, so it is unknown whether those
        that were sent are stored."""
        self._waiting.clear()
        for parked in list(self._parked.values()):
            self._refuse(parked, why)

    async def run(self) -> None:
        """Send queued appends, one batch at a time, until cancelled."""
        loop = asyncio.get_running_loop()
        next_at = 0.0
        try:
            while True:
                await self._filled.wait()
                await asyncio.sleep(max(0.0, next_at - loop.time()))
                next_at = loop.time() + GATHER_S
                batch = self._waiting[:RECORDS_AT_ONCE]
                del self._waiting[:RECORDS_AT_ONCE]
                if not self._waiting:
                    self._filled.clear()
                if batch:
                    await self._send(batch)
        finally:
            await self._redis.aclose()

    async def emptied(self) -> None:
        """Wait until no append is pending."""
        await self._emptied.wait()

    async def _send(self, batch: list[Parked]) -> None:
        """Send a batch without a transaction: each append may fail alone. None is sent again."""
        pipe = self._redis.pipeline(transaction=False)
        for parked in batch:
            fields: dict[Any, Any] = {WHAT: encode(parked.what), BY: self._name(parked)}
            pipe.xadd(self._address.stream, fields, nomkstream=True)
        if self._address.replicas:
            pipe.wait(self._address.replicas, REPLICAS_WAIT_MS)
        try:
            told = await pipe.execute(raise_on_error=False)
        except FAILURES as error:
            for parked in batch:
                self._refuse(parked, reason(error))
            return
        short = self._short_of_replicas(told[len(batch) :])
        for parked, answer in zip(batch, told, strict=False):
            why = _wrong(answer) or short
            if why:
                self._refuse(parked, why)
            else:
                parked.is_kept = True
                self._settle(parked)

    def _short_of_replicas(self, told: list[Any]) -> str | None:
        """Returns why too few replicas have the batch, or None. ``told``: the answer to WAIT."""
        if not told:
            return None
        [have], asked = told, self._address.replicas
        return _wrong(have) or (None if have >= asked else f"{have} of {asked} replicas have it")

    def _settle(self, parked: Parked) -> None:
        if not parked.is_kept or parked.made is NOT_YET:
            return
        self._forget(parked)
        if parked.future.done():
            return
        if isinstance(parked.made, Exception):
            parked.future.set_exception(parked.made)
        else:
            parked.future.set_result(parked.made)

    def _refuse(self, parked: Parked, why: str) -> None:
        self._forget(parked)
        if not parked.future.done():
            parked.future.set_exception(Unavailable(why))

    def _forget(self, parked: Parked) -> None:
        if self._parked.pop(self._name(parked), None) is not None:
            self._entries -= len(parked.what)
        if not self._parked:
            self._emptied.set()

    def _name(self, parked: Parked) -> bytes:
        return f"{self._node}:{parked.number}".encode()


def _wrong(answer: object) -> str | None:
    """Returns why an append isn't stored, or None. Redis answers nil where there is no stream."""
    if isinstance(answer, Exception):
        return reason(answer)
    return "the stream is gone" if answer is None else None
