"""One bad client harms nobody else: not by slowness, silence, number, size or origin."""

import asyncio
import itertools
import json
import re
from contextlib import AsyncExitStack, suppress

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.faults.clients.crowd import Client
from tests.faults.clients.crowd import connect as connect_bare
from tests.support import BOUND_S, Running, StartServer, wait_until

VISIT = {"type": "pageview", "page": "/home", "sessionId": "ann"}
FAT = VISIT | {"metadata": {str(n): "x" * 250 for n in range(30)}}
SLOW_GONE_S = 20.0
SILENT_GONE_S = 40.0
BACKLOG_BYTES = 5_000_000


def metric(server: Running, name: str) -> float:
    found = re.search(rf"^visitors_{name} (\S+)$", server.http.get("/metrics").text, re.MULTILINE)
    assert found is not None, name
    return float(found[1])


def dashboards(server: Running) -> int:
    return int(server.http.get("/healthz").json()["dashboards"])


def balanced(server: Running) -> bool:
    """Nothing vanished: the account of the summary adds up."""
    told = server.http.get("/api/analytics/summary").json()
    refused = sum(told["rejected"].values())
    return bool(told["received"] == told["accepted"] + told["duplicates"] + refused)


async def seqs_of(socket: ClientConnection, number: int) -> list[int]:
    """The next so many numbers of messages."""
    seqs: list[int] = []
    async with asyncio.timeout(BOUND_S):
        while len(seqs) < number:
            message = json.loads(await socket.recv())
            if "seq" in message:
                seqs.append(message["seq"])
    return seqs


async def test_a_slow_reader_is_gone_within_20_s_and_holds_at_most_5_mb(
    start_server: StartServer,
) -> None:
    server = start_server()
    url = server.url.replace("http", "ws") + "/ws"
    async with connect(url, proxy=None) as healthy, httpx.AsyncClient(trust_env=False) as http:
        start = json.loads(await healthy.recv())["data"]["seq"]
        slow = await connect_bare(server.port)
        slow.reader._limit = 1  # type: ignore[attr-defined]
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
        largest = 0.0
        async with asyncio.timeout(SLOW_GONE_S + BOUND_S):
            for number in itertools.count():
                await http.post(f"{server.url}/api/events", json=FAT)
                assert await seqs_of(healthy, 2) == [start + 2 * number + 1, start + 2 * number + 2]
                if number % 50 == 0:
                    largest = max(largest, metric(server, "backlog_bytes"))
                if number % 50 == 0 and dashboards(server) == 1:
                    break
        assert dashboards(server) == 1
        assert metric(server, "too_slow_total") == 1
        assert 100_000 < largest <= BACKLOG_BYTES
        slow.vanish()
    assert balanced(server)


async def test_who_answers_no_ping_is_counted_out_within_40_s(start_server: StartServer) -> None:
    """As after a cable was pulled: the connection looks open, and nobody is there."""
    server = start_server()
    silent: Client = await connect_bare(server.port)
    await silent.until("initial_data")
    await asyncio.to_thread(wait_until, lambda: dashboards(server) == 1, "the client")
    async with asyncio.timeout(SILENT_GONE_S):
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            while True:
                await silent.message()
    await asyncio.to_thread(wait_until, lambda: dashboards(server) == 0, "nobody")
    silent.vanish()


async def test_a_flood_from_one_address_leaves_another_alone(start_server: StartServer) -> None:
    """Behind a trusted proxy, two senders: one sends far more than it may, one sends one event."""
    flags = ("--trusted-proxies", "127.0.0.1", "--max-events-per-s", "20")
    server = start_server(*flags)
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        flood = {"X-Forwarded-For": "203.0.113.7"}
        answers = await asyncio.gather(
            *(http.post("/api/events", json=VISIT, headers=flood) for _ in range(200))
        )
        other = {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}
        fine = await http.post("/api/events", json=VISIT, headers=other)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert fine.status_code == 201
    assert len(refused) > 100
    assert all(answer.headers["Retry-After"] for answer in refused)
    assert all(answer.json()["error"] == "rate_limited" for answer in refused)
    assert balanced(server)


async def test_too_many_connections_from_one_address_are_refused_with_503(
    start_server: StartServer,
) -> None:
    server = start_server("--max-connections-per-address", "5")
    url = server.url.replace("http", "ws") + "/ws"
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(connect(url, proxy=None))
        await stack.enter_async_context(connect(url, proxy=None))
        with pytest.raises(InvalidStatus) as refused:
            await stack.enter_async_context(connect(url, proxy=None))
        assert refused.value.response.status_code == 503
        assert server.http.get("/healthz").status_code == 503
    await asyncio.to_thread(
        wait_until, lambda: server.http.get("/healthz").status_code == 200, "a free place"
    )
    assert balanced(server)


async def test_who_sends_too_many_messages_is_told_and_then_closed_with_4429(
    start_server: StartServer,
) -> None:
    server = start_server("--max-messages-per-s", "10")
    url = server.url.replace("http", "ws") + "/ws"
    async with connect(url, proxy=None) as other, connect(url, proxy=None) as eager:
        with suppress(ConnectionClosed):
            for _ in range(500):
                await eager.send('{"type": "ping"}')
        heard: list[str] = []
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                heard.append(json.loads(await eager.recv())["type"])
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4429
        assert heard.count("error") == 1
        assert heard.count("pong") < 100
        await other.send('{"type": "ping"}')
        while json.loads(await other.recv())["type"] != "pong":
            pass


@pytest.mark.parametrize("path", ["/ws", "/", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"])
async def test_a_foreign_page_opens_no_socket_not_even_niceguis(server: Running, path: str) -> None:
    url = server.url.replace("http", "ws") + path
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, proxy=None, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/_nicegui_ws/socket.io/?EIO=4&transport=polling", "/"])
def test_a_foreign_page_reads_nothing_over_http_either(server: Running, path: str) -> None:
    answer = server.http.get(path, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/api/analytics/summary", "/_nicegui_ws/socket.io/?EIO=4"])
def test_a_page_whose_name_was_pointed_here_reads_nothing(server: Running, path: str) -> None:
    """DNS rebinding: for the browser it is one and the same origin."""
    rebound = {"Host": "evil.example:3000", "Origin": "http://evil.example:3000"}
    answer = server.http.get(path, headers=rebound)
    assert answer.status_code == 403
    assert answer.json()["error"] == "forbidden"
    assert server.http.get(path, headers={"Host": rebound["Host"]}).status_code == 403


async def test_nor_does_it_open_a_socket(server: Running) -> None:
    url = f"ws://evil.example:{server.port}/ws"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, proxy=None, host="127.0.0.1", origin="http://evil.example"):
            pass
    assert refused.value.response.status_code == 403
