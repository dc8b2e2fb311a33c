"""A program that has opened a page and sends on its socket whatever it likes."""

import asyncio
import json
import re
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from ingest.websocket.bounded_socket import MOST_FRAGMENTS, BoundedSocket
from tests.support import BOUND_S, Running, StartServer, wait_until

WAYS = pytest.mark.parametrize("way", ["--no-plain", "--plain"])
VISIT = {"type": "pageview", "page": "/home", "sessionId": "ann"}
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
ROUNDS = 40
MB = 10**6
WORST: list[Any] = [
    *(None, 0, -1, 1e308, "", "\x1b[31m\u202e\n", "x" * 5_000, [], {}, [[]], {"a": 1}, True),
    {"country": 1, "page": None, "field": "country"},
    {"epoch": "e", "seq": 10**30},
    {"epoch": [], "seq": "x"},
    *(["x"] * 3, [1, 2], "/\x00", "//", "[" * 100),
]


class OpenPage:
    """A page as the server built it, and a socket that has shaken hands for it."""

    def __init__(self, server: Running) -> None:
        text = server.http.get("/").text
        [self.client_id] = set(re.findall(r"'client_id': '([0-9a-f-]{36})'", text))
        found = re.search(r"String\.raw`(\{.*?\})`", text, re.DOTALL)
        assert found is not None
        self.elements: dict[str, Any] = json.loads(found[1].replace("\\u003c", "<"))

    def listeners(self) -> list[tuple[int, str]]:
        return [
            (int(number), event["listener_id"])
            for number, element in self.elements.items()
            for event in element.get("events", [])
        ]

    async def shake_hands(self, socket: ClientConnection) -> None:
        await socket.send("40")
        data = {"client_id": self.client_id, "tab_id": "t", "document_id": "d"}
        await socket.send(packet("handshake", {**data, "next_message_id": 0}))


def packet(name: str, data: object) -> str:
    return f"42{json.dumps([name, data])}"


def address(server: Running, path: str = SOCKET) -> str:
    return server.url.replace("http", "ws") + path


def largest_bytes(server: Running) -> int:
    """The most memory that the server ever had."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


async def hear(socket: ClientConnection) -> None:
    """Until its end, however it comes."""
    with suppress(ConnectionClosed):
        async for _ in socket:
            pass


@WAYS
async def test_the_worst_events_of_a_page_write_next_to_nothing_into_the_log(
    start_server: StartServer, way: str
):
    server = start_server(way)
    server.may_complain = True  # of what it was sent
    page = OpenPage(server)
    assert len(page.listeners()) >= 8
    async with connect(address(server), proxy=None) as socket:
        hearing = asyncio.create_task(hear(socket))
        await page.shake_hands(socket)
        watching = lambda: server.http.get("/healthz").json()["dashboards"] == 1  # noqa: E731
        await asyncio.to_thread(wait_until, watching, "the page to be open")
        for _ in range(ROUNDS):
            for number, listener in page.listeners():
                for args in ([json.dumps(each)] for each in WORST):
                    data = {"client_id": page.client_id, "id": number, "listener_id": listener}
                    await socket.send(packet("event", {**data, "args": args}))
            await socket.send(packet("ack", {"client_id": page.client_id, "next_message_id": -1}))
            response = {"client_id": page.client_id, "request_id": "r"}
            await socket.send(packet("javascript_response", response))
        pong = await socket.ping()
        await pong
        hearing.cancel()
    assert (await asyncio.to_thread(server.http.post, "/api/events", json=VISIT)).is_success
    complaints = server.complaints
    server.stop()
    assert len(complaints) < 50_000, complaints[:5_000]
    assert all(len(each.encode()) <= 1_024 for each in complaints.splitlines())
    assert all(each.isprintable() for each in complaints.splitlines())


@WAYS
async def test_handshakes_that_fail_write_one_traceback_into_the_log(
    start_server: StartServer, way: str
):
    server = start_server(way)
    server.may_complain = True
    client_id = OpenPage(server).client_id
    wrong = f"&implicit_handshake=true&client_id={client_id}&tab_id=t&next_message_id=x"
    for number in range(20):
        path = f"{SOCKET}{wrong}&document_id={number}"
        async with connect(address(server, path), proxy=None) as socket:
            await socket.send("40")
            with suppress(ConnectionClosed):
                while not str(await socket.recv()).startswith("44"):
                    pass
    server.stop()
    assert 0 < len(server.complaints) < 10_000
    assert server.complaints.count("Traceback") == 1


@pytest.mark.parametrize(
    ("way", "path"), [("--no-plain", SOCKET), ("--plain", SOCKET), ("--plain", "/ws")]
)
async def test_compressed_messages_of_one_read_are_not_unpacked_all_at_once(
    start_server: StartServer, way: str, path: str
):
    server = start_server(way, "--max-messages-per-s", "50")
    assert server.http.post("/api/events", json=VISIT).is_success
    before = largest_bytes(server)
    frame = compressed(b"9" * 65_000)
    async with connect(address(server, path), proxy=None) as socket:
        socket.transport.write(frame * 10_000)  # 650 MB
        async with asyncio.timeout(BOUND_S):
            await hear(socket)
    assert largest_bytes(server) - before < 60 * MB
    assert server.http.post("/api/events", json=VISIT).is_success


def compressed(text: bytes) -> bytes:
    """A masked text frame (the mask is zero) of permessage-deflate."""
    deflate = zlib.compressobj(wbits=-12)
    body = (deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
    size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2)
    return b"\xc1" + size + bytes(4) + body


@pytest.mark.parametrize(
    ("way", "path"), [("--no-plain", SOCKET), ("--plain", SOCKET), ("--plain", "/ws")]
)
async def test_pings_of_a_peer_that_takes_no_pong_pile_up_nowhere(
    start_server: StartServer, way: str, path: str
):
    server = start_server(way, "--slow-reader-s", "2")
    assert server.http.post("/api/events", json=VISIT).is_success
    before = largest_bytes(server)
    async with connect(address(server, path), proxy=None, ping_interval=None) as socket:
        socket.transport.pause_reading()
        ping = b"\x89\xfd" + bytes(4) + b"x" * 125
        socket.transport.write(ping * 400_000)  # 52 MB
        answered = await asyncio.to_thread(server.http.post, "/api/events", json=VISIT)
        assert answered.is_success
        socket.transport.abort()
    assert largest_bytes(server) - before < 30 * MB


def test_fragments_are_put_together_before_the_last_one_comes():
    socket = BoundedSocket.__new__(BoundedSocket)
    socket.frames = []
    for _ in range(10_000):
        socket.handle_cont(_Fragment())
        assert len(socket.frames) <= MOST_FRAGMENTS
    assert b"".join(socket.frames) == b"x" * 10_000


class _Fragment:
    opcode, fin, data = Opcode.CONT, False, b"x"
