"""Filters against the real server: each is counted while the server goes on, and its answer is
exact."""

import asyncio

import httpx
import pytest

from state.filtering.active import MOST_FILTERS
from tests.ingest.client import dashboard, post
from tests.support import BOUND_S, Running, StartServer

PAGES = 2 * MOST_FILTERS


@pytest.fixture(params=[(), ("--plain",)], ids=["fast", "plain"])
def visited(request: pytest.FixtureRequest, start_server: StartServer) -> Running:
    """Visitor n has been at the pages 0 to n."""
    server = start_server(*request.param)
    events = [
        {"type": "pageview", "page": f"/{page}", "sessionId": f"s-{visitor}", "country": "India"}
        for visitor in range(PAGES)
        for page in range(visitor + 1)
    ]
    for first in range(0, len(events), 1_000):
        batch = server.http.post("/api/events/batch", json=events[first : first + 1_000])
        assert batch.json()["rejected"] == []
    return server


async def test_more_filters_at_once_than_are_kept_are_all_answered(visited: Running):
    async with httpx.AsyncClient(base_url=visited.url, trust_env=False, timeout=BOUND_S) as http:

        async def active(page: int) -> tuple[int, int]:
            asked = {"page": f"/{page}"}
            summary = (await http.get("/api/analytics/summary", params=asked)).json()
            sessions = (await http.get("/api/analytics/sessions", params=asked)).json()
            return summary["totalActive"], sessions["count"]

        told = await asyncio.gather(*map(active, range(PAGES)))
    assert told == [(PAGES - page, PAGES - page) for page in range(PAGES)]


async def test_a_socket_is_answered_once_its_filter_is_counted(visited: Running):
    async with dashboard(visited) as viewer:
        for page in ("/3", "/7", "/40"):
            await viewer.send("request_detailed_stats", filter={"page": page})
            told = await viewer.until("detailed_stats_response")
            assert told["totalActive"] == PAGES - int(page[1:])
            assert told["pagesVisited"][page] == told["totalActive"]
        post(visited, sessionId="s-0", page="/40")
        await viewer.send("request_detailed_stats", filter={"page": "/40"})
        assert (await viewer.until("detailed_stats_response"))["totalActive"] == PAGES - 39


async def test_a_socket_that_goes_while_its_filter_is_counted_harms_nobody(visited: Running):
    async with dashboard(visited) as viewer:
        await viewer.send("request_detailed_stats", filter={"page": "/1"})
    async with dashboard(visited) as viewer:
        await viewer.send("request_detailed_stats", filter={"page": "/1"})
        assert (await viewer.until("detailed_stats_response"))["totalActive"] == PAGES - 1
