"""POST /api/events/batch against the real server."""

import json
from typing import Any

import pytest

from tests.ingest.client import VIEW, summary
from tests.support import Running

BATCH = "/api/events/batch"


def view(session: str, **fields: Any) -> dict[str, Any]:
    return VIEW | {"sessionId": session} | fields


def lines(*events: Any) -> bytes:
    return b"\n".join(json.dumps(event).encode() for event in events)


def test_an_array_of_events_is_counted(server: Running):
    answer = server.http.post(BATCH, json=[view("ann"), view("bob"), view("ann", type="click")])
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 3, "duplicates": 0, "rejected": []}
    told = summary(server)
    assert (told["totalEvents"], told["totalToday"], told["totalActive"]) == (3, 2, 2)


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "text/plain"])
def test_lines_of_events_are_counted(server: Running, content_type: str):
    body = lines(view("ann"), view("bob")) + b"\n\n"
    answer = server.http.post(BATCH, content=body, headers={"Content-Type": content_type})
    assert answer.json() == {"accepted": 2, "duplicates": 0, "rejected": []}


def test_an_array_may_come_as_plain_text(server: Running):
    body = json.dumps([view("ann")]).encode()
    answer = server.http.post(BATCH, content=body, headers={"Content-Type": "text/plain"})
    assert answer.json()["accepted"] == 1


def test_the_order_of_a_batch_is_the_order_of_its_events(server: Running):
    server.http.post(BATCH, json=[view("ann", page=f"/{n}") for n in range(5)])
    session = server.http.get("/api/analytics/sessions/ann").json()
    assert session["journey"] == [f"/{n}" for n in range(5)]


def test_the_good_ones_count_and_the_bad_ones_say_why(server: Running):
    answer = server.http.post(
        BATCH, json=[view("ann"), {"type": "dance"}, 7, view("bob"), view("", page="")]
    )
    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["duplicates"]) == (2, 0)
    assert [(each["index"], each["error"]) for each in body["rejected"]] == [
        (1, "invalid_event"),
        (2, "invalid_event"),
        (4, "invalid_event"),
    ]
    fields = [[error["field"] for error in each["fields"]] for each in body["rejected"]]
    assert fields == [["type", "sessionId"], [""], ["sessionId", "page"]]
    assert all(set(each) == {"index", "error", "fields"} for each in body["rejected"])
    told = summary(server)
    assert (told["totalEvents"], told["rejected"]) == (2, {"invalid_event": 3})


def test_one_item_with_nan_does_not_spoil_the_others(server: Running):
    good = json.dumps(view("ann")).encode()
    bad = json.dumps(view("bob", metadata={"n": float("nan")})).encode()
    answer = server.http.post(
        BATCH,
        content=b"[" + b",".join([good, bad, good]) + b"]",
        headers={"Content-Type": "application/json"},
    )
    body = answer.json()
    assert body["accepted"] == 2
    assert [(each["index"], each["error"]) for each in body["rejected"]] == [(1, "invalid_event")]


def test_one_bad_line_does_not_spoil_the_others(server: Running):
    body = lines(view("ann")) + b"\n{nonsense\n" + lines(view("bob"))
    answer = server.http.post(BATCH, content=body, headers={"Content-Type": "text/plain"})
    assert answer.json()["accepted"] == 2
    assert [(r["index"], r["error"]) for r in answer.json()["rejected"]] == [(1, "invalid_json")]
    assert summary(server)["rejected"] == {"invalid_json": 1}


def test_repeats_are_counted_as_duplicates_inside_a_batch_and_after_it(server: Running):
    twice = [view("ann", eventId="b-1"), view("ann", eventId="b-1"), view("ann", eventId="b-2")]
    first, second = (server.http.post(BATCH, json=twice).json() for _ in range(2))
    assert first == {"accepted": 2, "duplicates": 1, "rejected": []}
    assert second == {"accepted": 0, "duplicates": 3, "rejected": []}
    assert summary(server)["totalEvents"] == 2


def test_nothing_in_a_batch_is_nothing_to_refuse(server: Running):
    assert server.http.post(BATCH, json=[]).json() == {
        "accepted": 0,
        "duplicates": 0,
        "rejected": [],
    }


def test_a_thousand_events_are_taken_and_one_more_refuses_all(server: Running):
    events = [view(f"s{n}") for n in range(1_001)]
    too_many = server.http.post(BATCH, json=events)
    assert (too_many.status_code, too_many.json()["error"]) == (413, "too_large")
    assert summary(server)["totalEvents"] == 0
    assert server.http.post(BATCH, json=events[:1_000]).json()["accepted"] == 1_000
    told = summary(server)
    assert (told["totalEvents"], told["rejected"]) == (1_000, {"too_large": 1})


def test_a_mebibyte_is_taken_and_one_byte_more_is_refused(server: Running):
    body = lines(view("ann"))
    headers = {"Content-Type": "application/x-ndjson"}
    fits = server.http.post(BATCH, content=body.ljust(2**20, b" "), headers=headers)
    assert fits.json()["accepted"] == 1
    too_large = server.http.post(BATCH, content=body.ljust(2**20 + 1, b" "), headers=headers)
    assert (too_large.status_code, too_large.json()["error"]) == (413, "too_large")


@pytest.mark.parametrize("body", [b"{}", b"7", b"", b"[", b"nonsense", b"[" * 2**20], ids=len)
def test_json_that_is_no_array_is_refused_with_400(server: Running, body: bytes):
    answer = server.http.post(BATCH, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_json")


def test_other_kinds_of_content_are_refused_with_415(server: Running):
    answer = server.http.post(BATCH, content=b"[]", headers={"Content-Type": "text/csv"})
    assert (answer.status_code, answer.json()["error"]) == (415, "unsupported_media_type")
