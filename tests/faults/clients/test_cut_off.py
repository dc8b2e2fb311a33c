"""A peer that is cut off from the network: no FIN, no reset, no acknowledgement ever again."""

import asyncio
import ctypes
import json
import socket

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.faults.clients.crowd import connect as connect_bare
from tests.support import BOUND_S, StartServer

VISIT = {"type": "pageview", "page": "/home", "sessionId": "ann"}
GONE_S = 40.0
SO_ATTACH_FILTER = 26
RETURN = 0x06


class Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("constant", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(Instruction)))


def pull_the_cable(peer: socket.socket) -> None:
    """Have the kernel drop every segment that comes in for this socket before TCP sees it, so that
    nothing is acknowledged any more: "return 0" as a socket filter (socket(7))."""
    drop = Instruction(RETURN, 0, 0, 0)
    program = Program(1, ctypes.pointer(drop))
    peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, bytes(program))


async def test_peers_that_are_cut_off_are_counted_out_within_40_s(
    start_server: StartServer,
) -> None:
    """Whether the server has only a ping for them or news all the time; nobody else notices."""
    quiet, busy = start_server(), start_server()
    async with httpx.AsyncClient(trust_env=False) as http, asyncio.TaskGroup() as both:
        both.create_task(cut_off(http, quiet.url, quiet.port, events=False))
        both.create_task(cut_off(http, busy.url, busy.port, events=True))


async def cut_off(http: httpx.AsyncClient, url: str, port: int, *, events: bool) -> None:
    async with connect(url.replace("http", "ws") + "/ws", proxy=None) as healthy:
        cut = await connect_bare(port)
        await cut.until("initial_data")
        await hear(healthy, "user_connected", 2)
        pull_the_cable(cut.writer.get_extra_info("socket"))
        sent = 0
        async with asyncio.timeout(GONE_S):
            while await dashboards(http, url) == 2:
                if events:
                    await http.post(f"{url}/api/events", json=VISIT)
                    sent += 1
                await asyncio.sleep(0.1)
        assert not cut.reader.at_eof(), "the peer was told, so it was never cut off"
        cut.vanish()
        seqs = await hear(healthy, "user_disconnected", 1, at_least=2 * sent)
        assert [seq for seq in seqs if seq <= 2 * sent] == list(range(1, 2 * sent + 1))


async def hear(socket: ClientConnection, kind: str, total: int, *, at_least: int = 0) -> list[int]:
    """The numbers of the messages up to the one that says that so many dashboards are there, and up
    to ``at_least``: an event may have been sent just after that."""
    seqs: list[int] = []
    told = False
    async with asyncio.timeout(BOUND_S):
        while not told or max(seqs, default=0) < at_least:
            message = json.loads(await socket.recv())
            told |= message["type"] == kind and message["data"]["totalDashboards"] == total
            seqs += [message["seq"]] if "seq" in message else []
    return seqs


async def dashboards(http: httpx.AsyncClient, url: str) -> int:
    return int((await http.get(f"{url}/healthz")).json()["dashboards"])
