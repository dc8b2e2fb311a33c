"""Coming back: the missed messages while they are kept, else a snapshot that says so."""

import asyncio
import json
from typing import Any

import pytest

from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.hub.replay_buffer import ReplayBuffer
from state.hub.subscriber import Subscriber
from state.wire.messages import Message, UserDisconnected
from tests.support import BOUND_S, NOON, Timeline


class House:
    """A hub over a time line, and one who comes back to it."""

    def __init__(self) -> None:
        self.line = Timeline()
        self.hub = Hub(self.line.analytics, epoch="e")

    def events(self, number: int, at: float = NOON, **fields: Any) -> None:
        for _ in range(number):
            self.hub.publish(self.line.event(at, **fields).messages)

    async def take(self, subscriber: Subscriber) -> list[dict[str, Any]]:
        async with asyncio.timeout(BOUND_S):
            frames = await subscriber.next_frames(lambda: self.hub.resync(NOON))
        return [json.loads(frame) for frame in frames]

    async def back(self, epoch: str, seq: int, at: float = NOON, **wants: Any) -> list[Any]:
        """What somebody hears who comes now and resumes."""
        subscriber = Subscriber("back", most_bytes=1_000_000)
        subscriber.filter = Filter(**wants)
        self.hub.subscribe(subscriber, at)
        await self.take(subscriber)
        self.hub.resume(subscriber, epoch, seq, at)
        self.events(1, at, country="India", page="/after")
        return await self.take(subscriber)


@pytest.fixture
def house() -> House:
    return House()


async def test_the_missed_messages_follow_without_a_gap(house: House):
    #   seq 1 to 10 happened, 4 was the last one seen, 11 and 12 come afterwards
    house.events(5)
    resumed, *missed = await house.back("e", 4)
    assert resumed == {
        "type": "resumed",
        "data": {"recovered": True, "count": 6, "totalDashboards": 1},
    }
    assert [message["seq"] for message in missed] == list(range(5, 13))


async def test_who_missed_nothing_is_told_so(house: House):
    house.events(5)
    resumed, *missed = await house.back("e", 10)
    assert (resumed["data"]["recovered"], resumed["data"]["count"]) == (True, 0)
    assert [message["seq"] for message in missed] == [11, 12]


async def test_with_a_filter_only_what_matches_was_missed(house: House):
    house.events(2, country="USA", session_id="bob")
    house.events(1, country="India")
    resumed, *missed = await house.back("e", 0, country="India")
    assert resumed["data"]["count"] == 2
    assert [message["seq"] for message in missed] == [5, 6, 7, 8]


@pytest.mark.parametrize(("epoch", "seq"), [("another", 4), ("e", 11), ("e", 10**30)])
async def test_what_is_not_known_is_answered_by_a_snapshot(house: House, epoch: str, seq: int):
    house.events(5)
    again, *news = await house.back(epoch, seq)
    assert (again["type"], again["data"]["recovered"]) == ("initial_data", False)
    assert again["data"]["seq"] == 10
    assert [message["seq"] for message in news] == [11, 12]


async def test_after_five_minutes_the_messages_are_no_longer_kept(house: House):
    house.events(5)
    assert (await house.back("e", 4, NOON + 300))[0]["type"] == "resumed"
    assert (await house.back("e", 4, NOON + 300.001))[0]["type"] == "initial_data"


async def test_a_backlog_that_was_dropped_meanwhile_is_one_snapshot_and_nothing_old(house: House):
    #   the backlog is too much, then the reader asks to resume, then it reads on
    slow = Subscriber("slow", most_bytes=2_000)
    house.hub.subscribe(slow, NOON)
    await house.take(slow)
    house.events(20)
    house.hub.resume(slow, "e", 0, NOON)
    house.events(1)
    heard = await house.take(slow)
    assert slow.is_behind is False
    house.events(1)
    heard += await house.take(slow)
    assert heard[0]["type"] == "initial_data"
    assert heard[0]["data"]["seq"] == 42
    assert [message["seq"] for message in heard[1:] if "seq" in message] == [43, 44]


async def test_a_replay_may_be_larger_than_a_backlog(house: House):
    house.events(100)
    small = Subscriber("small", most_bytes=2_000)
    house.hub.subscribe(small, NOON)
    await house.take(small)
    house.hub.resume(small, "e", 0, NOON)
    heard = await house.take(small)
    assert (heard[0]["data"]["count"], small.dropped) == (200, 0)


def add(buffer: ReplayBuffer, seq: int, at: float = 0.0, size: int = 10) -> None:
    buffer.add(seq, at, b"x" * size, Message(UserDisconnected(0)))


def seqs(buffer: ReplayBuffer, after: int, newest: int, now: float = 0.0) -> list[int] | None:
    found = buffer.after(after, newest, now)
    return None if found is None else [each.seq for each in found]


def test_the_newest_messages_are_kept_up_to_a_number():
    buffer = ReplayBuffer(most=3, most_bytes=1_000, most_s=300)
    for seq in range(1, 6):
        add(buffer, seq)
    assert seqs(buffer, 2, 5) == [3, 4, 5]
    assert seqs(buffer, 1, 5) is None


def test_the_newest_messages_are_kept_up_to_a_size():
    buffer = ReplayBuffer(most=100, most_bytes=25, most_s=300)
    for seq in range(1, 6):
        add(buffer, seq)
    assert (seqs(buffer, 3, 5), seqs(buffer, 2, 5)) == ([4, 5], None)
    assert buffer.bytes == 20


def test_messages_are_kept_for_a_time():
    buffer = ReplayBuffer(most=100, most_bytes=1_000, most_s=300)
    add(buffer, 1, at=0)
    add(buffer, 2, at=300)
    assert seqs(buffer, 0, 2, now=300) == [1, 2]
    assert seqs(buffer, 0, 2, now=300.001) is None
    assert seqs(buffer, 1, 2, now=300.001) == [2]
    add(buffer, 3, at=300.001)
    assert (len(buffer), seqs(buffer, 0, 3, now=300.001)) == (2, None)


def test_messages_are_made_while_a_dashboard_is_there_or_may_come_back(house: House):
    #   none yet: no       join: yes      leave at 10: yes until 310, then no
    hub = house.hub
    assert not hub.has_audience(NOON)
    hub.join("page", NOON)
    assert hub.has_audience(NOON + 5)
    hub.leave("page", NOON + 10)
    assert hub.has_audience(NOON + 10)
    assert hub.has_audience(NOON + 310)
    assert not hub.has_audience(NOON + 310.001)


def test_dashboards_of_other_nodes_are_an_audience(house: House):
    hub = house.hub
    hub.set_elsewhere_count(2, NOON)
    assert hub.has_audience(NOON + 1_000)
    hub.set_elsewhere_count(0, NOON + 2_000)
    assert hub.has_audience(NOON + 2_300)
    assert not hub.has_audience(NOON + 2_300.001)


def test_a_short_visit_between_two_events_starts_the_time_anew(house: House):
    hub = house.hub
    hub.join("page", NOON)
    hub.leave("page", NOON)
    assert hub.has_audience(NOON + 200)
    hub.join("page", NOON + 300)
    hub.leave("page", NOON + 300)
    assert hub.has_audience(NOON + 400)
    assert hub.has_audience(NOON + 600)
