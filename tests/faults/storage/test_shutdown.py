"""SIGTERM under load: what was answered well has been shown, and everybody is told goodbye."""

import asyncio
import json
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support import Running, StartServer, wait_until

GOODBYE_S = 5.0
SENDERS = 8


async def listen(socket: ClientConnection) -> tuple[set[str], int | None]:
    """The ids of all events that a viewer is shown, and the code that its connection ends with."""
    shown: set[str] = set()
    try:
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == "visitor_update":
                shown.add(message["data"]["event"]["id"])
    except ConnectionClosed as closed:
        return shown, closed.rcvd.code if closed.rcvd else None


async def send_until_refused(url: str, sender: int) -> tuple[set[str], list[int]]:
    """The ids that were answered with 201, and the statuses of what was refused."""
    taken: set[str] = set()
    refused: list[int] = []
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        while not refused:
            event = {"type": "pageview", "page": "/", "sessionId": f"visitor-{sender}"}
            try:
                answer = await http.post("/api/events", json=event)
            except httpx.TransportError:
                break
            if answer.status_code == 201:
                taken.add(answer.json()["eventId"])
            else:
                refused.append(answer.status_code)
    return taken, refused


def events(server: Running) -> int:
    return int(server.http.get("/api/analytics/summary").json()["totalEvents"])


async def test_no_accepted_event_is_lost_when_the_server_is_stopped_under_load(
    start_server: StartServer,
) -> None:
    server = start_server()
    url = server.url.replace("http", "ws") + "/ws"
    async with connect(url, proxy=None) as one, connect(url, proxy=None) as two:
        listening = [asyncio.create_task(listen(socket)) for socket in (one, two)]
        sending = [
            asyncio.create_task(send_until_refused(server.url, number)) for number in range(SENDERS)
        ]
        await asyncio.to_thread(wait_until, lambda: events(server) > 200, "some load")
        server.terminate()
        async with asyncio.timeout(GOODBYE_S):
            viewers = await asyncio.gather(*listening)
            senders = await asyncio.gather(*sending)
    taken = set().union(*(ids for ids, _ in senders))
    refused = [status for _, statuses in senders for status in statuses]
    assert len(taken) > 100
    assert set(refused) <= {503}
    for shown, code in viewers:
        assert taken - shown == set()
        assert code == 1001
    assert await asyncio.to_thread(server.wait) == 0
