"""The journals that there are, each made the same way, and a life of one between start and stop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from time import time
from typing import Any, Protocol

from state.journal.base import Journal, Record, RecordHandler
from state.journal.codec import encode
from state.journal.memory import MemoryJournal
from state.journal.redis.journal import RedisJournal
from state.journal.redis.url import read_address
from state.journal.sqlite.database import row_of
from state.journal.sqlite.journal import SqliteJournal
from state.journal.sqlite.store import Store
from tests.redis_server import RedisServer
from tests.support import BOUND_S, NOON, event

Clock = Callable[[], float]


class Make(Protocol):
    """Makes a journal over the same keeping each time; ``epoch`` is for a new history."""

    def __call__(self, *, epoch: str = "e", clock: Clock | None = None) -> Journal[Any]: ...


def ticking() -> Clock:
    """A clock that goes on by a second whenever it is looked at."""
    seconds = count(1)
    return lambda: NOON + next(seconds)


def memory(_: Path) -> Make:
    def make(*, epoch: str = "e", clock: Clock | None = None) -> Journal[Any]:
        return MemoryJournal(epoch=epoch, clock=clock or ticking())

    return make


def sqlite_full(directory: Path) -> Make:
    def make(*, epoch: str = "e", clock: Clock | None = None) -> Journal[Any]:
        path, clock = directory / "visitors.db", clock or ticking()
        return SqliteJournal(path, durability="full", epoch=epoch, clock=clock)

    return make


def sqlite_fast(directory: Path) -> Make:
    def make(*, epoch: str = "e", clock: Clock | None = None) -> Journal[Any]:
        path, clock = directory / "visitors.db", clock or ticking()
        return SqliteJournal(path, durability="fast", epoch=epoch, clock=clock)

    return make


def redis(directory: Path, server: RedisServer) -> Make:
    def make(*, epoch: str = "e", clock: Clock | None = None) -> Journal[Any]:
        assert clock is None, "the time is the server's"
        return RedisJournal(read_address(server.journal(directory.name)), epoch=epoch)

    return make


CLOCKED = {"memory": memory, "sqlite full": sqlite_full, "sqlite fast": sqlite_fast}
"""Those whose time is that of the process."""

LASTING = ("sqlite full", "sqlite fast", "redis")
ALL = ("memory", *LASTING)


@asynccontextmanager
async def living(journal: Journal[Any]) -> AsyncIterator[list[Record]]:
    """The journal from its start to its end; yields the records that it applies. What ``append``
    gives is the record itself."""
    applied: list[Record] = []

    def apply(record: Record) -> Record:
        applied.append(record)
        return record

    try:
        await journal.start(RecordHandler(apply))
        yield applied
    finally:
        await journal.stop()


async def until(true: Callable[[], bool]) -> None:
    """Let others run until it is so, but not longer than the bound."""
    async with asyncio.timeout(BOUND_S):
        while not true():  # noqa: ASYNC110 — nobody tells
            await asyncio.sleep(0)


def write_events(path: Path, number: int, ago_s: float = 0.0) -> None:
    """A journal of so many events, one a record and a millisecond, the last one so long ago."""
    store = Store(path, synchronous="NORMAL", fresh_epoch="written", clock=time)
    began, rows = time() - ago_s - number / 1_000, []
    for seq in range(1, number + 1):
        visited = event(session_id=f"visitor-{seq % 5_000}", page=f"/{seq % 50}")
        rows.append(row_of(seq, began + seq / 1_000, encode([visited])))
    for start in range(0, number, 1_000):
        store.insert(rows[start : start + 1_000])
    store.close()
