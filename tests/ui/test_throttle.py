"""What a browser asks for too often is done less often, and the last of it for sure."""

import asyncio

from ui.throttle import Throttle

EVERY_S = 0.5


async def test_the_first_call_is_made_at_once_and_of_the_next_ones_the_last():
    made: list[int] = []
    is_made = asyncio.Event()

    def make(number: int) -> None:
        made.append(number)
        is_made.set()

    pace = Throttle(EVERY_S, make)
    for number in range(500):
        pace(number)
    assert made == [0]
    is_made.clear()
    await asyncio.wait_for(is_made.wait(), 10)
    assert made == [0, 499]


async def test_a_call_that_waits_is_not_made_once_stopped():
    made: list[int] = []
    pace = Throttle(EVERY_S, made.append)
    pace(1)
    pace(2)
    pace.stop()
    after = asyncio.Event()
    asyncio.get_running_loop().call_later(2 * EVERY_S, after.set)
    await asyncio.wait_for(after.wait(), 10)
    assert made == [1]
