"""/docs and /openapi.json: there, complete, and working without internet."""

import re
from typing import Any

import pytest

from tests.support import Running

DOCUMENTED = {
    ("post", "/api/events"),
    ("post", "/api/events/batch"),
    ("get", "/api/analytics/summary"),
    ("get", "/api/analytics/sessions"),
    ("get", "/api/analytics/sessions/{session_id}"),
    ("post", "/api/analytics/reset"),
    ("get", "/api/analytics/alerts"),
    ("put", "/api/analytics/alerts/rules"),
    ("post", "/api/analytics/alerts/{alert_id}/acknowledge"),
    ("get", "/healthz"),
}


@pytest.fixture(scope="module")
def document(shared_server: Running) -> dict[str, Any]:
    answer = shared_server.http.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def references(value: Any) -> list[str]:
    """All $ref in a document."""
    if isinstance(value, dict):
        inner = [ref for each in value.values() for ref in references(each)]
        return inner + ([value["$ref"]] if "$ref" in value else [])
    return [ref for each in value for ref in references(each)] if isinstance(value, list) else []


def test_the_docs_page_and_all_it_loads_come_from_here(shared_server: Running):
    page = shared_server.http.get("/docs")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert re.findall(r"https?://", page.text) == []
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page.text)
    assert len(loaded) >= 2
    for address in [*loaded, "/openapi.json"]:
        answer = shared_server.http.get(address)
        assert (answer.status_code, bool(answer.content)) == (200, True), address


def test_styles_of_the_docs_page_load_nothing_from_outside(shared_server: Running):
    page = shared_server.http.get("/docs").text
    for address in re.findall(r'href="([^"]+\.css)"', page):
        style = shared_server.http.get(address).text
        assert re.findall(r"url\(\s*[\"']?https?://|@import", style) == []


def test_every_route_of_the_contract_is_documented(document: dict[str, Any]):
    told = {(method, path) for path, ways in document["paths"].items() for method in ways}
    assert {way for way in DOCUMENTED if way not in told} == set()


def test_every_reference_leads_somewhere_inside(document: dict[str, Any]):
    for reference in references(document):
        assert reference.startswith("#/")
        place = document
        for key in reference.removeprefix("#/").split("/"):
            place = place[key]


def test_every_status_that_a_route_answers_is_documented(document: dict[str, Any]):
    event = document["paths"]["/api/events"]["post"]["responses"]
    assert {"201", "200", "400", "401", "413", "415"} <= set(event)
    assert "422" not in {
        status
        for ways in document["paths"].values()
        for way in ways.values()
        for status in way["responses"]
    }


def test_the_document_names_no_server_outside(document: dict[str, Any]):
    assert [server["url"] for server in document.get("servers", [])] in ([], ["/"])
