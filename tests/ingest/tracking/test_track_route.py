"""POST /api/track against the real server."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cluster.nodes import running
from tests.ingest.client import dashboard, summary
from tests.ingest.http.test_rest_events import refusal
from tests.redis_server import RedisServer
from tests.support import Running, StartServer, wait_until

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0.0.0 Safari/537.36"
)
VIEW = {"type": "pageview", "url": "https://www.example.org/pricing", "timezone": "Europe/Berlin"}
VISITOR = "203.0.113.77"
KEY = "k" * 24


def track(server: Running, body: Any, **headers: str) -> httpx.Response:
    """As a page does: text/plain, with the headers of a browser."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"User-Agent": CHROME, "Content-Type": "text/plain", "Origin": "https://www.example.org"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return server.http.post("/api/track", content=content, headers=sent | named)


def latest(server: Running) -> dict[str, Any]:
    [event, *_] = summary(server)["recentEvents"]
    assert isinstance(event, dict)
    return event


def test_a_page_of_any_website_sends_and_the_event_is_told_like_any_other(server: Running):
    answer = track(server, VIEW | {"referrer": "https://news.ycombinator.com/"})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    event = latest(server)
    assert answer.json() == {"success": True, "eventId": event["id"]}
    assert (event["type"], event["page"], event["country"]) == ("pageview", "/pricing", "Germany")
    assert event["metadata"] == {
        **{"device": "desktop", "browser": "Chrome", "os": "Windows", "countryFrom": "timezone"},
        **{"referrer": "news.ycombinator.com", "source": "Hacker News", "channel": "social"},
    }
    assert len(event["sessionId"]) == 22


def test_a_preflight_is_answered(server: Running):
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    answer = server.http.options("/api/track", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")


@pytest.mark.parametrize("origin", ["null", "file://", "https://evil.example"])
def test_a_file_and_a_sandbox_may_send_as_well(server: Running, origin: str):
    assert track(server, VIEW, Origin=origin).status_code == 202


def test_the_next_page_keeps_the_source_of_the_visit(server: Running):
    track(server, VIEW | {"referrer": "https://www.google.com/"})
    track(server, VIEW | {"url": "https://example.org/b", "referrer": VIEW["url"]})
    [session] = server.http.get("/api/analytics/sessions").json()["sessions"]
    assert (session["journey"], session["referrer"]) == (["/pricing", "/b"], "Google")


def test_an_array_is_many_events_and_the_wrong_ones_are_named(server: Running):
    wrong = {"type": "click", "url": "here"}
    answer = track(server, [VIEW, wrong, VIEW | {"type": "click", "element": "buy"}])
    assert answer.status_code == 202
    [rejected] = answer.json()["rejected"]
    assert (rejected["index"], rejected["error"]) == (1, "invalid_event")
    assert [error["field"] for error in rejected["fields"]] == ["url"]
    assert summary(server)["totalEvents"] == 2
    assert refusal(track(server, [VIEW] * 21)) == (413, "too_large", [])


def test_a_repeat_counts_once(server: Running):
    for _ in range(2):
        assert track(server, VIEW | {"eventId": "e-1"}).json()["eventId"] == "e-1"
    assert summary(server)["totalEvents"] == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "invalid_json", [])),
        (b'{"type":"pageview"}', (400, "invalid_event", ["url"])),
        (json.dumps(VIEW | {"title": "x" * 17_000}).encode(), (413, "too_large", [])),
        (b"x" * 1_000_000, (413, "too_large", [])),
    ],
)
def test_what_cannot_be_read_is_refused(server: Running, body: bytes, expected: object):
    assert refusal(track(server, body)) == expected
    assert summary(server)["totalEvents"] == 0


def test_bots_are_counted_apart_and_are_no_visitors(server: Running):
    assert "bots" not in summary(server)
    google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    for agent in (google, google, "curl/8.4.0"):
        answer = track(server, VIEW, User_Agent=agent)
        assert (answer.status_code, answer.json()) == (202, {"success": True})
    track(server, VIEW | {"automated": True})
    numbers = summary(server)
    assert (numbers["totalEvents"], numbers["totalActive"], numbers["recentEvents"]) == (0, 0, [])
    names = {"Googlebot": 2, "automated browser": 1, "curl": 1}
    assert numbers["bots"] == {"today": 4, "lastMinute": 4, "names": names}


async def test_a_dashboard_hears_nothing_of_a_bot(server: Running):
    async with dashboard(server) as viewer:
        track(server, VIEW, User_Agent="curl/8.4.0")
        track(server, VIEW)
        message = await viewer.until("visitor_update")
        assert message["event"]["page"] == "/pricing"
        assert message["stats"]["totalActive"] == 1


def test_who_does_not_want_to_be_counted_is_kept_nowhere(server: Running):
    for header in ("DNT", "Sec-GPC"):
        assert track(server, VIEW, **{header: "1"}).json() == {"success": True}
    numbers = summary(server)
    assert numbers["totalEvents"] == 0
    assert numbers["rejected"] == {"opted_out": 2}


def test_a_key_is_asked_for_where_one_is_set(start_server: StartServer):
    server = start_server("--ingest-key", KEY)
    assert refusal(track(server, VIEW)) == (401, "unauthorized", [])
    assert track(server, VIEW | {"key": KEY}).status_code == 202


def test_bots_and_ids_outlive_a_restart_and_the_address_is_nowhere(
    start_server: StartServer, tmp_path: Path
):
    path = tmp_path / "visitors.db"
    flags = [
        "--journal",
        f"sqlite:{path}",
        "--trusted-proxies",
        "127.0.0.1",
    ]
    first = start_server(*flags)
    forwarded = {"X_Forwarded_For": VISITOR, "CF_IPCountry": "KE"}
    track(first, VIEW, **forwarded)
    track(first, VIEW, **forwarded, User_Agent="curl/8.4.0")
    before = latest(first)
    told = first.http.get("/api/analytics/sessions").text + first.http.get("/metrics").text
    first.stop()
    again = start_server(*flags)
    assert (before["country"], summary(again)["bots"]["names"]) == ("Kenya", {"curl": 1})
    track(again, VIEW | {"url": "https://example.org/b"}, **forwarded)
    assert latest(again)["sessionId"] == before["sessionId"]
    told += again.http.get("/api/analytics/summary").text + first.complaints
    again.stop()
    with sqlite3.connect(path) as database:
        [(kept,)] = database.execute("SELECT group_concat(hex(what)) FROM record")
    told += bytes.fromhex(kept.replace(",", "")).decode(errors="replace")
    told += "".join(each.read_bytes().decode(errors="replace") for each in tmp_path.iterdir())
    assert before["sessionId"] in told
    assert VISITOR not in told
    assert all(part not in told for part in (VISITOR.encode().hex(), "Windows NT 10.0"))


def test_a_visitor_has_the_same_id_at_two_nodes(redis_server: RedisServer, tmp_path: Path):
    with running(tmp_path, redis_server.journal("track-ids"), nodes=2) as nodes:
        first, second = nodes
        track(first, VIEW)
        wait_until(lambda: summary(second)["totalActive"] == 1, "the visitor at the other node")
        track(second, VIEW)
        wait_until(lambda: summary(first)["totalEvents"] == 2, "both events")
        assert [summary(node)["totalActive"] for node in nodes] == [1, 1]


def test_a_file_of_countries_has_to_be_one(start_server: StartServer, tmp_path: Path):
    (tmp_path / "no.mmdb").write_bytes(b"no database")
    with pytest.raises(AssertionError, match=r"geo_database: .*can't be used"):
        start_server("--geo-database", str(tmp_path / "no.mmdb"))
