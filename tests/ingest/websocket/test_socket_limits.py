"""/ws: what is too much, what isn't text, and that nobody else notices."""

import json
from collections.abc import Iterator

import pytest

from tests.ingest.client import (
    dashboard,
    numbered,
    open_slow_socket,
    overwhelm,
    post,
    summary,
    types,
    watching,
)
from tests.support import Running, StartServer

LONGEST = 65_536


def padded_ping(size: int) -> str:
    """A ping of exactly so many bytes."""
    bare = json.dumps({"type": "ping", "pad": ""})
    return json.dumps({"type": "ping", "pad": "x" * (size - len(bare))})


def fragments(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


async def test_binary_closes_with_1003_and_harms_nobody(server: Running):
    async with dashboard(server) as a, dashboard(server) as b:
        await a.socket.send(b'{"type": "ping"}')
        assert await a.close_code() == 1003
        assert (await b.until("user_disconnected"))["totalDashboards"] == 1


async def test_65536_bytes_are_read_and_one_more_closes_with_1009(server: Running):
    async with dashboard(server) as a, dashboard(server) as b:
        await a.socket.send(padded_ping(LONGEST))
        await a.until("pong")
        await a.socket.send(padded_ping(LONGEST + 1))
        assert await a.close_code() == 1009
        assert (await b.until("user_disconnected"))["totalDashboards"] == 1


async def test_fragments_are_counted_together(server: Running):
    async with dashboard(server) as a:
        await a.socket.send(fragments(padded_ping(LONGEST), 10_000))
        await a.until("pong")
        await a.socket.send(fragments(padded_ping(LONGEST + 1), 10_000))
        assert await a.close_code() == 1009


async def test_bytes_are_counted_and_not_characters(server: Running):
    async with dashboard(server) as a:
        await a.socket.send(json.dumps({"type": "ping", "pad": "🛒" * 17_000}, ensure_ascii=False))
        assert await a.close_code() == 1009


async def test_text_that_is_no_utf_8_closes_the_sender_alone(start_server: StartServer):
    server = start_server()
    server.may_complain = True  # uvicorn writes down what it met
    async with dashboard(server) as a, dashboard(server) as b:
        await a.socket.send(b"\xff\xfe", text=True)
        assert await a.close_code() == 1007
        await b.until("user_disconnected")
        post(server)
        assert types(await b.settle()) == ["visitor_update", "session_activity"]


async def test_many_commands_at_once_are_all_answered_in_order(server: Running):
    async with dashboard(server) as a:
        for number in range(300):
            await a.send(f"kind {number}")
        heard = await a.settle()
        assert [message["data"]["for"] for message in heard] == [f"kind {n}" for n in range(300)]


@pytest.mark.parametrize("way", [(), ("--plain",)], ids=["fast", "plain"])
async def test_filters_have_a_rate_of_their_own(start_server: StartServer, way: tuple[str, ...]):
    server = start_server("--max-filters-per-s", "0.001", *way)
    async with dashboard(server) as a, dashboard(server) as other:
        await a.send("subscribe", filter={"country": "India"})
        for kind in ("request_detailed_stats", "subscribe"):
            await a.send(kind, filter={"page": "/a"})
            told = await a.until("error")
            assert (told["code"], told["for"]) == ("rate_limited", kind)
        await a.send("subscribe", batchMs=0)
        assert "error" not in types(await a.settle()), "only filters are counted"
        await other.send("request_detailed_stats")
        await other.until("detailed_stats_response")
        post(server, country="USA")
        assert numbered(await a.settle()) == [], "the first filter holds"
        assert summary(server)["rejected"]["rate_limited"] == 2


async def test_on_loopback_filters_are_not_counted_unless_it_is_asked_for(server: Running):
    async with dashboard(server) as a:
        for _ in range(60):
            await a.send("request_detailed_stats")
        for _ in range(60):
            await a.until("detailed_stats_response")


async def test_who_never_reads_harms_nobody(start_server: StartServer):
    server = start_server("--slow-reader-s", "60")
    async with dashboard(server) as healthy, open_slow_socket(server) as slow:
        await overwhelm(server, slow, healthy)
        for number in range(20):
            post(server, page=f"/{number}")
        await healthy.settle()
        start = healthy.heard[0]["data"]["seq"]
        assert numbered(healthy.heard) == list(range(start + 1, start + 141))
        assert watching(server) == 2
        async with dashboard(server) as newcomer:
            assert newcomer.heard[0]["data"]["stats"]["pagesVisited"]["/19"] == 1


async def test_a_slow_reader_gets_a_snapshot_for_what_it_missed(start_server: StartServer):
    server = start_server("--slow-reader-s", "60", "--backlog-bytes", "1000000")
    async with dashboard(server) as healthy, open_slow_socket(server) as slow:
        await overwhelm(server, slow, healthy)
        post(server, page="/missed")
        while types(slow.heard[-1:]) != ["initial_data"] or len(slow.heard) == 1:
            await slow.next()
        assert "recovered" not in slow.heard[0]["data"]
        again = slow.heard[-1]["data"]
        assert (again["recovered"], again["recentEvents"][0]["page"]) == (False, "/missed")
        seqs = numbered(slow.heard)
        assert seqs == list(range(1, len(seqs) + 1)), "no gap before it"
        assert again["seq"] >= len(seqs)

        post(server, page="/after")
        update = await slow.until("visitor_update")
        assert (update["event"]["page"], slow.heard[-1]["seq"]) == ("/after", again["seq"] + 1)
        await healthy.settle()
        assert update in [message["data"] for message in healthy.heard]


async def test_who_is_too_slow_for_too_long_is_closed_with_1013(start_server: StartServer):
    server = start_server("--slow-reader-s", "3")
    async with dashboard(server) as healthy, open_slow_socket(server) as slow:
        await overwhelm(server, slow, healthy)
        assert (await healthy.until("user_disconnected"))["totalDashboards"] == 1
        assert watching(server) == 1
        assert await slow.close_code() == 1013


@pytest.mark.parametrize("size", [1, 7, 126])
async def test_fragments_may_be_as_small_as_they_like(server: Running, size: int):
    async with dashboard(server) as a:
        await a.socket.send(fragments(padded_ping(200), size))
        await a.until("pong")
