"""Many at once: they come back together, they are very many, and nobody misses a message."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.faults.clients.crowd import Client, allow_open_files, connect_many
from tests.support import Running, StartServer, wait_until

pytestmark = pytest.mark.alone
VISIT = {"type": "pageview", "page": "/home", "sessionId": "ann"}
BACK_S = 15.0
SEEN_S = 2.0


@pytest.fixture
async def http(server: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        yield client


def dashboards(server: Running) -> int:
    return int(server.http.get("/healthz").json()["dashboards"])


async def test_a_thousand_clients_come_back_at_once_without_a_gap(
    server: Running, http: httpx.AsyncClient
) -> None:
    """All are back within 15 s, and each has been told every message in between."""
    allow_open_files(4_096)
    clients = await connect_many(server.port, 1_000)
    started = [(await client.until("initial_data"))["data"] for client in clients]
    for client in clients:
        client.vanish()
    for _ in range(50):
        await http.post("/api/events", json=VISIT)

    async with asyncio.timeout(BACK_S):
        back = await connect_many(server.port, 1_000)
        caught_up = await asyncio.gather(
            *(
                resume(client, data["epoch"], data["seq"])
                for client, data in zip(back, started, strict=True)
            )
        )
    for seqs, data in zip(caught_up, started, strict=True):
        assert seqs == list(range(data["seq"] + 1, data["seq"] + 101))
    await asyncio.to_thread(wait_until, lambda: dashboards(server) == 1_000, "all to be counted")
    for client in back:
        client.vanish()
    await asyncio.to_thread(wait_until, lambda: dashboards(server) == 0, "all to be gone")


async def resume(client: Client, epoch: str, seq: int) -> list[int]:
    """The numbers of the messages that a client is told after ``resumed``."""
    client.send({"type": "resume", "epoch": epoch, "seq": seq})
    resumed = await client.until("resumed")
    assert resumed["data"]["recovered"] is True
    seqs: list[int] = []
    while len(seqs) < resumed["data"]["count"]:
        message = await client.message()
        if "seq" in message:
            seqs.append(message["seq"])
    return seqs


async def test_five_thousand_clients_hear_of_an_event(start_server: StartServer) -> None:
    """At least 99 of 100 within two seconds, and in the end all of them."""
    number = 5_000
    allow_open_files(2 * number + 1_000)
    server = start_server()
    clients = await connect_many(server.port, number)
    for client in clients:
        await client.until("initial_data")
    await asyncio.to_thread(wait_until, lambda: dashboards(server) == number, "all to be counted")
    hearing = [asyncio.create_task(client.until("visitor_update")) for client in clients]
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        await http.post("/api/events", json=VISIT)
    done, _ = await asyncio.wait(hearing, timeout=SEEN_S)
    assert len(done) >= 0.99 * number
    async with asyncio.timeout(BACK_S):
        await asyncio.gather(*hearing)
    for client in clients:
        client.vanish()
    await asyncio.to_thread(wait_until, lambda: dashboards(server) == 0, "all to be gone")
