"""POST /api/events against the real server."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.ingest.client import VIEW, post, summary
from tests.support import Running

EVENTS = "/api/events"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def refusal(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code and fields of a refusal, after a look at its form."""
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"success", "error", "message", "fields"}
    assert body["success"] is False
    assert body["message"]
    assert all(set(error) == {"field", "message"} for error in body["fields"])
    return answer.status_code, body["error"], [error["field"] for error in body["fields"]]


def test_an_event_is_answered_with_201_its_id_and_when_it_was_received(server: Running):
    answer = server.http.post(EVENTS, json=VIEW | {"eventId": "an id of mine"})
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"success", "eventId", "receivedAt"}
    assert (body["success"], body["eventId"]) == (True, "an id of mine")
    assert TIME.fullmatch(body["receivedAt"])
    assert summary(server)["totalEvents"] == 1


def test_the_server_makes_an_id_where_there_is_none(server: Running):
    first, second = post(server), post(server)
    assert first["eventId"] != second["eventId"]
    assert summary(server)["totalEvents"] == 2


def test_a_repeat_is_answered_as_before_and_counted_once(server: Running):
    first = server.http.post(EVENTS, json=VIEW | {"eventId": "repeat"})
    again = server.http.post(EVENTS, json=VIEW | {"eventId": "repeat", "page": "/other"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"duplicate": True}
    assert summary(server)["totalEvents"] == 1


def test_the_five_postman_samples_of_the_specification(server: Running):
    visit = {"sessionId": "visitor-001", "country": "India"}
    samples: list[tuple[dict[str, Any], int]] = [
        ({"page": "/home", "timestamp": "2025-07-20T10:30:00Z"} | visit, 0),
        ({"page": "/products", "timestamp": "2025-07-20T10:30:30Z"} | visit, 30),
        ({"type": "click", "page": "/products", "timestamp": "2025-07-20T10:30:45Z"} | visit, 45),
        (
            {
                "page": "/about",
                "sessionId": "visitor-002",
                "timestamp": "2025-07-20T10:31:00Z",
                "country": "USA",
            },
            0,
        ),
        (
            {"type": "session_end", "page": "/products", "timestamp": "2025-07-20T10:35:00Z"}
            | visit,
            300,
        ),
    ]
    for sample, duration in samples:
        post(server, **sample)
        session = server.http.get(f"/api/analytics/sessions/{sample['sessionId']}").json()
        assert session["duration"] == duration
    assert session["journey"] == ["/home", "/products"]
    assert (session["state"], summary(server)["totalActive"]) == ("ended", 1)
    assert summary(server)["pagesVisited"] == {"/about": 1, "/home": 1, "/products": 1}


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "text/plain"]
)
def test_json_is_taken_as_json_and_as_what_send_beacon_sends(server: Running, content_type: str):
    body = json.dumps(VIEW).encode()
    answer = server.http.post(EVENTS, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 201


@pytest.mark.parametrize("content_type", ["text/html", "application/x-www-form-urlencoded", None])
def test_other_kinds_of_content_are_refused_with_415(server: Running, content_type: str | None):
    headers = {"Content-Type": content_type} if content_type else {}
    answer = server.http.post(EVENTS, content=json.dumps(VIEW).encode(), headers=headers)
    assert refusal(answer) == (415, "unsupported_media_type", [])
    assert summary(server)["totalEvents"] == 0


def test_all_wrong_fields_come_in_one_answer_with_400(server: Running):
    answer = server.http.post(EVENTS, json={"type": "dance", "page": "", "country": 7})
    assert refusal(answer)[:2] == (400, "invalid_event")
    assert sorted(refusal(answer)[2]) == ["country", "page", "sessionId", "type"]
    assert summary(server)["totalEvents"] == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"a": NaN}', b"[" * 60_000, b'{"a": 1e999}'], ids=len
)
def test_what_is_no_json_is_refused_with_400(server: Running, body: bytes):
    answer = server.http.post(EVENTS, content=body, headers={"Content-Type": "application/json"})
    status, code, _ = refusal(answer)
    assert status == 400
    assert code in ("invalid_json", "invalid_event")


def padded(size: int) -> bytes:
    """A good event of exactly so many bytes."""
    event = json.dumps(VIEW).encode()
    return event + b" " * (size - len(event))


def test_64_kib_are_taken_and_one_byte_more_is_refused_with_413(server: Running):
    headers = {"Content-Type": "application/json"}
    fits = server.http.post(EVENTS, content=padded(65_536), headers=headers)
    assert fits.status_code == 201
    too_large = server.http.post(EVENTS, content=padded(65_537), headers=headers)
    assert refusal(too_large) == (413, "too_large", [])


def test_chunks_are_counted_while_they_come_in(server: Running):
    def chunks(size: int) -> Any:
        body = padded(size)
        yield from (body[start : start + 8_000] for start in range(0, size, 8_000))

    headers = {"Content-Type": "application/json"}
    fits = server.http.post(EVENTS, content=chunks(65_536), headers=headers)
    assert "content-length" not in fits.request.headers
    assert fits.status_code == 201
    too_large = server.http.post(EVENTS, content=chunks(65_537), headers=headers)
    assert refusal(too_large) == (413, "too_large", [])


def test_refusals_are_counted_by_code_and_change_nothing_else(server: Running):
    before = summary(server)
    server.http.post(EVENTS, json={})
    server.http.post(EVENTS, json=[])
    server.http.post(EVENTS, content=b"{", headers={"Content-Type": "text/plain"})
    server.http.post(EVENTS, content=b"{}", headers={"Content-Type": "text/html"})
    server.http.get("/api/nothing")
    server.http.put(EVENTS, json=VIEW)
    after = summary(server)
    assert after.pop("rejected") == {
        "invalid_event": 2,
        "invalid_json": 1,
        "unsupported_media_type": 1,
        "not_found": 1,
        "method_not_allowed": 1,
    }
    assert after.pop("received") == 6
    told_anew = {key: before[key] for key in ("rejected", "received", "asOf")}
    assert after | told_anew == before
    assert before["rejected"] == {}


def test_whatever_was_accepted_every_read_still_answers(server: Running):
    poison = {
        "page": "</script>\u2028'\"\\%00",
        "sessionId": "a/../b?c#d",
        "country": "\ufffe\U0010ffff",
        "metadata": {"": {"__proto__": [1e308, -0.0, 5e-324, 2**53]}, "device": "x" * 5_000},
        "timestamp": "0001-01-01T00:00:00Z",
    }
    post(server, **poison)
    assert summary(server)["recentEvents"][0]["page"] == poison["page"]
    sessions = server.http.get("/api/analytics/sessions").json()
    assert sessions["sessions"][0]["startedAt"] == "0001-01-01T00:00:00.000Z"
    answer = server.http.get("/api/analytics/sessions/a%2F..%2Fb%3Fc%23d")
    assert answer.json()["sessionId"] == poison["sessionId"]


def test_the_header_names_an_event_that_names_itself_not(server: Running):
    headers = {"X-Event-Id": "of-the-proxy"}
    told = [server.http.post(EVENTS, json=VIEW, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in told] == [201, 200]
    assert {answer.json()["eventId"] for answer in told} == {"of-the-proxy"}
    own = server.http.post(EVENTS, json=VIEW | {"eventId": "mine-alone"}, headers=headers)
    assert (own.status_code, own.json()["eventId"]) == (201, "mine-alone")
    assert summary(server)["totalEvents"] == 2


def test_the_header_names_the_events_of_a_batch_one_by_one(server: Running):
    headers = {"X-Event-Id": "b" * 58}
    batch = [VIEW, VIEW, VIEW | {"eventId": "mine-in-a-batch"}, *[VIEW] * 997]
    told = [server.http.post(f"{EVENTS}/batch", json=batch, headers=headers) for _ in range(2)]
    assert [(t.json()["accepted"], t.json()["duplicates"]) for t in told] == [(1000, 0), (0, 1000)]
    recent = summary(server)["recentEvents"]
    assert recent[0]["id"] == "b" * 58 + "-999"


def test_a_header_that_is_no_id_is_refused_by_its_name(server: Running):
    answer = server.http.post(EVENTS, json=VIEW, headers={"X-Event-Id": "x" * 59})
    assert refusal(answer) == (400, "invalid_event", ["X-Event-Id"])
    batch = server.http.post(f"{EVENTS}/batch", json=[VIEW], headers={"X-Event-Id": "a b"})
    assert refusal(batch) == (400, "invalid_event", ["X-Event-Id"])
    assert summary(server)["totalEvents"] == 0
