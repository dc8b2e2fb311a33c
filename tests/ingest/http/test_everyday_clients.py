"""What common clients send arrives: uptime monitors, curl, Java's HttpClient, browsers, and our own
events sent again. On the fast way and on the ordinary one."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ingest.client import VIEW, dashboard, post, summary
from tests.support import BOUND_S, Running, StartServer

JAVA = """
import java.net.URI;
import java.net.http.*;

public class Post {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int number = 0; number < 3; number++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(arguments[1])).build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(answer.statusCode());
        }
    }
}
"""


@pytest.fixture(scope="module", params=[(), ("--plain",)], ids=["fast", "plain"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    server = Running(tmp_path_factory.mktemp("server"), *request.param)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(served: Running) -> Running:
    served.start_at_zero()
    return served


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=4 * BOUND_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# An offer to upgrade


def test_javas_own_client_sends_events(server: Running, tmp_path: Path):
    source = tmp_path / "Post.java"
    source.write_text(JAVA)
    told = run("java", str(source), f"{server.url}/api/events", json.dumps(VIEW))
    assert told.split() == ["201"] * 3
    assert summary(server)["totalEvents"] == 3


@pytest.mark.parametrize("path", ["/api/events", "/api/events/batch"])
def test_curl_that_offers_http_2_sends_events(server: Running, path: str):
    body = json.dumps(VIEW if path.endswith("events") else [VIEW])
    kind = "Content-Type: application/json"
    quiet = ("curl", "-sS", "--noproxy", "*", "-o", "-", "-w", "\n%{http_code}")
    told = run(*quiet, "--http2", "-H", kind, "-d", body, f"{server.url}{path}").splitlines()
    assert told[-1] in ("200", "201"), told
    assert summary(server)["totalEvents"] == 1


def test_a_body_behind_an_offer_is_read_also_where_it_comes_later(server: Running):
    def in_parts() -> Iterator[bytes]:
        body = json.dumps(VIEW).encode()
        yield body[:10]
        yield body[10:]

    offer = {"Connection": "Upgrade", "Upgrade": "h2c", "Content-Type": "application/json"}
    for _ in range(2):
        answer = server.http.post("/api/events", content=in_parts(), headers=offer)
        assert answer.status_code == 201, answer.text
    assert summary(server)["totalEvents"] == 2


# HEAD


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/dashboard.html", "/healthz", "/metrics", "/openapi.json", "/docs", "/favicon.ico"),
        *("/api/analytics/summary", "/api/analytics/sessions", "/api/analytics/sessions/nobody"),
        *("/ws", "/nowhere", "/api/nothing", "/docs/assets/swagger-ui.css", "/login"),
    ],
)
def test_head_is_answered_like_get(server: Running, path: str):
    got, head = server.http.get(path), server.http.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers.get("content-type") == got.headers.get("content-type")
    assert server.http.get("/healthz").status_code == 200, "the connection goes on"


def test_head_builds_no_page(server: Running):
    before = unopened(server)
    for _ in range(300):
        assert server.http.head("/").status_code == 200
    assert unopened(server) == before
    assert server.http.get("/").status_code == 200, "there is room for more"


def unopened(server: Running) -> float:
    lines = server.http.get("/metrics").text.splitlines()
    name = "visitors_unopened_pages_total "
    return float(next(each.split()[1] for each in lines if each.startswith(name)))


# What browsers ask


@pytest.mark.parametrize("path", ["/api/events", "/api/events/batch"])
def test_a_preflight_allows_whatever_headers_are_asked_for(server: Running, path: str):
    asked = "content-type, traceparent, x-event-id, x-requested-with"
    answer = server.http.options(
        path,
        headers={
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        },
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-headers"] == asked
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("asked", ["", "a b", "x\u00e9", "a:b"])
def test_a_preflight_echoes_no_header_that_is_none(server: Running, asked: str):
    answer = server.http.options(
        "/api/events",
        headers={
            b"Origin": b"https://shop.example",
            b"Access-Control-Request-Method": b"POST",
            b"Access-Control-Request-Headers": asked.encode("latin-1"),
        },
    )
    assert "content-type" in answer.headers["access-control-allow-headers"]
    assert (
        asked.encode("latin-1")
        not in answer.headers["access-control-allow-headers"].encode("latin-1")
        or not asked
    )


def test_no_cookie_lets_a_website_write(start_server: StartServer):
    server = start_server("--ingest-key", "key-of-the-house")
    answer = server.http.post("/api/events", json=VIEW, headers={"Cookie": "key=key-of-the-house"})
    assert answer.status_code == 401


def test_a_page_from_a_file_reads_where_null_is_allowed(start_server: StartServer):
    server = start_server("--allowed-origins", "null,https://a.example")
    read = server.http.get("/api/analytics/summary", headers={"Origin": "null"})
    assert (read.status_code, read.headers["access-control-allow-origin"]) == (200, "null")
    assert server.http.get("/healthz", headers={"Origin": "https://evil.example"}).is_client_error


async def test_a_socket_of_a_page_from_a_file_opens_where_null_is_allowed(
    start_server: StartServer,
):
    server = start_server("--allowed-origins", "null")
    async with dashboard(server, origin="null") as reader:
        assert await reader.settle() == []


# Our own events, sent again


@pytest.mark.parametrize(
    "sent",
    [
        VIEW,
        {"type": "session_end", "sessionId": "ann"},
        {"type": "click", "page": "/a", "sessionId": "ann", "metadata": {"element": "buy"}},
        {"type": "custom", "name": "signup", "sessionId": "ann", "country": "India"},
        VIEW | {"timestamp": "2999-01-01T00:00:00Z"},
    ],
    ids=lambda sent: sent["type"],
)
@pytest.mark.parametrize("path", ["/api/events", "/api/events/batch"])
def test_an_event_as_we_show_it_can_be_sent_again(server: Running, sent: dict[str, Any], path: str):
    post(server, **{"page": None, **sent})
    [shown] = summary(server)["recentEvents"]
    answer = server.http.post(path, json=shown if path == "/api/events" else [shown])
    assert answer.status_code in (200, 201), answer.text
    assert summary(server)["accepted"] == 2
    again, first = summary(server)["recentEvents"]
    told_anew = ("id", "receivedAt", "timestamp", "clockSkewed")
    assert {k: v for k, v in again.items() if k not in told_anew} == {
        k: v for k, v in first.items() if k not in told_anew
    }


@pytest.mark.parametrize("kind", ["pageview", "click"])
def test_an_empty_page_is_missing_where_one_is_needed(server: Running, kind: str):
    answer = server.http.post("/api/events", json={"type": kind, "page": "", "sessionId": "a"})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (400, "page")


def test_an_empty_name_is_missing_where_one_is_needed(server: Running):
    answer = server.http.post("/api/events", json={"type": "custom", "name": "", "sessionId": "a"})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (400, "name")


# Refusals that say what is to be done


@pytest.mark.parametrize("path", ["/api/events", "/api/events/batch"])
def test_a_gzipped_body_is_refused_with_that_word(server: Running, path: str):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = server.http.post(path, content=b"\x1f\x8b", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (415, "unsupported_media_type")
    assert "gzip" in answer.json()["message"]


def test_a_401_says_how_to_authenticate(start_server: StartServer):
    server = start_server("--token", "secret-of-the-house", "--ingest-key", "key")
    for answer in (
        server.http.get("/api/analytics/summary"),
        server.http.post("/api/events", json=VIEW),
        server.http.post("/api/analytics/reset", json={"confirm": "reset"}),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/ws/", "/nowhere", "/socket"])
def test_a_handshake_elsewhere_is_told_where_the_socket_is(server: Running, path: str):
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    answer = server.http.get(path, headers=handshake)
    assert answer.status_code == 404
    assert "/ws" in answer.json()["message"]


def test_who_opens_the_socket_as_a_page_is_told_that_it_is_a_socket(server: Running):
    answer = server.http.get("/ws")
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
    assert "WebSocket" in answer.json()["message"]


def test_the_openapi_document_says_how_to_authenticate(start_server: StartServer):
    server = start_server("--token", "secret-of-the-house", "--ingest-key", "key")
    bearer = {"Authorization": "Bearer secret-of-the-house"}
    told = httpx.get(f"{server.url}/openapi.json", headers=bearer, trust_env=False).json()
    schemes = told["components"]["securitySchemes"]
    assert schemes["token"] == {"type": "http", "scheme": "bearer"}
    assert schemes["ingestKey"] == {"type": "apiKey", "in": "header", "name": "X-Ingest-Key"}
    assert told["paths"]["/api/events"]["post"]["security"] == [{"ingestKey": []}, {"token": []}]
    assert told["paths"]["/api/analytics/summary"]["get"]["security"] == [{"token": []}]
    assert "security" not in told["paths"]["/healthz"]["get"]


def test_without_secrets_the_openapi_document_asks_for_none(server: Running):
    told = server.http.get("/openapi.json").json()
    for methods in told["paths"].values():
        assert all("security" not in operation for operation in methods.values())
