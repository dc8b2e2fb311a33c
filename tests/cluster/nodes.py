"""Several nodes over one stream, and senders that don't give up."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.ingest.client import post
from tests.redis_server import RedisServer
from tests.support import BOUND_S, PATIENT_S, Running, parting, wait_until

OWN = ("asOf", "received", "accepted", "duplicates", "rejected", "totalDashboards")
"""Of a summary: what is the node's own, or the moment's."""


@contextmanager
def running(directory: Path, journal: str, *flags: str, nodes: int = 3) -> Iterator[list[Running]]:
    """So many nodes; at the end those that still run are stopped and leave in peace."""
    started: list[Running] = []
    with parting(started):
        for number in range(nodes):
            started.append(start(directory / f"node-{number}", journal, *flags))
        yield started


def start(directory: Path, journal: str, *flags: str) -> Running:
    directory.mkdir(parents=True, exist_ok=True)
    return Running(directory, "--journal", journal, *flags)


def truth(node: Running) -> dict[str, Any]:
    """All that every node should say alike: numbers, sessions, and where the stream stands."""
    numbers = node.http.get("/api/analytics/summary").json()
    for name in OWN:
        del numbers[name]
    sessions = node.http.get("/api/analytics/sessions").json()["sessions"]
    health = node.http.get("/healthz").json()
    return numbers | {"sessions": sessions, "epoch": health["epoch"], "seq": health["seq"]}


def agree(nodes: Sequence[Running], events: int) -> dict[str, Any]:
    """What all nodes say, once they say the same, and that so many events were counted."""
    told: list[dict[str, Any]] = []

    def alike() -> bool:
        told[:] = [truth(node) for node in nodes]
        return all(each == told[0] for each in told) and told[0]["totalEvents"] == events

    try:
        wait_until(alike, "the nodes to agree")
    except AssertionError:
        seen = [(each["totalEvents"], each["seq"], each["epoch"]) for each in told]
        raise AssertionError(f"{events} events, but the nodes say {seen}") from None
    return told[0]


def trouble(node: Running) -> str | None:
    return node.http.get("/healthz").json()["journal"]["trouble"]


def journal(node: Running) -> dict[str, Any]:
    return node.http.get("/healthz").json()["journal"]


def views(node: Running, number: int) -> None:
    for each in range(number):
        post(node, sessionId=f"s-{each % 9}")


def wait_for_checkpoint(nodes: list[Running], least: int = 1) -> None:
    for node in nodes:
        wait_until(
            lambda node=node: journal(node)["checkpoint"] >= least, "a checkpoint", PATIENT_S
        )


class Senders:
    """They post events with ids of their own, to one address after the other, until each is
    answered well. ``taken`` are those ids; ``refused`` are the answers that weren't."""

    def __init__(self, urls: Sequence[str], senders: int = 8) -> None:
        self.taken: set[str] = set()
        self.refused: list[str] = []
        self._urls = urls
        self._is_over = False
        self._tasks = [asyncio.create_task(self._send(each)) for each in range(senders)]

    async def reach(self, number: int) -> None:
        """Until so many more are taken."""
        goal = len(self.taken) + number
        async with asyncio.timeout(3 * BOUND_S):
            while len(self.taken) < goal:  # noqa: ASYNC110 — nobody tells
                await asyncio.sleep(0.01)

    async def stop(self) -> int:
        """End when all that was begun is taken. Returns how many events that makes."""
        self._is_over = True
        await asyncio.gather(*self._tasks)
        return len(self.taken)

    async def _send(self, sender: int) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=BOUND_S) as http:
            for number in itertools.count():
                if self._is_over:
                    return
                page, session = f"/{number % 7}", f"visitor-{sender}-{number % 5}"
                event = {"type": "pageview", "page": page, "sessionId": session}
                await self._insist(http, event | {"eventId": f"{sender}-{number}"}, sender)

    async def _insist(self, http: httpx.AsyncClient, event: dict[str, str], place: int) -> None:
        while True:
            place += 1
            try:
                answer = await http.post(
                    f"{self._urls[place % len(self._urls)]}/api/events", json=event
                )
            except httpx.TransportError as error:
                self.refused.append(repr(error))
                await asyncio.sleep(0.05)
                continue
            if answer.status_code in (200, 201):
                self.taken.add(event["eventId"])
                return
            assert answer.status_code in (502, 503, 504), answer.text
            self.refused.append(f"{answer.status_code} {answer.text[:80]}")
            await asyncio.sleep(0.05)


def kept_ids(redis: RedisServer, stream: str = "visitors") -> list[str]:
    """The ids of all events in the stream, in its order."""
    from state.event import Event  # noqa: PLC0415
    from state.journal.factory import open_reader  # noqa: PLC0415

    reader = open_reader(redis.journal(stream))
    records, seq = [], reader.first - 1
    while some := reader.read(seq):
        records += some
        seq = some[-1].seq
    reader.close()
    return [each.id for r in records for each in r.what if isinstance(each, Event)]
