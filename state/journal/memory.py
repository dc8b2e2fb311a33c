"""The journal in memory: gives records a seq and a time, and stores nothing."""

from asyncio import Future, get_running_loop
from collections.abc import Callable, Sequence

from state.event import Entry
from state.journal.base import Damage, Journal, Progress, Record, RecordHandler, T


class MemoryJournal(Journal[T]):
    """Applies each record at once. ``clock`` returns epoch seconds; if it steps back, records get
    the latest time until it has caught up."""

    def __init__(self, *, epoch: str, clock: Callable[[], float]) -> None:
        self.epoch = epoch
        self.progress = Progress()
        self.damage: Damage | None = None
        self.trouble: str | None = None
        self._clock = clock
        self.seq = 0
        self.checkpoint = self.unread = 0
        self._at = 0.0
        self._handler: RecordHandler[T] | None = None

    async def start(self, handler: RecordHandler[T]) -> None:
        self._handler = handler
        handler.caught_up()

    def append(self, what: Sequence[Entry]) -> "Future[T]":
        if self._handler is None:
            raise RuntimeError("the journal has to be started before anything is appended")
        self.seq += 1
        self._at = max(self._at, self._clock())
        future: Future[T] = get_running_loop().create_future()
        future.set_result(self._handler.apply(Record(self.seq, self._at, tuple(what))))
        return future

    async def newest_checkpoint(self) -> int:
        return 0

    async def forget(self, before_at: float) -> int:
        return 0

    async def stop(self) -> None:
        self._handler = None
