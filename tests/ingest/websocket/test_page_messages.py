"""What the socket of a page takes from a browser, or from a program that pretends to be one."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ingest.websocket.page_messages import is_page_packet
from tests.ingest.client import dashboard, eventually
from tests.support import Running, StartServer

PATH = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
HANDSHAKE: dict[str, Any] = {"client_id": "c", "tab_id": "t", "document_id": "d"}
EVENT: dict[str, Any] = {"client_id": "c", "id": 1, "listener_id": "l", "args": ['{"a": 1}', None]}


def event(name: str, data: object, number: str = "") -> str:
    return f"42{number}{json.dumps([name, data])}"


GOOD = [
    *("1", "2", "3", "2probe", "40", '40{"token": 1}', "41"),
    event("event", EVENT),
    event("event", EVENT, "17"),
    event("handshake", HANDSHAKE | {"x": 1}),
    event("handshake", HANDSHAKE | {"next_message_id": "12", "old_tab_id": None}),
    event("ack", {"client_id": "c", "next_message_id": 3}),
    event("javascript_response", {"client_id": "c", "request_id": "r", "result": [1]}),
]
BAD = [
    *("", "0", "4", "5", "6", "9", "43[]", "45", "451-[]", "2" * 100, "42", "42[]", "42{}"),
    *('42["event"]', "40[]", "40/other,", "41x", '42["event",{}]', '42["event",[]]', "42[1,{}]"),
    '451-["event",{"_placeholder":true,"num":0}]',
    event("log", {"client_id": "c", "level": "error", "message": "m"}),
    event("event", EVENT | {"id": "1"}),
    event("event", EVENT | {"listener_id": "l" * 65}),
    event("handshake", {"client_id": "c", "tab_id": "t", "document_id": "d" * 65}),
    event("handshake", HANDSHAKE | {"next_message_id": "x"}),
    event("event", EVENT | {"args": ["{"]}),
    event("event", EVENT | {"args": ["[" * 5_000]}),
    event("event", EVENT | {"args": 7}),
    event("ack", {"client_id": "c", "next_message_id": "3"}),
    event("dance", {}),
    "42" + "[" * 10_000,
]


@pytest.mark.parametrize("text", GOOD)
def test_what_niceguis_client_sends_is_passed_on(text: str):
    assert is_page_packet(text) is True


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:40])
def test_all_else_is_left_unread(text: str):
    assert is_page_packet(text) is False


def socket_of(server: Running) -> Any:
    return connect(server.url.replace("http", "ws") + PATH, proxy=None)


async def close_code(socket: Any) -> int | None:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def test_binary_messages_close_the_socket(server: Running):
    async with socket_of(server) as socket:
        await socket.recv()
        await socket.send(b"\0" * 60_000)
        assert await close_code(socket) == 1003


async def test_a_client_that_says_what_no_page_says_is_closed_without_a_word_in_the_log(
    server: Running,
):
    complaints = len(server.complaints)
    async with socket_of(server) as socket:
        await socket.recv()
        for number in range(101):
            await socket.send(BAD[number % len(BAD)] or "9")
        assert await close_code(socket) == 1008
    assert server.complaints[complaints:] == ""


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["fast", "plain"])
async def test_a_client_that_says_too_much_is_closed_and_others_notice_nothing(
    start_server: StartServer, plain: tuple[str, ...]
):
    server = start_server("--max-messages-per-s", "5", *plain)
    async with dashboard(server) as witness, socket_of(server) as socket:
        await socket.recv()
        for _ in range(300):
            await socket.send(event("event", EVENT))
        assert await close_code(socket) == 4429
        assert await witness.settle() == []
    rejected = server.http.get("/api/analytics/summary").json()["rejected"]
    assert rejected["rate_limited"] >= 100


async def test_there_is_no_polling_beside_the_socket(server: Running):
    answer = server.http.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    await eventually(lambda: server.http.get("/healthz").json()["ready"], "a ready server")
