"""A throttle for calls that a browser causes."""

from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable
from typing import Any


class Throttle:
    """Calls at once, but at most every ``every_s`` seconds: of faster calls the last one is made,
    at the end of that time."""

    def __init__(self, every_s: float, call: Callable[..., None]) -> None:
        self._every_s = every_s
        self._call = call
        self._next_at = 0.0
        self._waiting: TimerHandle | None = None

    def __call__(self, *arguments: Any) -> None:
        self.stop()
        loop = get_running_loop()
        if loop.time() >= self._next_at:
            self._make(*arguments)
        else:
            self._waiting = loop.call_at(self._next_at, self._make, *arguments)

    def stop(self) -> None:
        """Cancel the waiting call."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _make(self, *arguments: Any) -> None:
        self._next_at = get_running_loop().time() + self._every_s
        self._call(*arguments)
