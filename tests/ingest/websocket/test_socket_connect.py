"""/ws: what a foreign dashboard is told when it comes, and when others come and go."""

import re

import pytest

from tests.ingest.client import dashboard, numbered, open_socket, post, types
from tests.support import Running

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def keys(names: str) -> set[str]:
    return set(names.split())


@pytest.mark.parametrize("path", ["/ws", "/"])
async def test_a_newcomer_hears_initial_data_then_user_connected(server: Running, path: str):
    post(server, country="India")
    async with open_socket(server, path) as newcomer:
        first, second = await newcomer.next(), await newcomer.next()
    assert (first["type"], set(first)) == ("initial_data", {"type", "data"})
    assert set(first["data"]) == keys("stats sessions recentEvents totalDashboards epoch seq")
    assert first["data"]["stats"] == {
        "totalActive": 1,
        "totalToday": 1,
        "pagesVisited": {"/home": 1},
        "visitorsLastMinute": 1,
    }
    assert [session["sessionId"] for session in first["data"]["sessions"]] == ["ann"]
    assert [event["page"] for event in first["data"]["recentEvents"]] == ["/home"]
    assert first["data"]["totalDashboards"] == 1
    assert (second["type"], set(second)) == ("user_connected", {"type", "data"})
    assert set(second["data"]) == keys("totalDashboards connectedAt")
    assert second["data"]["totalDashboards"] == 1
    assert TIME.fullmatch(second["data"]["connectedAt"])


async def test_who_is_there_hears_of_a_newcomer_and_of_a_leaver(server: Running):
    async with dashboard(server) as a:
        async with dashboard(server) as b:
            assert (await a.until("user_connected"))["totalDashboards"] == 2
            assert b.heard[0]["data"]["totalDashboards"] == 2
        left = await a.until("user_disconnected")
        assert left == {"totalDashboards": 1}
        assert numbered(a.heard) == []


async def test_the_stream_goes_on_after_the_seq_of_the_snapshot(server: Running):
    post(server)
    async with dashboard(server) as a:
        for number in range(5):
            post(server, page=f"/{number}")
        await a.settle()
        start = a.heard[0]["data"]["seq"]
        assert numbered(a.heard) == list(range(start + 1, start + 11))


async def test_nothing_falls_between_snapshot_and_stream(server: Running):
    #   events all the time while dashboards come: what they count equals what was posted
    posted = 0
    for _ in range(10):
        async with open_socket(server) as newcomer:
            for _ in range(3):
                post(server, page=f"/{posted}")
                posted += 1
            await newcomer.settle()
            first = newcomer.heard[0]["data"]
            updates = [m["data"] for m in newcomer.heard if m["type"] == "visitor_update"]
            pages = [event["page"] for event in reversed(first["recentEvents"])]
            pages += [update["event"]["page"] for update in updates]
            assert pages == [f"/{number}" for number in range(posted)]
            assert numbered(newcomer.heard) == list(
                range(first["seq"] + 1, first["seq"] + 1 + 2 * len(updates))
            )


async def test_all_dashboards_hear_the_same(server: Running):
    async with dashboard(server) as a, dashboard(server, "/") as b:
        await a.settle()
        post(server, country="India")
        post(server, type="session_end")
        assert await a.settle() == await b.settle()
        assert len(numbered(a.heard)) == 4


async def test_the_epoch_is_the_same_for_all_and_another_after_a_restart(
    server: Running, start_server
):
    other = start_server()
    async with dashboard(server) as a, dashboard(server) as b, dashboard(other) as c:
        epochs = [each.heard[0]["data"]["epoch"] for each in (a, b, c)]
    assert epochs[0] == epochs[1] != epochs[2]


async def test_initial_data_shows_a_hundred_sessions_and_fifty_events(server: Running):
    for start in (0, 60):
        batch = [
            {"type": "pageview", "page": "/", "sessionId": f"s{n}"}
            for n in range(start, start + 60)
        ]
        server.http.post("/api/events/batch", json=batch)
    async with dashboard(server) as newcomer:
        first = newcomer.heard[0]["data"]
    assert first["stats"]["totalActive"] == 120
    assert [s["sessionId"] for s in first["sessions"]] == [f"s{n}" for n in range(119, 19, -1)]
    assert [e["sessionId"] for e in first["recentEvents"]] == [f"s{n}" for n in range(119, 69, -1)]


async def test_the_protocol_is_spoken_at_no_other_path(server: Running):
    async with dashboard(server) as witness:
        for path in ("/wsx", "/api/events", "/api/ws", "/healthz"):
            with pytest.raises(Exception, match=r"HTTP \d+|timed out|did not receive"):
                async with open_socket(server, path, open_timeout=5):
                    pass
        assert types(await witness.settle()) == []
