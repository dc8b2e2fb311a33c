"""POST /api/analytics/reset against the real server."""

import json
from typing import Any

import pytest

from tests.ingest.client import dashboard, post, summary
from tests.support import Running

RESET = "/api/analytics/reset"
CONFIRMED = {"confirm": "reset"}


def test_a_reset_empties_everything_that_is_shown(server: Running):
    post(server, country="India", metadata={"device": "mobile", "referrer": "a.org"})
    server.http.post("/api/events", json={})
    answer = server.http.post(RESET, json=CONFIRMED)
    assert answer.status_code == 200
    told = summary(server)
    told.pop("asOf")
    assert (told.pop("visitorsPerMinute"), told.pop("rejected")) == ([0] * 10, {})
    assert not any(told.values()), told
    assert server.http.get("/api/analytics/sessions").json()["count"] == 0
    assert server.http.get("/api/analytics/sessions/ann").status_code == 404


def test_event_ids_stay_known_through_a_reset(server: Running):
    first = post(server, eventId="kept through the reset")
    server.http.post(RESET, json=CONFIRMED)
    again = server.http.post(
        "/api/events", json={"type": "click", "page": "/", "sessionId": "x"} | first
    )
    assert (again.status_code, again.json()) == (200, first | {"duplicate": True})
    assert summary(server)["totalEvents"] == 0


def test_counting_goes_on_after_a_reset(server: Running):
    post(server)
    server.http.post(RESET, json=CONFIRMED)
    post(server)
    told = summary(server)
    assert (told["totalActive"], told["totalToday"], told["countries"]) == (1, 1, {"Unknown": 1})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ({}, "application/json", 400),
        ({"confirm": "yes"}, "application/json", 400),
        ({"confirm": True}, "application/json", 400),
        ({"confirm": "Reset"}, "application/json", 400),
        (["reset"], "application/json", 400),
        ("reset", "application/json", 400),
        (None, "application/json", 400),
        (CONFIRMED, "application/x-www-form-urlencoded", 415),
    ],
)
def test_without_confirmation_nothing_happens(server: Running, body: Any, kind: str, status: int):
    post(server)
    answer = server.http.post(RESET, content=json.dumps(body), headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["success"]) == (status, False)
    assert summary(server)["totalEvents"] == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_nothing_but_post_resets(server: Running, method: str):
    post(server)
    answer = server.http.request(method, RESET, json=CONFIRMED)
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
    assert summary(server)["totalEvents"] == 1


async def test_every_dashboard_is_told_seq_goes_on_and_the_epoch_stays(server: Running):
    async with dashboard(server) as a, dashboard(server) as b:
        post(server)
        server.http.post(RESET, json=CONFIRMED)
        post(server)
        for each in (a, b):
            reset = await each.until("stats_reset")
            assert set(reset) == {"at", "by"}
            update = await each.until("visitor_update")
            assert update["stats"]["totalToday"] == 1
            numbered = [message["seq"] for message in each.heard if "seq" in message]
            start = each.heard[0]["data"]["seq"]
            assert numbered == list(range(start + 1, start + 5))
        async with dashboard(server) as newcomer:
            first = newcomer.heard[0]["data"]
            assert first["epoch"] == a.heard[0]["data"]["epoch"]
            assert first["stats"]["totalToday"] == 1
