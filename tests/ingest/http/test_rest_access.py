"""Who may, over REST: origins, CORS, the token, the ingest key."""

import httpx
import pytest

from tests.ingest.client import VIEW, login_cookie
from tests.support import Running, StartServer

DOORS = ("/api/events", "/api/events/batch")
READS = ("/api/analytics/summary", "/api/analytics/sessions", "/api/analytics/sessions/ann")
FOREIGN = "https://evil.example"
LOCAL = "http://localhost:5173"
ASKED = "content-type,traceparent,x-event-id,x-requested-with"
ALLOW_ORIGIN = "access-control-allow-origin"


def preflight(server: Running, path: str, origin: str, method: str) -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ASKED,
    }
    return server.http.options(path, headers=asked)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_any_website_may_post_events(server: Running):
    one = server.http.post("/api/events", json=VIEW, headers={"Origin": FOREIGN})
    many = server.http.post("/api/events/batch", json=[VIEW], headers={"Origin": FOREIGN})
    assert (one.status_code, many.status_code) == (201, 200)
    for answer in (one, many):
        assert_shared_with(FOREIGN, answer)
    assert server.http.post("/api/events", json=VIEW).headers[ALLOW_ORIGIN] == "*"


def assert_shared_with(origin: str, answer: httpx.Response) -> None:
    """Also where a page sends credentials, which browsers do not accept with ``*``."""
    assert answer.headers[ALLOW_ORIGIN] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "origin" in answer.headers["vary"].lower()


def test_refusals_at_the_doors_can_be_read_by_any_website(server: Running):
    answer = server.http.post("/api/events", json={}, headers={"Origin": FOREIGN})
    assert answer.status_code == 400
    assert_shared_with(FOREIGN, answer)


@pytest.mark.parametrize("path", DOORS)
def test_a_preflight_to_the_doors_is_answered_for_any_website(server: Running, path: str):
    answer = preflight(server, path, FOREIGN, "POST")
    assert answer.status_code in (200, 204)
    assert_shared_with(FOREIGN, answer)
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == ASKED


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://localhost.evil.example"])
def test_a_foreign_page_may_not_read(server: Running, path: str, origin: str):
    for answer in (
        server.http.get(path, headers={"Origin": origin}),
        preflight(server, path, origin, "GET"),
    ):
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
        assert ALLOW_ORIGIN not in answer.headers


def test_a_foreign_page_may_not_reset(server: Running):
    answer = server.http.post(
        "/api/analytics/reset", json={"confirm": "reset"}, headers={"Origin": FOREIGN}
    )
    assert answer.status_code == 403
    assert server.http.get("/api/analytics/summary").json()["rejected"] == {"forbidden": 1}


@pytest.mark.parametrize("path", READS[:2])
def test_a_page_of_this_machine_may_read(server: Running, path: str):
    answer = server.http.get(path, headers={"Origin": LOCAL})
    assert (answer.status_code, answer.headers[ALLOW_ORIGIN]) == (200, LOCAL)
    assert "origin" in answer.headers["vary"].lower()
    assert preflight(server, path, LOCAL, "GET").headers[ALLOW_ORIGIN] == LOCAL


def test_without_an_origin_nothing_is_shared(server: Running):
    answer = server.http.get("/api/analytics/summary")
    assert (answer.status_code, ALLOW_ORIGIN in answer.headers) == (200, False)


def test_an_allowed_origin_may_read_and_another_may_not(start_server: StartServer):
    server = start_server("--allowed-origins", "https://a.example,https://b.example")
    for origin in ("https://a.example", "https://b.example"):
        answer = server.http.get("/api/analytics/summary", headers={"Origin": origin})
        assert (answer.status_code, answer.headers[ALLOW_ORIGIN]) == (200, origin)
    assert server.http.get("/healthz", headers={"Origin": FOREIGN}).status_code == 403


def test_with_a_token_reads_need_it_and_writes_do_not(start_server: StartServer):
    server = start_server("--token", "secret-of-the-house")
    for path in (*READS, "/api/nothing", "/openapi.json"):
        for headers in ({}, bearer("wrong"), {"Cookie": "visitors_login=secret-of-the-house"}):
            answer = server.http.get(path, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized"), path
    assert server.http.post("/api/events", json=VIEW).status_code == 201
    for headers in (
        bearer("secret-of-the-house"),
        {"Cookie": login_cookie(server, "secret-of-the-house")},
    ):
        answer = server.http.get("/api/analytics/sessions/ann", headers=headers)
        assert answer.json()["sessionId"] == "ann"
    reset = {"confirm": "reset"}
    assert server.http.post("/api/analytics/reset", json=reset).status_code == 401
    refused = server.http.post(
        "/api/analytics/reset", json=reset, headers=bearer("secret-of-the-house")
    )
    assert refused.status_code == 200
    assert server.http.get("/healthz").status_code == 200


def test_what_only_looks_like_a_preflight_needs_the_token_as_well(start_server: StartServer):
    server = start_server("--token", "secret-of-the-house")
    asks = {"Access-Control-Request-Method": "GET"}
    for path in READS:
        assert server.http.options(path, headers=asks).status_code == 401, path


def test_with_an_ingest_key_writes_need_it_and_it_opens_no_reads(start_server: StartServer):
    server = start_server("--token", "secret-of-the-house", "--ingest-key", "key")
    post = server.http.post
    for headers in ({}, bearer("wrong"), {"X-Ingest-Key": "wrong"}):
        for body in (VIEW, VIEW | {"key": "wrong"}, {}):
            answer = post("/api/events", json=body, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    for headers in (bearer("key"), {"X-Ingest-Key": "key"}, bearer("secret-of-the-house")):
        assert post("/api/events", json=VIEW, headers=headers).status_code == 201
        assert post("/api/events/batch", json=[VIEW], headers=headers).json()["accepted"] == 1
    assert server.http.get(READS[0], headers=bearer("key")).status_code == 401
    assert server.http.get(READS[0], headers={"X-Ingest-Key": "key"}).status_code == 401


def test_the_key_may_stand_in_the_body_and_is_never_stored(start_server: StartServer):
    server = start_server("--ingest-key", "very-secret-key")
    with_key = VIEW | {"key": "very-secret-key"}
    assert server.http.post("/api/events", json=with_key).status_code == 201
    batch = server.http.post("/api/events/batch", json=[with_key, VIEW]).json()
    assert (batch["accepted"], batch["rejected"][0]["error"]) == (1, "unauthorized")
    for path in READS:
        answer = server.http.get(path)
        assert (answer.status_code, "very-secret-key" in answer.text) == (200, False)
    assert server.http.get(READS[0]).json()["rejected"] == {"unauthorized": 1}
