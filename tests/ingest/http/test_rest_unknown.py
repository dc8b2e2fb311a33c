"""What isn't there, and ways that aren't allowed: JSON under /api, for any method."""

import pytest

from tests.support import Running

PATHS = {
    "/api/events": "POST",
    "/api/events/batch": "POST",
    "/api/analytics/summary": "GET",
    "/api/analytics/sessions": "GET",
    "/api/analytics/sessions/ann": "GET",
    "/api/analytics/reset": "POST",
    "/api/analytics/alerts": "GET",
    "/api/analytics/alerts/rules": "PUT",
    "/api/analytics/alerts/1/acknowledge": "POST",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND")
NOT_ALLOWED = [
    (path, method)
    for path, allowed in PATHS.items()
    for method in METHODS
    if method != allowed and (method, allowed) != ("HEAD", "GET")
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/api/", "/api/nothing", "/api/events/", "/api/events/1", "/api/Events"),
        *("/api//events", "/api/analytics", "/api/analytics/summary/", "/api/%00", "/api/%ff"),
    ],
)
def test_what_is_not_there_is_404_in_json(server: Running, path: str, method: str):
    answer = server.http.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    if method != "HEAD":
        assert answer.json()["error"] == "not_found"


@pytest.mark.parametrize(("path", "method"), NOT_ALLOWED)
def test_a_method_that_is_not_allowed_is_405_in_json_and_names_those_that_are(
    server: Running, path: str, method: str
):
    answer = server.http.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.headers["allow"].split(", ")) >= {PATHS[path]}
    if method != "HEAD":
        assert set(answer.json()) == {"success", "error", "message", "fields"}
        assert answer.json()["error"] == "method_not_allowed"


def test_health_is_read_only(server: Running):
    answer = server.http.post("/healthz")
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://["},
        {"Origin": "http://a]b"},
        {"Cookie": 'a="\\012b"; =; ;;'},
        {"Cookie": "\u00e9=1"},
        {"Authorization": "Bearer \u00e9"},
        {"Host": "["},
        {"Content-Length": "0", "Accept": "text/html"},
        {"X-Forwarded-For": "not an address"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/api/analytics/summary", "/api/nothing"])
def test_strange_headers_never_bring_forth_html_or_a_failure(
    server: Running, path: str, headers: dict[str, str]
):
    encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    answer = server.http.get(path, headers=encoded)
    assert answer.status_code < 500
    assert answer.headers["content-type"] == "application/json"


def test_a_question_in_broken_utf_8_is_answered_in_json(server: Running):
    answer = server.http.get("/api/analytics/summary?country=%ff%fe&page=%ed%a0%80")
    assert (answer.status_code, answer.json()["totalActive"]) == (200, 0)
