"""The chain of activity queues, one for each window."""

from collections.abc import Iterator
from itertools import zip_longest

from state.sessions.expiry.activity_queue import MINUTE_S, NEVER, Activity, ActivityQueue
from state.sessions.session import Session

SWEEP_EVERY = 64
SWEEP_STEPS = 256


class ActivityQueues:
    """FIFO queues by last activity, the shortest window first. The head of each expires first, and
    an activity that is still the latest of its session then moves on to the next one. Nothing is
    ever scanned.

    ``windows`` are those that count distinct ids, ``longest`` is the last of them; a session times
    out when it leaves ``expiry``. ``pairs`` has each queue and the next one."""

    def __init__(self, timeout_s: float, spike_window_s: float) -> None:
        self.window_s = window_s = max(MINUTE_S, spike_window_s)
        queues = {
            each: ActivityQueue(each, keeps_ended=each <= window_s)
            for each in sorted({MINUTE_S, spike_window_s, timeout_s})
        }
        self.all = tuple(queues.values())
        self.pairs = tuple(zip_longest(self.all, self.all[1:]))
        self.windows = tuple(queue for queue in self.all if queue.window_s <= window_s)
        self.longest = self.windows[-1]
        self.expiry = queues[timeout_s]
        self.last_minute = queues[MINUTE_S]
        self.spike_window = queues[spike_window_s]
        self._unswept = 0

    def newest_first(self) -> Iterator[Session]:
        """Active sessions, the most recently active one first."""
        for queue in self.all:
            yield from queue.active()

    def extend(self, entries: list[Activity], running: int) -> None:
        """Enqueue the activities of a record; so many sessions are running."""
        youngest = self.all[0]
        if youngest.due_at == NEVER:
            youngest.due_at = entries[0].at + youngest.window_s
        youngest.newest += entries
        self._unswept += len(entries)
        while self._unswept >= SWEEP_EVERY:
            self._unswept -= SWEEP_EVERY
            for queue in self.all:
                live = queue.inside if queue in self.windows else running
                queue.sweep(live, SWEEP_STEPS)

    def skip_to_least_recent(self) -> Session | None:
        """Returns the running session with the oldest activity, or None. Queue entries before its
        own are dropped or set aside."""
        oldest = (queue.skip_to_least_recent() for queue in reversed(self.all))
        return next((session for session in oldest if session is not None), None)

    def prune(self) -> None:
        """Drop the stale entries at the heads."""
        for queue in self.all:
            queue.prune()

    def next_due_at(self) -> float:
        """When time alone next changes something."""
        return min(queue.next_due_at() for queue in self.all)
