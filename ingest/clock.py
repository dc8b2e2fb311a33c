"""A clock that doesn't jump when the machine's clock is set."""

import time
from collections.abc import Callable

SLEW = 0.0005
"""The rate at which the clock approaches the wall clock: more than a quartz drifts, and too little
to show in a duration."""


class SteadyClock:
    """Gives epoch seconds in whole milliseconds.

    It starts as the wall clock and continues as real time. When the wall clock is set, by a day or
    by a second, nothing expires early or late: the difference is made up slowly. Only Linux has a
    clock that counts through a suspension; elsewhere this is the wall clock itself."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed or _since_boot or wall
        self._at = wall()
        self._read_at = self._elapsed()

    def now(self) -> float:
        read_at = self._elapsed()
        passed = max(0.0, read_at - self._read_at)
        self._read_at = read_at
        expected = self._at + passed
        astray = self._wall() - expected
        self._at = expected + max(-SLEW * passed, min(SLEW * passed, astray))
        return int(self._at * 1000) / 1000


def _boot_clock() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


_since_boot = _boot_clock if hasattr(time, "CLOCK_BOOTTIME") else None
