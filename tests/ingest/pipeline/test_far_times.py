"""A visit whose events say that it lasted from the year 1 to the year 9999."""

from pathlib import Path

import pytest

from tests.ingest.archives import FORMATS, ran
from tests.ingest.client import dashboard, post, summary
from tests.support import StartServer

FIRST, LAST = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"
ZONES = ("America/Los_Angeles", "Pacific/Kiritimati")
READS = ("/api/analytics/summary?country=Unknown&page=/", "/api/analytics/sessions", "/metrics")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("way", ["--no-plain", "--plain"])
async def test_a_visit_from_year_1_to_9999_breaks_nothing(
    start_server: StartServer, tmp_path: Path, way: str, zone: str
):
    journal = f"sqlite:{tmp_path}/v.db"
    server = start_server(way, "--journal", journal, VISITORS_TIMEZONE=zone)
    async with dashboard(server) as viewer:
        for timestamp in (FIRST, LAST, FIRST, "9999-12-31T23:59:59.999-14:00"):
            post(server, timestamp=timestamp)
        answers = [await viewer.until("session_activity") for _ in range(4)]
        await viewer.send("request_detailed_stats")
        await viewer.until("detailed_stats_response", totalActive=1)
    assert [each["duration"] > 60_000_000_000 for each in answers] == [False, True, True, True]
    assert [server.http.get(path).status_code for path in READS] == [200] * 3
    session = server.http.get("/api/analytics/sessions/ann").json()
    assert session["startedAt"] == FIRST
    assert [step["at"] == FIRST for step in session["steps"]] == [True, False, True, False]
    told = summary(server)["recentEvents"]
    assert [each.get("clockSkewed", False) for each in told] == [True, False, True, False]
    server.stop()
    assert server.complaints == ""
    for ending in FORMATS:
        file, copy = str(tmp_path / f"v.{ending}"), f"sqlite:{tmp_path}/{ending}.db"
        assert ran("export", "--journal", journal, "--out", file).returncode == 0
        assert ran("import", file, "--journal", copy).returncode == 0
    again = start_server(way, "--journal", f"sqlite:{tmp_path}/csv.db", VISITORS_TIMEZONE=zone)
    assert again.http.get("/api/analytics/sessions/ann").json()["startedAt"] == FIRST
