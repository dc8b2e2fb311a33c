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
RETRY_S = 1.0


class QueuedAppend(NamedTuple):
    """The entries and the time of a record to write, and the future of its ``append``."""

    what: tuple[Entry, ...]
    at: float
    future: Any


Job = Callable[[], None]
OnCommitted = Callable[[Sequence[QueuedAppend], list[Record]], None]
OnRefused = Callable[[Sequence[QueuedAppend], str], None]


class WriterThread:
    """Writes records in the order of ``append``. ``call_on_loop`` runs a function on the event
    loop. There ``on_committed`` is called with committed records, ``on_refused`` with those that
    could not be written, ``on_trouble`` with the reason while writing fails and None when it works
    again, and ``on_failure`` with the reason of a permanent failure: another process has written
    records. ``last`` is the seq of the newest record."""

    def __init__(
        self,
        store: Store,
        call_on_loop: Callable[[Job], object],
        *,
        last: int,
        on_committed: OnCommitted,
        on_refused: OnRefused,
        on_trouble: Callable[[str | None], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self._store = store
        self._call_on_loop = call_on_loop
        self._on_committed = on_committed
        self._on_refused = on_refused
        self._on_trouble = on_trouble
        self._queue: SimpleQueue[QueuedAppend | Job | None] = SimpleQueue()
        self._on_failure = on_failure
        self._last = last
        self._has_trouble = False
        self._failure: str | None = None
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, queued: QueuedAppend) -> None:
        self._queue.put(queued)

    def submit(self, job: Job) -> None:
        """Run a job between two transactions. It must not raise."""
        self._queue.put(job)

    def stop(self) -> None:
        """Write the queued records, close the store, and end the thread. Blocks until then."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            group, job = self._next_group()
            if group:
                self._write(group)
            if job is None:
                return self._store.close()
            job()

    def _next_group(self) -> tuple[list[QueuedAppend], Job | None]:
        """Returns queued records, up to a limit, and the job after them; None ends the thread."""
        group: list[QueuedAppend] = []
        entries = 0
        while len(group) < RECORDS_AT_ONCE and entries < ENTRIES_AT_ONCE:
            try:
                queued = self._next_item(wait=not group)
            except Empty:
                return group, _no_op if group else self._probe
            if not isinstance(queued, QueuedAppend):
                return group, queued
            group.append(queued)
            entries += len(queued.what)
        return group, _no_op

    def _next_item(self, *, wait: bool) -> QueuedAppend | Job | None:
        if not wait:
            return self._queue.get_nowait()
        return self._queue.get(timeout=RETRY_S if self._has_trouble else None)

    def _write(self, group: list[QueuedAppend]) -> None:
        """Commit the group, all or nothing: a group that fails leaves its seqs to the next one."""
        if self._failure is not None:
            self._call_on_loop(partial(self._on_refused, group, self._failure))
            return
        try:
            records = self._insert(group)
        except ForeignRecords as error:
            self._failure = str(error)
            self._call_on_loop(partial(self._on_failure, self._failure))
            self._call_on_loop(partial(self._on_refused, group, self._failure))
            return
        except Exception as error:  # an SQLite error, or a bug that must not end the thread
            self._has_trouble = True
            self._call_on_loop(partial(self._on_trouble, str(error)))
            self._call_on_loop(partial(self._on_refused, group, str(error)))
            return
        self._last = records[-1].seq
        self._clear_trouble()
        self._call_on_loop(partial(self._on_committed, group, records))

    def _insert(self, group: list[QueuedAppend]) -> list[Record]:
        numbered = enumerate(group, self._last + 1)
        records = [Record(seq, queued.at, queued.what) for seq, queued in numbered]
        self._store.insert([row_of(each.seq, each.at, encode(each.what)) for each in records])
        return records

    def _probe(self) -> None:
        """Try to write while no record is queued, and clear the trouble if that works."""
        if self._failure is not None:
            return
        try:
            self._store.try_to_write()
        except sqlite3.Error:
            return
        self._clear_trouble()

    def _clear_trouble(self) -> None:
        if self._has_trouble:
            self._has_trouble = False
            self._call_on_loop(partial(self._on_trouble, None))


def _no_op() -> None:
    pass
