"""Three nodes, one picture: the same numbers under the same seq, whoever was told of an event."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cluster.nodes import Senders, agree, kept_ids, running, start
from tests.ingest.client import VIEW, Dashboard, dashboard, eventually, numbered, post
from tests.redis_server import RedisServer
from tests.support import Running, parting, wait_until

CLIENTS = 30


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer
) -> Iterator[list[Running]]:
    directory = tmp_path_factory.mktemp("cluster")
    with running(directory, redis_server.journal("nodes"), "--spike-threshold", "4") as started:
        yield started


@pytest.fixture
def nodes(cluster: list[Running]) -> list[Running]:
    """At zero, with nobody watching."""
    for node in cluster:
        wait_until(lambda node=node: watching(node) == 0, "nobody watching")
    answer = cluster[0].http.post("/api/analytics/reset", json={"confirm": "reset"})
    assert answer.status_code == 200
    agree(cluster, 0)
    return cluster


def watching(node: Running) -> int:
    return node.http.get("/healthz").json()["dashboards"]


async def test_thirty_dashboards_on_three_nodes_hear_the_same_messages(nodes: list[Running]):
    async with AsyncExitStack() as stack:
        viewers = [
            await stack.enter_async_context(dashboard(nodes[number % 3]))
            for number in range(CLIENTS)
        ]
        senders = Senders([node.url for node in nodes])
        await senders.reach(300)
        events = await senders.stop()
        told = await asyncio.to_thread(agree, nodes, events)
        for viewer in viewers:
            while not numbered(viewer.heard) or numbered(viewer.heard)[-1] < told["seq"]:
                await viewer.next()
        first = {m["seq"]: m for m in viewers[0].heard if "seq" in m}
        for viewer in viewers[1:]:
            heard = {m["seq"]: m for m in viewer.heard if "seq" in m}
            assert list(heard) == sorted(heard), "in order, without a repeat"
            common = first.keys() & heard.keys()
            assert len(common) >= 2 * events
            assert all(heard[seq] == first[seq] for seq in common)


async def test_who_posts_finds_its_event_counted_at_once_where_it_was_answered(
    nodes: list[Running],
):
    for number, node in enumerate(nodes * 3, start=1):
        post(node, sessionId=f"s-{number}")
        assert node.http.get("/api/analytics/summary").json()["totalEvents"] == number


def test_the_same_event_at_two_nodes_counts_once(nodes: list[Running]):
    event = VIEW | {"eventId": "only-once"}
    answers = [node.http.post("/api/events", json=event).json() for node in nodes]
    assert [answer.get("duplicate", False) for answer in answers] == [False, True, True]
    assert len({answer["receivedAt"] for answer in answers}) == 1
    agree(nodes, 1)


async def test_the_same_event_at_all_nodes_at_the_same_moment_counts_once(nodes: list[Running]):
    async with httpx.AsyncClient(trust_env=False) as http:
        for number in range(20):
            event = VIEW | {"eventId": f"race-{number}"}
            posts = (http.post(f"{node.url}/api/events", json=event) for node in nodes)
            codes = sorted(answer.status_code for answer in await asyncio.gather(*posts))
            assert codes == [200, 200, 201]
    await asyncio.to_thread(agree, nodes, 20)


async def test_dashboards_are_counted_over_all_nodes_and_hear_what_others_do(
    nodes: list[Running],
):
    async with dashboard(nodes[0]) as first:
        async with dashboard(nodes[1]) as second:
            await first.until("user_connected", totalDashboards=2)
            await second.send("track_dashboard_action", action="filter_applied", details={"a": 1})
            heard = await first.until("dashboard_action")
            assert (heard["action"], heard["details"]) == ("filter_applied", {"a": 1})
            wait_until(lambda: watching(nodes[2]) == 2, "the news on the third node")
        await first.until("user_disconnected", totalDashboards=1)


async def test_an_alert_is_raised_once_in_the_cluster_whoever_counted_the_visitors(
    nodes: list[Running],
):
    async with dashboard(nodes[0]) as first, dashboard(nodes[1]) as second:
        for number in range(6):
            post(nodes[number % 3], sessionId=f"s-{number}")
        for viewer in (first, second):
            await viewer.until("session_activity", sessionId="s-5")
        alerts = [alerts_of(viewer) for viewer in (first, second)]
        assert [json.loads(each)["data"]["message"] for each in alerts[0]] == [
            "Visitor spike detected!"
        ]
        assert alerts[0] == alerts[1]


def alerts_of(viewer: Dashboard) -> list[str]:
    return [json.dumps(each) for each in viewer.heard if each["type"] == "alert"]


async def test_who_loses_its_node_resumes_at_another_without_a_gap(nodes: list[Running]):
    async with dashboard(nodes[0]) as viewer, dashboard(nodes[1]):
        post(nodes[2], sessionId="before")
        epoch = viewer.heard[0]["data"]["epoch"]
        await viewer.until("session_activity", sessionId="before")
        seen = viewer.heard[-1]["seq"]
    for number in range(5):
        post(nodes[0], sessionId=f"missed-{number}")
    agree(nodes, 6)
    async with dashboard(nodes[1]) as again:
        await again.send("resume", epoch=epoch, seq=seen)
        assert (await again.until("resumed"))["recovered"] is True
        for number in range(5):
            update = await again.until("visitor_update")
            assert update["event"]["sessionId"] == f"missed-{number}"


def test_a_node_that_joins_says_what_the_others_say(
    nodes: list[Running], tmp_path: Path, redis_server: RedisServer
):
    for number in range(20):
        post(nodes[number % 3], sessionId=f"s-{number}")
    joined = start(tmp_path, redis_server.journal("nodes"), "--spike-threshold", "4")
    with parting([joined]):
        agree([*nodes, joined], 20)


def test_a_node_without_a_page_takes_events_for_the_others(
    nodes: list[Running], tmp_path: Path, redis_server: RedisServer
):
    flags = ("--spike-threshold", "4", "--no-ui")
    door = start(tmp_path, redis_server.journal("nodes"), *flags)
    with parting([door]):
        post(door)
        for path in ("/", "/login", "/nothing"):
            nothing = door.http.get(path)
            assert (nothing.status_code, nothing.json()["error"]) == (404, "not_found")
        agree(nodes, 1)
        assert door.http.get("/api/analytics/summary").json()["totalEvents"] == 1


def test_a_batch_is_kept_in_its_order(nodes: list[Running], redis_server: RedisServer):
    sent = [VIEW | {"eventId": f"batch-{number}"} for number in range(300)]
    answer = nodes[0].http.post("/api/events/batch", json=sent).json()
    assert (answer["accepted"], answer["rejected"]) == (300, [])
    agree(nodes, 300)
    assert kept_ids(redis_server, "nodes")[-300:] == [event["eventId"] for event in sent]


async def test_what_others_put_into_the_stream_or_say_on_the_channel_harms_nobody(
    nodes: list[Running], redis_server: RedisServer
):
    redis = redis_server.redis
    async with dashboard(nodes[0]) as viewer:
        post(nodes[0])
        for fields in ({"x": "y"}, {"w": b"\xc1"}, {"w": b"\x91\x07"}, {"by": "a", "w": ""}):
            redis.xadd("nodes", fields)
        for said in (b"", b"[]", b"{}", b'{"node": 1}', b'{"node": "n", "action": {}}', b"\xff"):
            redis.publish("nodes:news", said)
        post(nodes[1], sessionId="bob")
        await viewer.until("session_activity", sessionId="bob")
        agree(nodes, 2)
        for node in nodes:
            assert node.http.get("/healthz").json()["journal"]["unread"] == 4
        async with dashboard(nodes[2]):
            await viewer.until("user_connected", totalDashboards=2)


async def test_nodes_agree_on_every_site_and_its_dashboards(
    tmp_path: Path, redis_server: RedisServer
):
    flags = ("--sites", "*", "--max-sites", "4", "--timezone", "UTC")
    with running(tmp_path, redis_server.journal("sites"), *flags, nodes=2) as (one, other):
        for number in range(12):
            post((one, other)[number % 2], sessionId=f"s{number}", site=f"site-{number % 3}")

        def sites(node: Running) -> list[dict[str, Any]]:
            return node.http.get("/api/sites").json()["sites"]

        async with dashboard(one, "/ws?site=site-1") as here, dashboard(other, "/ws?site=site-1"):
            expected = [("default", 0, 0), ("site-0", 4, 0), ("site-1", 4, 2), ("site-2", 4, 0)]
            for node in (one, other):
                await eventually(
                    lambda node=node: (
                        [(s["site"], s["totalActive"], s["totalDashboards"]) for s in sites(node)]
                        == expected
                    ),
                    "the nodes to agree",
                )
            await here.settle()
            post(other, sessionId="new", site="site-1")
            update = await here.until("visitor_update")
            assert update["stats"]["totalActive"] == 5
        node = start(tmp_path / "late", redis_server.journal("sites"), *flags)
        with parting([node]):
            assert [s["totalActive"] for s in sites(node)] == [0, 4, 5, 4]
            assert [s["site"] for s in sites(node)] == [s["site"] for s in sites(one)]
