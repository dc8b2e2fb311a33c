"""Who else used the cores that a measurement ran on: without this a number can't be believed."""

import os
from pathlib import Path
from time import monotonic

TICK = os.sysconf("SC_CLK_TCK")


class Others:
    """Watches one core for processes other than ``pid``, or, without one, than our children."""

    def __init__(self, core: int | None, pid: int | None = None) -> None:
        self._core = core
        self._pid = pid
        self._began = monotonic()
        self._before = self._used_s()

    def share(self) -> float:
        """How much of the core they, and a machine around this one, took since; 0 to 1."""
        passed = max(0.1, monotonic() - self._began)
        return min(1.0, max(0.0, (self._used_s() - self._before) / passed))

    def _used_s(self) -> float:
        if self._core is None:
            return 0.0
        return _busy_s(self._core) - (process_s(self._pid) if self._pid else _children_s())


def _busy_s(core: int) -> float:
    """User, nice, system and stolen time; interrupts are of the network, and so of both sides."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            return (sum(map(int, ticks[:3])) + int(ticks[7])) / TICK
    return 0.0


def process_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _children_s() -> float:
    """Of those that have ended."""
    times = os.times()
    return times.children_user + times.children_system
