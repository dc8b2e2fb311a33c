"""/ws: what a foreign dashboard may say, and what it is answered."""

from typing import Any

import pytest

from tests.ingest.client import Dashboard, dashboard, numbered, post, types
from tests.support import Running

LONE_SURROGATE = '{"type": "ping", "x": "\\ud800"}'


async def error(asker: Dashboard) -> dict[str, Any]:
    """The next message, which has to be an error; and the connection stays open."""
    message = await asker.next()
    assert message["type"] == "error", message
    assert set(message) == {"type", "data"}
    assert set(message["data"]) == {"code", "message", "for"}
    assert message["data"]["code"]
    assert message["data"]["message"]
    assert await asker.settle() == []
    return message["data"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "nonsense", "{", '{"type": "ping",}', "[" * 60_000, '{"type": "ping", "x": NaN}'),
        *('{"type": "ping", "x": 1e999}', LONE_SURROGATE, "\x00", "9" * 5_000),
    ],
    ids=lambda text: ascii(text[:30]),
)
async def test_bad_json_gets_an_error_and_the_connection_stays_open(server: Running, text: str):
    async with dashboard(server) as a, dashboard(server) as b:
        await a.settle()
        await a.socket.send(text)
        assert (await error(a))["code"] == "invalid_json"
        assert await b.settle() == [], "to the sender only"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"type": "dance"}', "dance"),
        ('{"type": "visitor_update"}', "visitor_update"),
        ('{"type": "Ping"}', "Ping"),
        ("{}", None),
        ('{"type": null}', None),
        ('{"type": ["ping"]}', None),
        ("[]", None),
        ('"ping"', None),
        ("7", None),
        ("null", None),
    ],
)
async def test_an_unknown_type_gets_an_error_that_names_it(
    server: Running, text: str, named: str | None
):
    async with dashboard(server) as a:
        await a.socket.send(text)
        assert (await error(a))["for"] == named


async def test_a_ping_is_answered_with_a_pong(server: Running):
    async with dashboard(server) as a:
        await a.send("ping")
        pong = await a.next()
        assert (pong["type"], "seq" in pong) == ("pong", False)


async def test_detailed_stats_are_told_to_the_asker(server: Running):
    post(server, sessionId="ann", page="/products", country="India")
    post(server, sessionId="bob", page="/home", country="USA")
    async with dashboard(server) as a, dashboard(server) as b:
        await a.settle()
        await a.send("request_detailed_stats", filter={"country": "India", "page": "/products"})
        answer = await a.next()
        assert (answer["type"], set(answer)) == ("detailed_stats_response", {"type", "data"})
        data = answer["data"]
        assert data["filter"] == {"country": "India", "page": "/products"}
        assert (data["stats"]["totalActive"], data["stats"]["totalToday"]) == (2, 2)
        filtered = data["filtered"]
        assert (filtered["totalActive"], filtered["totalToday"]) == (1, None)
        assert filtered["pagesVisited"] == {"/products": 1}
        assert sum(filtered["visitorsPerMinute"]) in (1, 2)
        assert [session["sessionId"] for session in filtered["sessions"]] == ["ann"]
        assert [event["sessionId"] for event in filtered["events"]] == ["ann"]
        assert await b.settle() == []


@pytest.mark.parametrize("asked", [{}, {"filter": None}, {"filter": {"country": "", "page": None}}])
async def test_without_a_filter_detailed_stats_are_all_of_it(
    server: Running, asked: dict[str, Any]
):
    post(server, country="India")
    async with dashboard(server) as a:
        await a.send("request_detailed_stats", **asked)
        data = await a.until("detailed_stats_response")
        assert data["filter"] == {"country": None, "page": None}
        assert data["filtered"]["totalToday"] == data["stats"]["totalToday"] == 1


async def test_a_filter_that_fits_nothing_finds_no_sessions(server: Running):
    post(server, country="India")
    async with dashboard(server) as a:
        await a.send("request_detailed_stats", filter={"country": "Atlantis"})
        filtered = (await a.until("detailed_stats_response"))["filtered"]
        assert (filtered["totalActive"], filtered["sessions"], filtered["events"]) == (0, [], [])


async def test_an_action_is_told_to_the_others_only(server: Running):
    async with dashboard(server) as a, dashboard(server) as b, dashboard(server) as c:
        await a.settle()
        await b.settle()
        details = {"filterType": "country", "value": "India"}
        await a.send("track_dashboard_action", action="filter_applied", details=details)
        assert await a.settle() == []
        [heard] = await b.settle()
        assert heard == (await c.settle())[0]
        assert (heard["type"], "seq" in heard) == ("dashboard_action", False)
        data = heard["data"]
        assert set(data) == {"action", "details", "dashboardId", "at"}
        assert (data["action"], data["details"]) == ("filter_applied", details)
        await a.send("track_dashboard_action", action="x" * 64)
        again = await b.until("dashboard_action")
        assert (again["dashboardId"], again["details"]) == (data["dashboardId"], {})


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("track_dashboard_action", {}),
        ("track_dashboard_action", {"action": ""}),
        ("track_dashboard_action", {"action": "x" * 65}),
        ("track_dashboard_action", {"action": 7}),
        ("track_dashboard_action", {"action": "a\x00"}),
        ("track_dashboard_action", {"action": "a", "details": []}),
        ("track_dashboard_action", {"action": "a", "details": "text"}),
        ("request_detailed_stats", {"filter": "India"}),
        ("request_detailed_stats", {"filter": {"country": 7}}),
        ("request_detailed_stats", {"filter": {"page": "p" * 2_049}}),
        ("subscribe", {"filter": ["India"]}),
        ("subscribe", {"filter": {"country": {}}}),
        ("subscribe", {"batchMs": -1}),
        ("subscribe", {"batchMs": 5_001}),
        ("subscribe", {"batchMs": "100"}),
        ("subscribe", {"batchMs": True}),
    ],
)
async def test_a_command_that_cannot_be_followed_gets_an_error_for_it(
    server: Running, kind: str, fields: dict[str, Any]
):
    async with dashboard(server) as a, dashboard(server) as b:
        await a.settle()
        await a.send(kind, **fields)
        assert (await error(a))["for"] == kind
        assert await b.settle() == []


async def test_with_a_filter_only_matching_messages_come(server: Running):
    async with dashboard(server) as a:
        await a.send("subscribe", filter={"country": "India"})
        await a.settle()
        post(server, sessionId="bob", country="USA")
        post(server, sessionId="ann", country="India")
        heard = await a.settle()
        assert types(heard) == ["visitor_update", "session_activity"]
        assert {message["data"].get("country", "India") for message in heard} == {"India"}
        start = a.heard[0]["data"]["seq"]
        assert numbered(heard) == [start + 3, start + 4]
        await a.send("subscribe", filter=None)
        await a.settle()
        post(server, sessionId="bob", country="USA")
        assert len(await a.settle()) == 2


async def test_the_other_fields_of_a_filter_select_sessions_and_all_that_they_do(server: Running):
    """The click names neither source nor device: it has those of its session."""
    known = {"device": "mobile", "referrer": "news.ycombinator.com"}
    async with dashboard(server) as a:
        wanted = {"source": "news.ycombinator.com", "device": "mobile", "returning": False}
        await a.send("subscribe", filter=wanted)
        await a.settle()
        post(server, sessionId="ann", metadata=known)
        post(server, sessionId="bob", metadata={"device": "mobile"})
        post(server, type="click", sessionId="ann", page="/pricing")
        heard = await a.settle()
        assert types(heard) == ["visitor_update", "session_activity"] * 2
        assert {message["data"].get("sessionId", "ann") for message in heard} == {"ann"}
        post(server, type="session_end", sessionId="ann")
        post(server, sessionId="ann", metadata=known)
        left = await a.settle()
        assert [m["data"]["state"] for m in left if m["type"] == "session_activity"] == ["ended"]
        await a.send("request_detailed_stats", filter={"on": "/pricing", "returning": True})
        data = await a.until("detailed_stats_response")
        assert (data["totalActive"], data["filter"]["returning"]) == (0, True)
    asked = {"returning": "true", "source": "news.ycombinator.com"}
    summary = server.http.get("/api/analytics/summary", params=asked).json()
    assert (summary["totalActive"], summary["totalToday"]) == (1, None)
    refused = server.http.get("/api/analytics/sessions", params={"returning": "often"})
    assert refused.json()["fields"][0]["field"] == "returning"


async def test_channel_browser_system_and_campaign_are_filters_at_every_door(server: Running):
    """The next page names no campaign: it is still the session's."""
    known = {"channel": "email", "browser": "Firefox", "os": "iOS", "campaign": "spring"}
    wanted = {"channel": "email", "browser": "Firefox", "system": "iOS", "campaign": "spring"}
    async with dashboard(server) as a:
        await a.send("subscribe", filter=wanted)
        await a.settle()
        post(server, sessionId="ann", metadata={**known, "referrer": "Direct"})
        post(server, sessionId="bob", metadata={**known, "campaign": "fall"})
        post(server, sessionId="ann", page="/pricing", metadata={"channel": "direct"})
        heard = await a.settle()
        assert types(heard) == ["visitor_update", "session_activity"] * 2
        assert {message["data"].get("sessionId", "ann") for message in heard} == {"ann"}
        await a.send("request_detailed_stats", filter={"campaign": "fall", "system": "iOS"})
        data = await a.until("detailed_stats_response")
        asked = {"country": None, "page": None, "campaign": "fall", "system": "iOS"}
        assert (data["totalActive"], data["filter"]) == (1, asked)
    for name, value in wanted.items():
        found = server.http.get("/api/analytics/sessions", params={name: value}).json()
        assert found["count"] == (1 if name == "campaign" else 2), name
        other = server.http.get("/api/analytics/summary", params={name: "another"}).json()
        assert (other["totalActive"], other["totalToday"]) == (0, None)
        assert sum(other[f"{name}s"].values()) == 2, "the tables are unfiltered"


async def test_with_batch_ms_messages_come_in_batches_in_order(server: Running):
    async with dashboard(server) as a:
        await a.send("subscribe", batchMs=50)
        await a.settle()
        already = len(a.frames)
        for number in range(5):
            post(server, page=f"/{number}")
        while len(numbered(a.heard)) < 10:
            await a.next()
        batches = a.frames[already:]
        assert set(types(batches)) == {"batch"}
        assert all(set(frame) == {"type", "messages"} for frame in batches)
        start = a.heard[0]["data"]["seq"]
        assert numbered(a.heard) == list(range(start + 1, start + 11))


async def test_batch_ms_zero_ends_the_batches_and_keeps_the_filter(server: Running):
    async with dashboard(server) as a:
        await a.send("subscribe", filter={"page": "/a"}, batchMs=5)
        await a.send("subscribe", batchMs=0)
        await a.settle()
        post(server, page="/b", sessionId="bob")
        post(server, page="/a")
        assert types(await a.settle()) == ["visitor_update", "session_activity"]


@pytest.mark.parametrize("epoch", ["another", "the same"])
async def test_what_cannot_be_resumed_is_answered_with_a_snapshot(server: Running, epoch: str):
    #   another epoch, or a seq of the future
    async with dashboard(server) as a:
        first = a.heard[0]["data"]
        post(server)
        await a.settle()
        asked = first["epoch"] if epoch == "the same" else epoch
        await a.send("resume", epoch=asked, seq=first["seq"] + 1_000)
        again = await a.next()
        assert (again["type"], again["data"]["recovered"]) == ("initial_data", False)
        assert again["data"]["seq"] == first["seq"] + 2
        post(server)
        assert numbered(await a.settle()) == [first["seq"] + 3, first["seq"] + 4]
