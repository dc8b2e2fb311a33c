"""The reads of REST against the real server."""

import re
from typing import Any

import pytest

from tests.ingest.client import dashboard, post, post_batch, summary
from tests.support import Running

SESSIONS = "/api/analytics/sessions"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def visited(server: Running) -> Running:
    """Ann (India) has been at /home and /products, bob (USA) at /home, cem has left."""
    post(server, sessionId="ann", page="/home", country="India", metadata={"device": "mobile"})
    post(server, sessionId="bob", page="/home", country="USA", metadata={"referrer": "a.org"})
    post(server, sessionId="ann", page="/products", country="India")
    post(server, sessionId="cem", page="/home")
    post(server, type="session_end", sessionId="cem", page=None)
    return server


def sessions(server: Running, **asked: Any) -> dict[str, Any]:
    answer = server.http.get(SESSIONS, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(page: dict[str, Any]) -> list[str]:
    return [session["sessionId"] for session in page["sessions"]]


def test_a_fresh_server_tells_zeros(server: Running):
    told = summary(server)
    assert TIME.fullmatch(told.pop("asOf"))
    assert told == {
        "totalActive": 0,
        "totalToday": 0,
        "totalEvents": 0,
        "pagesVisited": {},
        "countries": {},
        "devices": {},
        "referrers": {},
        "visitorsLastMinute": 0,
        "visitorsPerMinute": [0] * 10,
        "totalDashboards": 0,
        "recentEvents": [],
        "received": 0,
        "accepted": 0,
        "duplicates": 0,
        "rejected": {},
    }


def test_the_summary_counts_what_was_posted(visited: Running):
    told = summary(visited)
    assert (told["totalActive"], told["totalToday"], told["totalEvents"]) == (2, 3, 5)
    assert told["pagesVisited"] == {"/home": 3, "/products": 1}
    assert list(told["pagesVisited"]) == ["/home", "/products"], "the most viewed first"
    assert told["countries"] == {"India": 1, "USA": 1, "Unknown": 1}
    assert told["devices"] == {"mobile": 1, "Unknown": 2}
    assert told["referrers"] == {"a.org": 1, "Unknown": 2}
    assert told["visitorsLastMinute"] == 3
    assert sum(told["visitorsPerMinute"][-2:]) in (3, 4, 5), "a minute may have turned in between"
    assert [event["sessionId"] for event in told["recentEvents"]] == [
        *("cem", "cem", "ann", "bob", "ann")
    ]


def test_the_summary_under_a_filter(visited: Running):
    india, products = summary(visited, country="India"), summary(visited, page="/products")
    assert (india["totalActive"], india["totalToday"]) == (1, 1)
    assert india["pagesVisited"] == {"/home": 1, "/products": 1}
    assert {event["sessionId"] for event in india["recentEvents"]} == {"ann"}
    assert (products["totalActive"], products["totalToday"]) == (1, None)
    assert [event["page"] for event in products["recentEvents"]] == ["/products"]
    assert summary(visited, country="", page="")["totalActive"] == 2
    assert summary(visited, country="Atlantis")["totalActive"] == 0


def test_active_sessions_come_with_their_journeys_most_recent_activity_first(visited: Running):
    page = sessions(visited)
    assert (page["count"], ids(page), page["nextCursor"]) == (2, ["ann", "bob"], None)
    ann = page["sessions"][0]
    assert (ann["journey"], ann["currentPage"]) == (["/home", "/products"], "/products")
    assert (ann["pageviews"], ann["events"], ann["state"]) == (2, 2, "active")
    assert (ann["country"], ann["device"]) == ("India", "mobile")
    assert TIME.fullmatch(ann["startedAt"])
    assert TIME.fullmatch(ann["lastActivityAt"])


def test_sessions_under_a_filter(visited: Running):
    assert ids(sessions(visited, country="USA")) == ["bob"]
    assert ids(sessions(visited, page="/products")) == ["ann"]
    nothing = sessions(visited, country="Atlantis")
    assert (nothing["count"], nothing["sessions"], nothing["nextCursor"]) == (0, [], None)


def test_a_hundred_sessions_are_on_a_page_and_the_cursor_leads_to_the_rest(server: Running):
    post_batch(
        server,
        [{"type": "pageview", "page": "/", "sessionId": f"s{n}"} for n in range(250)],
    )
    pages: list[list[str]] = []
    cursor = ""
    while cursor is not None:
        page = sessions(server, cursor=cursor)
        assert page["count"] == 250
        pages.append(ids(page))
        cursor = page["nextCursor"]
    assert [len(page) for page in pages] == [100, 100, 50]
    assert [id for page in pages for id in page] == [f"s{n}" for n in range(249, -1, -1)]


def test_a_limit_makes_pages_smaller_or_larger(server: Running):
    post_batch(
        server,
        [{"type": "pageview", "page": "/", "sessionId": f"s{n}"} for n in range(150)],
    )
    assert ids(sessions(server, limit=2)) == ["s149", "s148"]
    assert len(ids(sessions(server, limit=150))) == 150


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        (SESSIONS, {"limit": "0"}, "limit"),
        (SESSIONS, {"limit": "many"}, "limit"),
        (SESSIONS, {"cursor": "elsewhere"}, "cursor"),
        (SESSIONS, {"country": "c" * 65}, "country"),
        ("/api/analytics/summary", {"page": "p" * 2_049}, "page"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_400(
    server: Running, path: str, asked: dict[str, str], field: str
):
    answer = server.http.get(path, params=asked)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["fields"]] == [field]


def test_one_session_comes_with_its_steps(visited: Running):
    ann = visited.http.get(f"{SESSIONS}/ann").json()
    assert [(step["type"], step["page"], step["name"]) for step in ann["steps"]] == [
        ("pageview", "/home", None),
        ("pageview", "/products", None),
    ]
    assert all(TIME.fullmatch(step["at"]) for step in ann["steps"])


def test_a_session_that_has_just_ended_is_still_told(visited: Running):
    cem = visited.http.get(f"{SESSIONS}/cem").json()
    assert (cem["state"], cem["journey"], len(cem["steps"])) == ("ended", ["/home"], 2)


@pytest.mark.parametrize("session_id", ["nobody", "", "a%2Fb", "%F0%9F%9B%92"])
def test_an_unknown_session_is_not_found(server: Running, session_id: str):
    answer = server.http.get(f"{SESSIONS}/{session_id}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("session_id", ["a b", "a/b", "🛒", "?", "..", "100%"])
def test_a_session_is_found_by_whatever_id_it_has(server: Running, session_id: str):
    post(server, sessionId=session_id)
    quoted = "".join(f"%{byte:02X}" for byte in session_id.encode())
    answer = server.http.get(f"{SESSIONS}/{quoted}")
    assert answer.json()["sessionId"] == session_id


async def test_total_dashboards_are_those_that_watch_now(server: Running):
    async with dashboard(server), dashboard(server):
        assert summary(server)["totalDashboards"] == 2


def test_health_is_told(server: Running):
    answer = server.http.get("/healthz")
    assert answer.status_code == 200
    health = answer.json()
    assert health["status"] == "ok"
    assert re.fullmatch(r"\d+\.\d+\.\d+", health["version"])
    assert health["uptimeS"] >= 0
