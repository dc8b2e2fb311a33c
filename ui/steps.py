"""Work in steps, between which the event loop does other work."""

import asyncio
from collections.abc import Generator
from time import perf_counter
from typing import TypeVar

WORK_S = 0.002
T = TypeVar("T")


async def finish(steps: Generator[None, None, T]) -> T:
    """Do all steps, with a pause after each 2 ms that is as long. Returns their result."""
    while True:
        began = perf_counter()
        try:
            while perf_counter() - began < WORK_S:
                next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        await asyncio.sleep(perf_counter() - began)
