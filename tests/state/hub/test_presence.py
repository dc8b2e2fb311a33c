"""Who is watching: a set of ids, so no order of comings and goings makes the number wrong."""

import json

from hypothesis import given
from hypothesis import strategies as st

from state.hub.hub import Hub
from state.hub.subscriber import Subscriber
from tests.support import NOON, Timeline

PAGES = ("page-1", "page-2", "page-3")
SOCKETS = ("socket-1", "socket-2", "socket-3")
moves = st.one_of(
    st.tuples(st.sampled_from(["join", "leave"]), st.sampled_from(PAGES)),
    st.tuples(st.sampled_from(["subscribe", "unsubscribe"]), st.sampled_from(SOCKETS)),
)


@given(st.lists(moves, max_size=40))
async def test_the_number_of_dashboards_is_right_in_whatever_order_they_come_and_go(
    moves: list[tuple[str, str]],
):
    hub = Hub(Timeline().analytics, epoch="e")
    sockets = {name: Subscriber(name, most_bytes=10**6) for name in SOCKETS}
    present: set[str] = set()
    for move, name in moves:
        if move == "join":
            hub.join(name, NOON)
        elif move == "leave":
            hub.leave(name, NOON)
        elif move == "subscribe":
            hub.subscribe(sockets[name], NOON)
        else:
            hub.unsubscribe(sockets[name], NOON)
        (present.add if move in ("join", "subscribe") else present.discard)(name)
        assert hub.total_dashboards == len(present)
        assert bool(hub.subscribers) == any(name in present for name in SOCKETS)


@given(st.lists(moves, max_size=40))
async def test_who_stays_is_always_told_the_right_number(moves: list[tuple[str, str]]):
    hub = Hub(Timeline().analytics, epoch="e")
    witness = Subscriber("witness", most_bytes=10**6)
    hub.subscribe(witness, NOON)
    told = await numbers(witness)
    assert told == [1, 1]
    sockets = {name: Subscriber(name, most_bytes=10**6) for name in SOCKETS}
    last = 1
    for move, name in moves:
        argument = sockets.get(name, name)
        before = hub.total_dashboards
        getattr(hub, move)(argument, NOON)
        if hub.total_dashboards == before and move != "subscribe":
            continue
        [last] = await numbers(witness)
        assert last == hub.total_dashboards
    assert last == hub.total_dashboards


async def numbers(subscriber: Subscriber) -> list[int]:
    frames = await subscriber.next_frames(lambda: b"")
    return [json.loads(frame)["data"]["totalDashboards"] for frame in frames]


async def test_a_page_that_joins_twice_counts_once_and_is_told_once():
    hub = Hub(Timeline().analytics, epoch="e")
    witness = Subscriber("witness", most_bytes=10**6)
    hub.subscribe(witness, NOON)
    await numbers(witness)
    hub.join("page", NOON)
    hub.join("page", NOON)
    assert await numbers(witness) == [2]


async def test_leaving_twice_counts_once():
    hub = Hub(Timeline().analytics, epoch="e")
    a, b = (Subscriber(name, most_bytes=10**6) for name in "ab")
    for each in (a, b):
        hub.subscribe(each, NOON)
    hub.unsubscribe(b, NOON)
    hub.unsubscribe(b, NOON)
    hub.leave("never came", NOON)
    assert hub.total_dashboards == 1
    assert await numbers(a) == [1, 1, 2, 1]
