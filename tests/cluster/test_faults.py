"""What happens to Redis, and to a node: nothing that was answered is lost or counted twice, all
nodes come to say the same, and where the history is another one viewers are told."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from state.journal.base import Record
from state.journal.redis.journal import RedisJournal
from state.journal.redis.url import read_address
from tests.cluster.nodes import Senders, agree, kept_ids, running, trouble
from tests.ingest.client import VIEW, dashboard, post
from tests.ingest.runtime.test_startup import Starting
from tests.redis_server import RedisServer
from tests.state.journal.journals import living
from tests.support import Running, event, wait_until

KILLS = 3
REFUSED_WITHIN_S = 2.0


@pytest.fixture
def nodes(tmp_path: Path, redis: RedisServer) -> Iterator[list[Running]]:
    with running(tmp_path, redis.journal()) as started:
        yield started


@pytest.fixture
def replica(tmp_path: Path, redis: RedisServer) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "replica", "--replicaof", f"127.0.0.1 {redis.port}")
    try:
        yield server
    finally:
        server.stop()


async def test_redis_is_killed_three_times_and_nothing_is_lost_or_twice(
    redis: RedisServer, nodes: list[Running]
):
    senders = Senders([node.url for node in nodes])
    for _ in range(KILLS):
        await senders.reach(100)
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(redis.start)
    await senders.reach(100)
    events = await senders.stop()
    assert senders.refused, "it was noticed"
    told = await asyncio.to_thread(agree, nodes, events)
    assert sum(told["pagesVisited"].values()) == events


async def test_a_node_is_killed_and_the_others_go_on_and_count_its_dashboards_out(
    nodes: list[Running],
):
    senders = Senders([node.url for node in nodes])
    async with dashboard(nodes[0]) as here:
        async with dashboard(nodes[2]):
            await here.until("user_connected", totalDashboards=2)
            await senders.reach(100)
            killed = nodes.pop()
            killed.terminate(signal.SIGKILL)
            await asyncio.to_thread(killed.wait)
            await senders.reach(100)
        await here.until("user_disconnected", totalDashboards=1)
        events = await senders.stop()
    await asyncio.to_thread(agree, nodes, events)
    killed.kill_unless_stopped()


async def test_redis_stands_still_events_are_refused_and_afterwards_all_is_well(
    redis: RedisServer, nodes: list[Running]
):
    for node in nodes:
        post(node)
    redis.pause()
    nameless = await asyncio.to_thread(nodes[0].http.post, "/api/events", json=VIEW)
    assert nameless.status_code == 503
    async with httpx.AsyncClient(trust_env=False, timeout=REFUSED_WITHIN_S) as http:
        for node in nodes:
            refused = await http.post(f"{node.url}/api/events", json=VIEW | {"eventId": "late"})
            assert (refused.status_code, refused.json()["error"]) == (503, "unavailable")
    leaving = nodes.pop()
    leaving.terminate()
    assert await asyncio.to_thread(leaving.wait) == 0, "it need not wait for Redis"
    leaving.stop()
    for node in nodes:
        await asyncio.to_thread(wait_until, lambda node=node: trouble(node) is not None, "trouble")
        assert node.http.get("/api/analytics/summary").json()["totalEvents"] == 3
    redis.go_on()
    for node in nodes:
        await asyncio.to_thread(
            wait_until, lambda node=node: trouble(node) is None, "the end of it"
        )
    again = nodes[0].http.post("/api/events", json=VIEW | {"eventId": "late"})
    assert again.status_code in (200, 201), "what was refused may have been kept; it counts once"
    kept = kept_ids(redis)
    assert len(set(kept)) in (4, 5), "what had no id may have been kept too, but once"
    await asyncio.to_thread(agree, nodes, len(set(kept)))


async def test_redis_is_wiped_and_viewers_are_told_that_the_history_began_anew(
    redis: RedisServer, nodes: list[Running]
):
    async with dashboard(nodes[0]) as first, dashboard(nodes[1]) as second:
        post(nodes[2])
        before = agree(nodes, 1)
        redis.redis.flushall()
        for viewer in (first, second):
            told = await viewer.until("initial_data", recovered=False)
            assert told["epoch"] != before["epoch"]
            assert (told["seq"], told["stats"]["totalToday"]) == (0, 0)
        wait_until(lambda: all(trouble(node) is None for node in nodes), "a new history")
        post(nodes[2], sessionId="bob")
        for viewer in (first, second):
            assert (await viewer.until("visitor_update"))["event"]["sessionId"] == "bob"
    assert agree(nodes, 1)["epoch"] != before["epoch"]


async def test_a_replica_that_lagged_takes_over_and_nobody_pretends_that_all_is_there(
    tmp_path: Path, redis: RedisServer, replica: RedisServer
):
    #   master: 1 2 3 4 5     replica: 1 2 3, cut off, then promoted at the master's address
    with running(tmp_path, redis.journal(), nodes=2) as nodes:
        async with dashboard(nodes[0]) as viewer:
            for number in range(3):
                post(nodes[0], sessionId=f"s-{number}")
            before = agree(nodes, 3)
            wait_until(lambda: replica.redis.xlen("visitors") >= 4, "the replica")
            replica.redis.replicaof("NO", "ONE")
            for number in (3, 4):
                post(nodes[1], sessionId=f"s-{number}")
            agree(nodes, 5)
            redis.kill()
            replica.move_to(redis.port)
            told = await viewer.until("initial_data", recovered=False)
            assert told["epoch"] != before["epoch"]
            wait_until(lambda: all(trouble(node) is None for node in nodes), "a new history")
        after = agree(nodes, 3)
        assert after["totalToday"] == 3
        post(nodes[1], sessionId="new")
        agree(nodes, 4)


async def test_with_replicas_asked_for_an_event_without_one_is_refused(
    tmp_path: Path, redis: RedisServer, replica: RedisServer
):
    with running(tmp_path, redis.journal(replicas=1), nodes=1) as [node]:
        wait_until(lambda: redis.redis.info("replication")["connected_slaves"] == 1, "a replica")
        wait_until(lambda: taken(node, "with"), "the replica's word")
        replica.pause()
        refused = node.http.post("/api/events", json=VIEW | {"eventId": "without"})
        assert refused.status_code == 503
        replica.go_on()
        wait_until(lambda: taken(node, "without"), "the replica's word")
        agree([node], 2)


def test_what_was_refused_for_want_of_a_replica_is_not_sent_a_second_time(
    tmp_path: Path, redis: RedisServer
):
    with running(tmp_path, redis.journal(replicas=1), nodes=1) as [node]:
        for number, path in enumerate(("/api/events", "/api/events/batch"), start=1):
            body = VIEW if number == 1 else [VIEW]
            assert node.http.post(path, json=body).status_code == 503
            assert len(kept_ids(redis)) == number


def taken(node: Running, event_id: str) -> bool:
    answer = node.http.post("/api/events", json=VIEW | {"eventId": event_id})
    return answer.status_code in (200, 201)


async def test_redis_is_killed_while_a_node_reads_a_long_history(
    tmp_path: Path, redis: RedisServer
):
    journal: RedisJournal[Record] = RedisJournal(read_address(redis.journal()), epoch="e")
    async with living(journal):
        for _ in range(80):
            await asyncio.gather(*(journal.append([event()]) for _ in range(500)))
    node = Starting(tmp_path, "--journal", redis.journal())

    def health() -> dict[str, Any]:
        return node.http.get("/healthz").json()

    await asyncio.to_thread(wait_until, lambda: health()["journal"]["replayed"] > 0, "a beginning")
    assert health()["status"] == "starting"
    await asyncio.to_thread(redis.kill)
    await asyncio.to_thread(redis.start)
    await asyncio.to_thread(wait_until, lambda: health()["status"] == "ok", "the end")
    assert node.http.get("/api/analytics/summary").json()["totalEvents"] == 40_000
    assert node.leave()[1] == 0
    node.http.close()


def test_a_node_that_starts_while_redis_is_away_waits_for_it(tmp_path: Path, redis: RedisServer):
    redis.kill()
    node = Starting(tmp_path, "--journal", redis.journal())

    def health() -> dict[str, Any]:
        return node.http.get("/healthz").json()

    wait_until(lambda: health()["journal"]["trouble"] is not None, "trouble")
    assert "Redis" in health()["journal"]["trouble"]
    assert health()["status"] == "starting"
    redis.start()
    wait_until(lambda: health()["status"] == "ok", "the start")
    assert node.leave()[1] == 0
    node.http.close()
