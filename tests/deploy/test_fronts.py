"""One node behind Caddy and behind nginx, with TLS: the files of docs/deploy, run for real."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.deploy.fronts import DEPLOY, FRONTS, NAME, Front, documented_environment
from tests.ingest.client import VIEW
from tests.support import BOUND_S, Running, StartServer

TOKEN = "a-token-for-reading-0123456789"
KEY = "a-key-for-writing-9876543210"
PAGE_SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
StartFront = Callable[..., tuple[Front, Running]]


@pytest.fixture
def start_front(start_server: StartServer, tmp_path: Path) -> Iterator[StartFront]:
    """A node with the documented settings and a proxy in front; variables come on top."""
    fronts: list[Front] = []

    def start(kind: type[Front], **more: str) -> tuple[Front, Running]:
        environment = documented_environment() | {
            "VISITORS_TOKEN": TOKEN,
            "VISITORS_INGEST_KEY": KEY,
            "VISITORS_JOURNAL": f"sqlite:{tmp_path / 'visitors.db'}",
        }
        node = start_server(**environment | more)
        fronts.append(kind(tmp_path, f"127.0.0.1:{node.port}"))
        return fronts[-1], node

    yield start
    for front in fronts:
        front.stop()


@pytest.fixture(params=FRONTS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Front]:
    return request.param


def posted(front: Front, *more: str, key: str = KEY, **fields: Any) -> int:
    body = json.dumps(VIEW | fields)
    headers = ["-H", "Content-Type: application/json", "-H", f"X-Ingest-Key: {key}"]
    return front.curl("/api/events", *headers, "-d", body, *more).status


def login(front: Front) -> str:
    """The cookie that a browser gets for the token."""
    answer = front.curl("/login", "-d", f"token={TOKEN}")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert "Secure" in attributes, "the node was told that the browser came by https"
    return cookie


async def test_page_events_and_sockets_come_through(kind: type[Front], start_front: StartFront):
    front, _ = start_front(kind)
    stranger = front.curl("/", "-H", "Accept: text/html")
    assert (stranger.status, stranger.headers["location"]) == (303, "/login")
    cookie = login(front)
    page = front.curl("/", "-H", f"Cookie: {cookie}", "-H", "Accept: text/html")
    assert page.status == 200
    assert "nicegui" in page.body

    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with front.socket("/ws", additional_headers=bearer) as viewer:
        assert json.loads(await viewer.recv())["type"] == "initial_data"
        assert posted(front, sessionId="through-tls") == 201
        message: dict[str, Any] = {}
        while message.get("type") != "visitor_update":
            message = json.loads(await viewer.recv())
        assert message["data"]["event"]["sessionId"] == "through-tls"

    own = {"additional_headers": {"Cookie": cookie}, "origin": front.origin}
    async with front.socket(PAGE_SOCKET, **own) as page_socket:
        assert str(await page_socket.recv()).startswith("0{")
    with pytest.raises(InvalidStatus, match="403"):
        async with front.socket("/ws", additional_headers=bearer, origin="https://evil.example"):
            pass


def test_without_the_secrets_nothing_is_read_or_written(kind: type[Front], start_front: StartFront):
    front, _ = start_front(kind)
    assert posted(front, key="wrong") == 401
    assert front.curl("/api/analytics/summary").status == 401
    assert front.curl("/metrics").status == 401
    reset = ("-H", "Content-Type: application/json", "-d", '{"confirm": "reset"}')
    assert front.curl("/api/analytics/reset", *reset).status == 401


def test_http_leads_to_https_and_browsers_are_told_to_stay_there(
    kind: type[Front], start_front: StartFront
):
    front, _ = start_front(kind)
    plain = front.curl("/dashboard.html?a=1", port=front.http_port)
    assert plain.status in (301, 308)
    assert plain.headers["location"].startswith(f"https://{NAME}")
    assert plain.headers["location"].endswith("/dashboard.html?a=1")
    assert "max-age=" in front.curl("/login").headers["strict-transport-security"]


def test_limits_are_by_the_address_of_the_visitor_and_no_header_of_his_changes_it(
    kind: type[Front], start_front: StartFront
):
    front, _ = start_front(kind, VISITORS_MAX_EVENTS_PER_S="0.001")
    first, second = ("--interface", "127.0.0.11"), ("--interface", "127.0.0.12")
    assert posted(front, *first) == 201
    assert posted(front, *first) == 429
    assert posted(front, *first, "-H", "X-Forwarded-For: 198.51.100.7") == 429
    assert posted(front, *second) == 201, "another visitor"


def test_a_body_that_is_too_large_is_answered_so(kind: type[Front], start_front: StartFront):
    front, node = start_front(kind)
    large = front.directory / "large"
    large.write_text("x" * (3 * 2**20))
    answer = front.curl("/api/events/batch", "--data-binary", f"@{large}")
    assert answer.status == 413
    assert node.http.get("/healthz").status_code == 200


def test_the_caddyfile_is_valid_and_formatted(tmp_path: Path):
    for words in (["validate", "--adapter", "caddyfile", "--config"], ["fmt", "--diff"]):
        done = subprocess.run(
            ["caddy", *words, str(DEPLOY / "Caddyfile")],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert not [line for line in done.stdout.splitlines() if line.startswith(("+", "-"))]
