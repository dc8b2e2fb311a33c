"""One target of notifications: a bounded queue, and a thread that empties it."""

import logging
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

from msgspec import Struct

from ingest.notify.notice import Notice

WAITING_KEPT = 100
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
MOST_ATTEMPTS = 65
"""About an hour, then a notice is old news."""

log = logging.getLogger("visitors.notify")


class TargetStatus(Struct, frozen=True):
    """``error`` is why the latest attempt failed, None after one that didn't; ``dropped`` counts
    notices that were never sent, because too many waited or too many attempts failed."""

    target: str
    sent: int
    waiting: int
    dropped: int
    error: str | None


class NotifyTarget:
    """Sends notices in order. ``put`` never waits: the thread does, for a slow or dead target, with
    longer and longer pauses. It is a daemon, so it doesn't hold up a stop either. ``send`` returns
    why it failed, or None; ``claim`` returns False if another node sends the notice. Neither may
    put a secret into an error."""

    def __init__(
        self,
        name: str,
        send: Callable[[Notice], str | None],
        claim: Callable[[Notice], bool],
        *,
        first_pause_s: float = FIRST_PAUSE_S,
        most_attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self.name = name
        self._send = send
        self._claim = claim
        self._first_pause_s = first_pause_s
        self._most_attempts = most_attempts
        self._waiting: deque[Notice] = deque()
        self._changed = Condition()
        self._stopped = False
        self._sent = self._dropped = 0
        self._error: str | None = None
        self._thread: Thread | None = None

    def put(self, notice: Notice) -> None:
        """Queue a notice; where a hundred wait the oldest is dropped."""
        with self._changed:
            if len(self._waiting) >= WAITING_KEPT:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(notice)
            if self._thread is None:
                self._thread = Thread(target=self._run, name=f"notify {self.name}", daemon=True)
                self._thread.start()
            self._changed.notify()

    def status(self) -> TargetStatus:
        with self._changed:
            waiting = len(self._waiting)
            return TargetStatus(self.name, self._sent, waiting, self._dropped, self._error)

    def stop(self) -> None:
        """End the thread, after the attempt that it makes."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _run(self) -> None:
        while (notice := self._next()) is not None:
            self._deliver(notice)

    def _next(self) -> Notice | None:
        """The next notice, once there is one; None after ``stop``. It is no longer counted among
        those that wait."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or bool(self._waiting))
            return None if self._stopped else self._waiting.popleft()

    def _deliver(self, notice: Notice) -> None:
        pause_s = self._first_pause_s
        for _ in range(self._most_attempts):
            error = self._attempt(notice)
            self._note(error)
            if error is None:
                return
            with self._changed:
                if self._changed.wait_for(lambda: self._stopped, pause_s):
                    return
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        with self._changed:
            self._dropped += 1

    def _attempt(self, notice: Notice) -> str | None:
        try:
            if not self._claim(notice):
                return None
            error = self._send(notice)
        except Exception as failure:  # of a library: its text may hold the address
            return f"failed with {type(failure).__name__}"
        if error is None:
            with self._changed:
                self._sent += 1
        return error

    def _note(self, error: str | None) -> None:
        with self._changed:
            before, self._error = self._error, error
        if error is not None and before is None:
            log.warning("Alerts can't be sent to %s: %s", self.name, error)
        elif error is None and before is not None:
            log.info("Alerts are sent to %s again", self.name)
