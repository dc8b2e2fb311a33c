"""Fan-out: everybody gets what belongs to him, in order, and a slow one harms nobody."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.hub.subscriber import Subscriber
from tests.support import BOUND_S, NOON, Timeline, event


class House:
    """A hub over a time line."""

    def __init__(self) -> None:
        self.line = Timeline()
        self.hub = Hub(self.line.analytics, epoch="e")

    def subscriber(self, name: str, *, most_bytes: int = 1_000_000, **wants: Any) -> Subscriber:
        subscriber = Subscriber(name, most_bytes=most_bytes)
        subscriber.filter = Filter(**wants)
        self.hub.subscribe(subscriber, NOON)
        return subscriber

    def event(self, **fields: Any) -> None:
        self.hub.publish(self.line.record(NOON, event(**fields)).messages)

    async def take(self, subscriber: Subscriber) -> list[dict[str, Any]]:
        async with asyncio.timeout(BOUND_S):
            frames = await subscriber.next_frames(lambda: self.hub.snapshot(NOON, recovered=False))
        return [json.loads(frame) for frame in frames]


def types(messages: Iterable[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


@pytest.fixture
def house() -> House:
    return House()


async def test_a_newcomer_gets_initial_data_then_user_connected(house: House):
    house.event(page="/before")
    first, second = await house.take(house.subscriber("a"))
    assert (first["type"], second["type"]) == ("initial_data", "user_connected")
    assert first["data"]["totalDashboards"] == second["data"]["totalDashboards"] == 1
    assert (first["data"]["epoch"], first["data"]["seq"]) == ("e", 2)
    assert [e["page"] for e in first["data"]["recentEvents"]] == ["/before"]
    assert "seq" not in first


async def test_everybody_hears_of_a_newcomer_and_of_a_leaver(house: House):
    a = house.subscriber("a")
    b = house.subscriber("b")
    house.hub.unsubscribe(b, NOON)
    heard = (await house.take(a))[1:]
    assert types(heard) == ["user_connected", "user_connected", "user_disconnected"]
    assert [message["data"]["totalDashboards"] for message in heard] == [1, 2, 1]


async def test_messages_come_in_order_and_without_a_gap(house: House):
    a = house.subscriber("a")
    first, _ = await house.take(a)
    for number in range(20):
        house.event(page=f"/{number}")
    seqs = [message["seq"] for message in await house.take(a)]
    assert seqs == list(range(first["data"]["seq"] + 1, first["data"]["seq"] + 41))


async def test_all_subscribers_get_the_same_bytes(house: House):
    a, b = house.subscriber("a"), house.subscriber("b")
    for subscriber in (a, b):
        await house.take(subscriber)
    house.event()
    frames = [await each.next_frames(lambda: b"") for each in (a, b)]
    assert all(ours is theirs for ours, theirs in zip(*frames, strict=True))


async def test_a_filtered_subscriber_gets_matching_messages_and_what_concerns_everybody(
    house: House,
):
    a = house.subscriber("a", country="India")
    await house.take(a)
    house.event(session_id="ann", country="India")
    house.event(session_id="bob", country="USA")
    house.hub.publish(house.line.reset(NOON).messages)
    house.subscriber("b")
    heard = await house.take(a)
    assert types(heard) == ["visitor_update", "session_activity", "stats_reset", "user_connected"]
    assert [message.get("seq") for message in heard] == [1, 2, 5, None]


async def test_a_page_filter_goes_by_the_event_and_by_the_pages_the_session_viewed(house: House):
    a = house.subscriber("a", page="/a")
    await house.take(a)
    house.event(page="/a")
    house.event(page="/b")
    heard = await house.take(a)
    assert types(heard) == ["visitor_update", "session_activity", "session_activity"]
    assert heard[-1]["data"]["journey"] == ["/a", "/b"]


async def test_the_end_of_a_session_passes_the_filter_it_passed_before(house: House):
    a = house.subscriber("a", country="India")
    await house.take(a)
    house.event(country="India")
    house.hub.publish(house.line.tick(NOON + 300).messages)
    assert [m["data"]["state"] for m in await house.take(a) if m["type"] == "session_activity"] == [
        "active",
        "ended",
    ]


async def test_a_filter_looks_at_the_session_as_the_message_tells_it(house: House):
    #   one record: ann from India, then from the USA
    india, usa = house.subscriber("a", country="India"), house.subscriber("b", country="USA")
    for each in (india, usa):
        await house.take(each)
    both = (event(country="India"), event(country="USA"))
    house.hub.publish(house.line.record(NOON, *both).messages)
    for each, country in ((india, "India"), (usa, "USA")):
        heard = [message["data"] for message in await house.take(each) if "seq" in message]
        assert [data.get("country") for data in heard] == [None, country]


async def test_a_dashboard_action_goes_to_the_others(house: House):
    a, b, c = (house.subscriber(name, country="India") for name in "abc")
    for each in (a, b, c):
        await house.take(each)
    house.hub.publish_action("a", "filter_applied", {"value": "India"}, NOON)
    house.hub.join("page", NOON)
    [only] = await house.take(a)
    assert only["type"] == "user_connected"
    for other in (b, c):
        action, _ = await house.take(other)
        assert action == {
            "type": "dashboard_action",
            "data": {
                "action": "filter_applied",
                "details": {"value": "India"},
                "dashboardId": "a",
                "at": "2025-07-20T12:00:00.000Z",
            },
        }


async def test_a_dropped_backlog_is_made_up_for_by_a_snapshot_that_says_so(house: House):
    slow, quick = house.subscriber("slow", most_bytes=4_000), house.subscriber("quick")
    for number in range(30):
        house.event(page=f"/{number}")
    [again] = await house.take(slow)
    assert (again["type"], again["data"]["recovered"]) == ("initial_data", False)
    assert again["data"]["seq"] == 60
    assert again["data"]["stats"]["pagesVisited"]["/29"] == 1
    assert slow.dropped > 0

    house.event(page="/next")
    assert [message["seq"] for message in await house.take(slow)] == [61, 62]
    heard = await house.take(quick)
    assert [message["seq"] for message in heard if "seq" in message] == list(range(1, 63))
    assert quick.dropped == 0


async def test_a_newcomer_gets_its_snapshot_however_large_it_is(house: House):
    house.event(page="/" * 2_000)
    first, second = await house.take(house.subscriber("a", most_bytes=1_000))
    assert (first["type"], second["type"]) == ("initial_data", "user_connected")
    assert "recovered" not in first["data"]


async def test_what_waits_never_takes_more_than_the_limit(house: House):
    slow = house.subscriber("slow", most_bytes=4_000)
    for _ in range(200):
        house.event()
        assert slow.backlog_bytes <= 4_000


async def test_who_is_waiting_gets_a_message_as_soon_as_there_is_one(house: House):
    a = house.subscriber("a")
    await house.take(a)
    waiting = asyncio.create_task(house.take(a))
    await asyncio.sleep(0)
    assert not waiting.done()
    house.event()
    assert types(await waiting) == ["visitor_update", "session_activity"]


async def test_closing_wakes_who_is_waiting_and_names_the_code(house: House):
    a = house.subscriber("a")
    await house.take(a)
    waiting = asyncio.create_task(house.take(a))
    await asyncio.sleep(0)
    house.hub.close(1001)
    assert await waiting == []
    assert a.close_code == 1001
    assert house.subscriber("late").close_code == 1001


async def test_listeners_are_called_on_whatever_is_published(house: House):
    calls: list[int] = []
    house.hub.on_change(lambda: calls.append(house.hub.total_dashboards))
    house.subscriber("a")
    house.event()
    house.hub.leave("a", NOON)
    assert calls == [1, 1, 0]
