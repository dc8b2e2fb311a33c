"""/ws: who may."""

from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.ingest.client import dashboard, eventually, login_cookie, open_socket, post, watching
from tests.support import Running


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a token and an ingest key."""
    server = Running(
        tmp_path_factory.mktemp("server"), "--token", "secret-of-the-house", "--ingest-key", "key"
    )
    try:
        yield server
    finally:
        server.stop()


def bearer(secret: str) -> dict[str, Any]:
    return {"additional_headers": {"Authorization": f"Bearer {secret}"}}


@pytest.mark.parametrize("path", ["/ws", "/"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        bearer("wrong"),
        bearer("key"),
        {"additional_headers": {"X-Ingest-Key": "key"}},
        {"additional_headers": {"Cookie": "visitors_login=secret-of-the-house"}},
        {"subprotocols": ["bearer.wrong"]},
        {"subprotocols": ["secret-of-the-house"]},
    ],
    ids=str,
)
async def test_without_the_token_the_socket_is_closed_with_4401_right_after_the_handshake(
    locked: Running, path: str, options: dict[str, Any]
):
    async with open_socket(locked, path, **options) as stranger:
        assert await stranger.close_code() == 4401
        assert stranger.heard == []
    await eventually(lambda: watching(locked) == 0, "nobody to be counted")


async def test_the_token_never_counts_in_the_url(locked: Running):
    async with open_socket(
        locked, "/ws?token=secret-of-the-house&bearer=secret-of-the-house"
    ) as stranger:
        assert await stranger.close_code() == 4401


@pytest.mark.parametrize("by", ["header", "cookie"])
async def test_with_the_token_in_a_header_or_a_login_cookie_it_opens(locked: Running, by: str):
    cookie = {"additional_headers": {"Cookie": login_cookie(locked, "secret-of-the-house")}}
    async with dashboard(
        locked, **(cookie if by == "cookie" else bearer("secret-of-the-house"))
    ) as reader:
        assert reader.socket.subprotocol is None
        assert (await reader.settle()) == []


@pytest.mark.parametrize(
    "offered", [["bearer.secret-of-the-house"], ["v1", "bearer.secret-of-the-house"]]
)
async def test_with_the_token_as_subprotocol_it_opens_and_names_it(
    locked: Running, offered: list[str]
):
    async with dashboard(locked, subprotocols=offered) as reader:
        assert reader.socket.subprotocol == "bearer.secret-of-the-house"


async def test_without_a_token_other_subprotocols_are_no_hindrance(server: Running):
    async with dashboard(server, subprotocols=["v1"]) as reader:
        assert reader.socket.subprotocol is None
    async with dashboard(server, subprotocols=["bearer.anything"]) as reader:
        assert reader.socket.subprotocol == "bearer.anything"


@pytest.mark.parametrize("path", ["/ws", "/"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://["]
)
async def test_a_foreign_page_is_refused_with_403_before_the_handshake(
    server: Running, path: str, origin: str
):
    async with dashboard(server) as witness:
        with pytest.raises(InvalidStatus) as refused:
            async with open_socket(server, path, origin=origin):
                pass
        assert refused.value.response.status_code == 403
        assert await witness.settle() == []
    assert server.http.get("/api/analytics/summary").json()["rejected"] == {"forbidden": 1}


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1:3000"])
async def test_a_page_of_this_machine_is_let_in(server: Running, origin: str):
    async with dashboard(server, origin=origin) as reader:
        post(server)
        assert (await reader.until("visitor_update"))["event"]["page"] == "/home"


async def test_a_page_of_the_same_host_is_let_in(server: Running):
    async with dashboard(server, origin=server.url) as reader:
        assert await reader.settle() == []


async def test_the_ingest_key_keeps_writers_out_and_readers_hear_nothing(locked: Running):
    async with dashboard(locked, **bearer("secret-of-the-house")) as reader:
        view = {"type": "pageview", "page": "/", "sessionId": "ann"}
        assert locked.http.post("/api/events", json=view).status_code == 401
        assert await reader.settle() == []
        with_key = view | {"key": "key"}
        assert locked.http.post("/api/events", json=with_key).status_code == 201
        update = await reader.until("visitor_update")
        assert "key" not in update["event"]
