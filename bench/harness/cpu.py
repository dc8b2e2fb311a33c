"""Assign processes to cores, and read CPU times."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import clock_gettime, monotonic

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PROCESS_CLOCK = 2
"""CPUCLOCK_SCHED of Linux: CPU time of all threads in nanoseconds."""


def choose_cores() -> tuple[int | None, int | None]:
    """Choose one core for the server and one for the load; None for both on a single core."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


@contextmanager
def pinned_to(core: int | None) -> Iterator[None]:
    """Pin this process, and those that it starts within the block, to a core. None pins nothing."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def process_cpu_s(pid: int) -> float:
    """Read user and system time of a process, in seconds.

    The clock is that of clock_getcpuclockid(3). /proc/PID/stat counts in steps of 10 ms, which is
    too coarse for a slow rate.

    Raises:
        OSError: there is no such process.
    """
    return clock_gettime((~pid << 3) | PROCESS_CLOCK)


class CoreContention:
    """Measures how much of one core other processes use, since construction.

    "Other" is every process except ``pid``, or, without ``pid``, except the children of this
    process that have ended. A measurement on a core that others use is not reproducible.
    """

    def __init__(self, core: int | None, pid: int | None = None) -> None:
        self._core = core
        self._pid = pid
        self._started_at = monotonic()
        self._before_s = self._used_by_others_s()

    def share(self) -> float:
        """Return the share of the core, from 0 to 1; stolen time of a virtual machine counts."""
        elapsed_s = max(0.1, monotonic() - self._started_at)
        return min(1.0, max(0.0, (self._used_by_others_s() - self._before_s) / elapsed_s))

    def _used_by_others_s(self) -> float:
        if self._core is None:
            return 0.0
        own_s = process_cpu_s(self._pid) if self._pid else _ended_children_s()
        return _busy_s(self._core) - own_s


def _busy_s(core: int) -> float:
    """Sum user, nice, system and stolen time. Interrupts are left out: the network of both sides
    causes them."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            return (sum(map(int, ticks[:3])) + int(ticks[7])) / TICKS_PER_S
    return 0.0


def _ended_children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system
