"""What time it is, whatever is done to the machine's clock."""

import time
from collections.abc import Callable

SLEW = 0.0005
"""How much faster or slower than real seconds ours may be, to come back to the wall clock: more
than any quartz drifts, and so little that no duration shows it."""


class SteadyClock:
    """Epoch seconds in whole milliseconds, as the wire has them.

    Starts as the wall clock and goes on as real time does. When the wall clock is set, by a day or
    by a second, nothing expires and nothing lives longer: the difference is made up slowly.
    Elsewhere than on Linux there is no clock that counts through a suspension, so there it is the
    wall clock itself."""

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
