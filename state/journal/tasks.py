"""Cancels tasks that use a Redis connection."""

from asyncio import Task, wait
from collections.abc import Iterable

RETRY_S = 0.05


async def end(tasks: Iterable[Task[None]], *, again_s: float = RETRY_S) -> None:
    """Cancel tasks, repeatedly, until they have ended. Once isn't enough: up to Python 3.11
    ``wait_for``, which redis-py uses to send, loses a cancellation that arrives while its awaitable
    completes. ``again_s`` is the interval, and the time that the cleanup of a task may take."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        ended, running = await wait(running, timeout=again_s)
        for task in ended:
            if not task.cancelled():
                task.exception()  # marked as retrieved, so that asyncio doesn't log it
