"""The writer thread: commits all queued records as one transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from state.event import Entry
from state.journal.base import Record
from state.journal.codec import encode
from state.journal.sqlite.database import row_of
from state.journal.sqlite.store import ForeignRecords, Store

RECORDS_AT_ONCE = 1_000
ENTRIES_AT_ONCE = 10_000
TRY_AGAIN_S = 1.0


class Waiting(NamedTuple):
    """The entries and the time of a record to write, and the future of its ``append``."""

    what: tuple[Entry, ...]
    at: float
    future: Any


Job = Callable[[], None]
Kept = Callable[[Sequence[Waiting], list[Record]], None]
Refused = Callable[[Sequence[Waiting], str], None]


class Writer:
    """Writes records in the order of ``put``. ``call`` runs a function on the event loop. There
    ``kept`` is called with committed records, ``refused`` with those that could not be written,
    ``trouble`` with the reason while writing fails and None when it works again, and ``failed``
    with the reason of a permanent failure: another process has written records. ``last`` is the seq
    of the newest record."""

    def __init__(
        self,
        store: Store,
        call: Callable[[Job], object],
        *,
        last: int,
        kept: Kept,
        refused: Refused,
        trouble: Callable[[str | None], None],
        failed: Callable[[str], None],
    ) -> None:
        self._store = store
        self._call = call
        self._kept = kept
        self._refused = refused
        self._trouble = trouble
        self._queue: SimpleQueue[Waiting | Job | None] = SimpleQueue()
        self._failed = failed
        self._last = last
        self._is_troubled = False
        self._failure: str | None = None
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def put(self, waiting: Waiting) -> None:
        self._queue.put(waiting)

    def do(self, job: Job) -> None:
        """Run a job between two transactions. It must not raise."""
        self._queue.put(job)

    def stop(self) -> None:
        """Write the queued records, close the store, and end the thread. Blocks until then."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            group, then = self._next()
            if group:
                self._write(group)
            if then is None:
                return self._store.close()
            then()

    def _next(self) -> tuple[list[Waiting], Job | None]:
        """Returns queued records, up to a limit, and the job after them; None ends the thread."""
        group: list[Waiting] = []
        entries = 0
        while len(group) < RECORDS_AT_ONCE and entries < ENTRIES_AT_ONCE:
            try:
                waiting = self._get(wait=not group)
            except Empty:
                return group, _nothing if group else self._try
            if not isinstance(waiting, Waiting):
                return group, waiting
            group.append(waiting)
            entries += len(waiting.what)
        return group, _nothing

    def _get(self, *, wait: bool) -> Waiting | Job | None:
        if not wait:
            return self._queue.get_nowait()
        return self._queue.get(timeout=TRY_AGAIN_S if self._is_troubled else None)

    def _write(self, group: list[Waiting]) -> None:
        """Commit the group, all or nothing: a group that fails leaves its seqs to the next one."""
        if self._failure is not None:
            self._call(partial(self._refused, group, self._failure))
            return
        try:
            records = self._insert(group)
        except ForeignRecords as error:
            self._failure = str(error)
            self._call(partial(self._failed, self._failure))
            self._call(partial(self._refused, group, self._failure))
            return
        except Exception as error:  # an SQLite error, or a bug that must not end the thread
            self._is_troubled = True
            self._call(partial(self._trouble, str(error)))
            self._call(partial(self._refused, group, str(error)))
            return
        self._last = records[-1].seq
        self._over()
        self._call(partial(self._kept, group, records))

    def _insert(self, group: list[Waiting]) -> list[Record]:
        numbered = enumerate(group, self._last + 1)
        records = [Record(seq, waiting.at, waiting.what) for seq, waiting in numbered]
        self._store.insert([row_of(each.seq, each.at, encode(each.what)) for each in records])
        return records

    def _try(self) -> None:
        """Try to write while no record is queued, and clear the trouble if that works."""
        if self._failure is not None:
            return
        try:
            self._store.try_to_write()
        except sqlite3.Error:
            return
        self._over()

    def _over(self) -> None:
        if self._is_troubled:
            self._is_troubled = False
            self._call(partial(self._trouble, None))


def _nothing() -> None:
    pass
