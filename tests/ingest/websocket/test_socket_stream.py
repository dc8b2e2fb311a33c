"""/ws: what events and the passing of time bring forth."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.ingest.client import VIEW, dashboard, numbered, post, post_batch, types
from tests.support import BOUND_S, Running, StartServer


def keys(names: str) -> set[str]:
    return set(names.split())


async def test_an_event_is_told_by_visitor_update_and_session_activity(server: Running):
    async with dashboard(server) as a:
        answer = post(
            server,
            page="/products",
            sessionId="user-123",
            timestamp="2025-07-19T10:30:00Z",
            country="India",
            metadata={"device": "mobile", "referrer": "google.com"},
        )
        update, activity = await a.next(), await a.next()
    assert update["type"] == "visitor_update"
    assert update["data"] == {
        "event": {
            "id": answer["eventId"],
            "type": "pageview",
            "name": "",
            "page": "/products",
            "sessionId": "user-123",
            "timestamp": "2025-07-19T10:30:00.000Z",
            "receivedAt": answer["receivedAt"],
            "country": "India",
            "metadata": {"device": "mobile", "referrer": "google.com"},
        },
        "stats": {
            "totalActive": 1,
            "totalToday": 1,
            "pagesVisited": {"/products": 1},
            "visitorsLastMinute": 1,
        },
    }
    assert activity["type"] == "session_activity"
    data = activity["data"]
    assert set(data) >= keys(
        "sessionId currentPage journey duration country state startedAt lastActivityAt"
    )
    assert (data["sessionId"], data["currentPage"]) == ("user-123", "/products")
    assert (data["journey"], data["duration"], data["state"]) == (["/products"], 0, "active")
    assert (data["country"], data["startedAt"]) == ("India", "2025-07-19T10:30:00.000Z")
    assert (data["lastActivityAt"], "endReason" in data) == (answer["receivedAt"], False)


async def test_the_journey_of_the_specification_as_it_is_told_live(server: Running):
    async with dashboard(server) as a:
        for second, page in ((0, "/home"), (45, "/products")):
            post(server, page=page, timestamp=f"2025-07-19T10:30:{second:02}Z")
        await a.settle()
    activity = a.heard[-2]["data"]
    assert (activity["journey"], activity["duration"]) == (["/home", "/products"], 45)


async def test_a_session_end_is_told_at_once(server: Running):
    async with dashboard(server) as a:
        post(server)
        post(server, type="session_end", page=None)
        heard = await a.settle()
        update, activity = (message["data"] for message in heard[-2:])
        assert update["stats"]["totalActive"] == 0
        assert update["event"]["page"] == ""
        assert (activity["state"], activity["endReason"]) == ("ended", "session_end")


async def test_a_session_end_without_a_session_is_told_by_visitor_update_alone(server: Running):
    async with dashboard(server) as a:
        post(server, type="session_end")
        [update] = await a.settle()
        assert update["type"] == "visitor_update"
        assert (update["data"]["stats"]["totalActive"], update["data"]["stats"]["totalToday"]) == (
            0,
            1,
        )


async def test_a_refused_event_and_a_repeat_are_told_to_nobody(server: Running):
    async with dashboard(server) as a:
        post(server, eventId="told once")
        server.http.post("/api/events", json={"type": "pageview"})
        server.http.post(
            "/api/events",
            json={"type": "click", "page": "/", "sessionId": "bob", "eventId": "told once"},
        )
        assert types(await a.settle()) == ["visitor_update", "session_activity"]


async def test_a_session_times_out_by_itself(start_server: StartServer):
    server = start_server("--session-timeout-s", "1")
    async with dashboard(server) as a:
        post(server, page="/a", country="India")
        ended = await a.until("session_activity", state="ended")
        assert (ended["endReason"], ended["sessionId"], ended["country"]) == (
            *("timeout", "ann"),
            "India",
        )
        update = await a.until("stats_update")
        assert set(update) == {"stats"}
        assert (update["stats"]["totalActive"], update["stats"]["totalToday"]) == (0, 1)
        start = a.heard[0]["data"]["seq"]
        assert numbered(a.heard) == list(range(start + 1, start + 5))
    told = server.http.get("/api/analytics/sessions/ann").json()
    assert (told["state"], told["journey"]) == ("ended", ["/a"])
    assert server.http.get("/api/analytics/summary").json()["totalActive"] == 0


async def test_a_time_over_that_comes_to_light_with_a_repeat_is_told_as_well(
    start_server: StartServer,
):
    #   repeats all the time: whichever comes first, one of them or the tick, the number is told
    server = start_server("--session-timeout-s", "1")
    async with asyncio.timeout(BOUND_S), dashboard(server) as a:
        repeat = VIEW | {"eventId": post(server)["eventId"]}
        while not [m for m in a.heard if m["data"].get("state") == "ended"]:
            assert server.http.post("/api/events", json=repeat).json()["duplicate"] is True
            await a.settle()
        updates = [m["data"] for m in a.heard if m["type"] == "stats_update"]
        assert [update["stats"]["totalActive"] for update in updates] == [0]


async def test_25_visitors_within_a_minute_are_the_alert_of_the_specification(
    start_server: StartServer,
):
    server = start_server("--milestones", "1000")
    async with dashboard(server) as a:
        view = {"type": "pageview", "page": "/"}
        post_batch(server, [view | {"sessionId": f"s{n}"} for n in range(24)])
        assert "alert" not in types(await a.settle())
        post(server, sessionId="s24")
        post(server, sessionId="s25")
        heard = await a.settle()
    alerts = [message for message in heard if message["type"] == "alert"]
    assert len(alerts) == 1
    data = alerts[0]["data"]
    assert (data["level"], data["message"]) == ("milestone", "Visitor spike detected!")
    assert data["details"]["visitorsLastMinute"] == 25
    assert types(heard)[:3] == ["visitor_update", "session_activity", "alert"]
    start = a.heard[0]["data"]["seq"]
    assert numbered(a.heard) == list(range(start + 1, start + 1 + len(numbered(a.heard))))


async def test_milestones_are_a_setting(start_server: StartServer):
    server = start_server("--milestones", "2,3", "--spike-threshold", "1000")
    async with dashboard(server) as a:
        for number in range(4):
            post(server, sessionId=f"s{number}")
        alerts = [m["data"] for m in await a.settle() if m["type"] == "alert"]
    assert [alert["details"]["totalToday"] for alert in alerts] == [2, 3]
    assert {alert["level"] for alert in alerts} == {"milestone"}


@pytest.mark.parametrize(("minutes", "skewed"), [(4, False), (6, True)])
async def test_a_timestamp_far_in_the_future_is_marked(server: Running, minutes: int, skewed: bool):
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    future = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    async with dashboard(server) as a:
        answer = post(server, timestamp=future)
        event = (await a.until("visitor_update"))["event"]
    assert event.get("clockSkewed", False) is skewed
    assert event["timestamp"] == (answer["receivedAt"] if skewed else future)
