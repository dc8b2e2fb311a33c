"""One viewer's line: what waits in it, how much, and in which portions it is taken."""

import asyncio
from functools import partial

from state.filtering.filter import Filter
from state.hub.backlogs import Backlogs
from state.hub.subscriber import PORTION_BYTES, Subscriber
from tests.support import BOUND_S


async def take(subscriber: Subscriber) -> list[bytes]:
    async with asyncio.timeout(BOUND_S):
        return await subscriber.next_frames(lambda: b"snapshot")


async def test_what_waits_is_taken_in_order_and_then_nothing_waits():
    line = Subscriber("a", most_bytes=10)
    for frame in (b"one", b"two"):
        line.enqueue(frame)
    assert (line.backlog_bytes, line.is_behind) == (6, True)
    assert await take(line) == [b"one", b"two"]
    assert (line.backlog_bytes, line.is_behind) == (0, False)


async def test_what_was_taken_makes_room():
    line = Subscriber("a", most_bytes=10)
    for _ in range(5):
        line.enqueue(b"x" * 10)
        assert await take(line) == [b"x" * 10]
    assert line.dropped == 0


async def test_one_byte_too_many_drops_all_and_counts_it():
    line = Subscriber("a", most_bytes=10)
    for _ in range(2):
        line.enqueue(b"x" * 5)
    line.enqueue(b"y")
    line.enqueue(b"z")
    assert (line.dropped, line.is_behind, line.backlog_bytes) == (4, True, 0)
    assert await take(line) == [b"snapshot"]
    line.enqueue(b"after")
    assert await take(line) == [b"after"]


async def test_much_is_taken_in_portions():
    line = Subscriber("a", most_bytes=10 * PORTION_BYTES)
    half = b"x" * (PORTION_BYTES // 2)
    for _ in range(5):
        line.enqueue(half)
    portions = []
    while line.is_behind:
        portions.append(len(await take(line)))
    assert portions == [2, 2, 1]


async def test_a_batch_is_all_that_came_while_it_was_collected():
    line = Subscriber("a", most_bytes=1_000)
    line.batch_s = 0.05
    line.enqueue(b"one")
    waiting = asyncio.create_task(take(line))
    await asyncio.sleep(0)
    line.enqueue(b"two")
    assert await waiting == [b"one", b"two"]


async def test_a_batch_is_not_waited_for_when_the_connection_is_to_be_closed():
    line = Subscriber("a", most_bytes=1_000)
    line.batch_s = 10 * BOUND_S
    line.enqueue(b"one")
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
    line.replay([b"x" * 100, b"y" * 100])
    assert line.is_catching_up
    line.enqueue(b"z" * 10)
    assert await take(line) == [b"x" * 100, b"y" * 100, b"z" * 10]
    assert line.is_catching_up, "it is being sent"
    line.enqueue(b"z" * 11)
    assert line.is_catching_up, "a snapshot is due"
    assert await take(line) == [b"snapshot"]
    line.enqueue(b"z")
    assert await take(line) == [b"z"]
    assert not line.is_catching_up


async def test_a_snapshot_is_made_only_after_the_peer_has_taken_what_came_before():
    line = Subscriber("a", most_bytes=10)
    line.enqueue(b"x" * 11)
    made: list[str] = []
    drained = asyncio.Event()

    async def has_drained() -> None:
        await drained.wait()

    def resync() -> bytes:
        made.append("snapshot")
        return b"snapshot"

    taking = asyncio.create_task(line.next_frames(resync, has_drained))
    for _ in range(3):
        await asyncio.sleep(0)
        line.enqueue(b"more")
    assert (made, line.backlog_bytes) == ([], 0)
    drained.set()
    assert await taking == [b"snapshot"]
    assert line.dropped == 4


class Readers:
    """Subscribers under one budget; ``evicted`` are those whose connections were ended."""

    def __init__(self, *names: str, most_bytes: int) -> None:
        self.backlogs = Backlogs(most_bytes)
        self.evicted: list[str] = []
        self.lines = [Subscriber(name, most_bytes=1_000, backlogs=self.backlogs) for name in names]
        for line in self.lines:
            line.on_evicted = partial(self.evicted.append, line.id)


async def test_beyond_the_budget_of_all_the_one_furthest_behind_is_resynchronised():
    readers = Readers("a", "b", "c", most_bytes=400)
    a, b, c = readers.lines
    for line, size in ((a, 100), (b, 200), (c, 90)):
        line.enqueue(b"x" * size, own=True)
    assert readers.backlogs.bytes == 390
    a.enqueue(b"x" * 20, own=True)
    assert [line.backlog_bytes for line in readers.lines] == [120, 0, 90]
    assert await take(b) == [b"snapshot"]
    assert await take(a) == [b"x" * 100, b"x" * 20]
    assert readers.backlogs.bytes == 210, "what is being sent counts until more is asked for"
    a.enqueue(b"x", own=True)
    await take(a)
    assert readers.backlogs.bytes == 91
    assert readers.evicted == []


async def test_a_snapshot_is_no_burden_of_the_one_who_waits_for_it():
    readers = Readers("a", "b", most_bytes=400)
    for line in readers.lines:
        line.replay([b"x" * 1_000])
        line.enqueue(b"y" * 100, own=True)
    assert readers.backlogs.bytes == 200
    assert len(await take(readers.lines[0])) == 2


async def test_where_too_much_is_being_sent_the_one_that_holds_most_is_closed():
    readers = Readers("a", "b", "c", most_bytes=400)
    a, b, c = readers.lines
    for line, size in ((a, 150), (b, 240)):
        line.enqueue(b"x" * size, own=True)
        await take(line)
    c.enqueue(b"x" * 20, own=True)
    assert (readers.evicted, c.backlog_bytes) == (["b"], 0)
    assert readers.backlogs.bytes == 150


async def test_nothing_is_left_counted_of_who_has_gone():
    readers = Readers("a", "b", most_bytes=400)
    for line in readers.lines:
        line.enqueue(b"x" * 150, own=True)
        await take(line)
    [a, b] = readers.lines
    b.discard()
    assert readers.backlogs.bytes == 150
    a.discard()
    assert readers.backlogs.bytes == 0


async def test_what_goes_to_all_is_counted_only_where_a_filter_chooses():
    readers = Readers("a", "b", most_bytes=400)
    a, b = readers.lines
    a.filter = Filter(country="India")
    for line in readers.lines:
        line.enqueue(b"x" * 150)
    assert [line.backlog_bytes for line in readers.lines] == [150, 150]
    assert readers.backlogs.bytes == 150
    b.batch_s = 0.001
    await take(b)
    assert readers.backlogs.bytes == 300, "a batch is joined into bytes of its own"
