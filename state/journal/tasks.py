"""The end of tasks that speak to Redis."""

from asyncio import Task, wait
from collections.abc import Iterable

AGAIN_S = 0.05


async def end(tasks: Iterable[Task[None]], *, again_s: float = AGAIN_S) -> None:
    """Cancel tasks until they have ended. Once isn't enough: up to Python 3.11 ``wait_for``, by
    which redis-py sends, loses a cancellation that comes while its work is being finished.
    ``again_s`` is the time that what they do at their end may take."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        ended, running = await wait(running, timeout=again_s)
        for task in ended:
            if not task.cancelled():
                task.exception()  # whoever waited for it was told
