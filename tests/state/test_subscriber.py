"""One viewer's line: what waits in it, how much, and in which portions it is taken."""

import asyncio

from state.subscriber import TAKEN_AT_ONCE, Subscriber
from tests.support import BOUND_S


async def take(subscriber: Subscriber) -> list[bytes]:
    async with asyncio.timeout(BOUND_S):
        return await subscriber.take(lambda: b"snapshot")


async def test_what_waits_is_taken_in_order_and_then_nothing_waits():
    line = Subscriber("a", most_bytes=10)
    for frame in (b"one", b"two"):
        line.offer(frame)
    assert (line.backlog_bytes, line.is_behind) == (6, True)
    assert await take(line) == [b"one", b"two"]
    assert (line.backlog_bytes, line.is_behind) == (0, False)


async def test_what_was_taken_makes_room():
    line = Subscriber("a", most_bytes=10)
    for _ in range(5):
        line.offer(b"x" * 10)
        assert await take(line) == [b"x" * 10]
    assert line.dropped == 0


async def test_one_byte_too_many_drops_all_and_counts_it():
    line = Subscriber("a", most_bytes=10)
    for _ in range(2):
        line.offer(b"x" * 5)
    line.offer(b"y")
    line.offer(b"z")
    assert (line.dropped, line.is_behind, line.backlog_bytes) == (4, True, 0)
    assert await take(line) == [b"snapshot"]
    line.offer(b"after")
    assert await take(line) == [b"after"]


async def test_much_is_taken_in_portions():
    line = Subscriber("a", most_bytes=10 * TAKEN_AT_ONCE)
    half = b"x" * (TAKEN_AT_ONCE // 2)
    for _ in range(5):
        line.offer(half)
    portions = []
    while line.is_behind:
        portions.append(len(await take(line)))
    assert portions == [2, 2, 1]


async def test_a_batch_is_all_that_came_while_it_was_collected():
    line = Subscriber("a", most_bytes=1_000)
    line.batch_s = 0.05
    line.offer(b"one")
    waiting = asyncio.create_task(take(line))
    await asyncio.sleep(0)
    line.offer(b"two")
    assert await waiting == [b"one", b"two"]


async def test_a_batch_is_not_waited_for_when_the_connection_is_to_be_closed():
    line = Subscriber("a", most_bytes=1_000)
    line.batch_s = 10 * BOUND_S
    line.offer(b"one")
    waiting = asyncio.create_task(take(line))
    await asyncio.sleep(0)
    line.close(1001)
    assert await waiting == [b"one"]
    assert (line.close_code, line.is_behind) == (1001, False)
    late = Subscriber("b", most_bytes=1_000)
    late.batch_s = 10 * BOUND_S
    late.close(1001)
    assert await take(late) == []


async def test_what_has_to_come_whatever_its_size_is_never_dropped_for_it():
    line = Subscriber("a", most_bytes=10)
    line.begin([b"x" * 100, b"y" * 100])
    assert line.is_catching_up
    line.offer(b"z" * 10)
    assert await take(line) == [b"x" * 100, b"y" * 100, b"z" * 10]
    assert not line.is_catching_up
    line.offer(b"z" * 11)
    assert await take(line) == [b"snapshot"]
