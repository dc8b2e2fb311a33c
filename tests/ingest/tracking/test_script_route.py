"""The tracker's script over HTTP, and the second names of its two paths."""

import gzip
import json

import httpx
import pytest

from ingest.tracking.script_route import integrity, tracker
from main import build, compose
from state.settings.settings import load
from tests.ingest.client import summary
from tests.support import ROOT, Running, StartServer

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
FOREIGN = {"Origin": "https://shop.example", "Referer": "https://shop.example/"}
TOKEN = "t" * 24
BUILT = ROOT / "ingest" / "tracking" / "script" / "tracker.min.js"


def raw(server: Running, path: str = "/tracker.js", **headers: str) -> httpx.Response:
    """With the headers of a page of another website, and the body as it came."""
    return server.http.get(path, headers=FOREIGN | headers)


def test_the_built_script_is_served_to_any_website(server: Running):
    answer = raw(server)
    assert answer.status_code == 200
    assert answer.content == BUILT.read_bytes()
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=86400" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


def test_it_is_compressed_where_that_is_understood(server: Running):
    with server.http.stream(
        "GET", "/tracker.js", headers={"Accept-Encoding": "br, gzip"}
    ) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert len(body) <= 2_048
    assert gzip.decompress(body) == BUILT.read_bytes()
    plain = raw(server, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("GZIP ; Q=0.5", True),
        ("identity;q=1, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("br, zstd", False),
        ("", False),
    ],
)
def test_what_a_client_refuses_it_does_not_get(server: Running, accepted: str, is_compressed: bool):
    for path in ("/tracker.js", "/assets/plotly.min.js"):
        answer = server.http.get(path, headers={"Accept-Encoding": accepted})
        assert answer.status_code == 200
        assert ("content-encoding" in answer.headers) is is_compressed, path


def test_a_browser_that_has_it_is_told_so(server: Running):
    first = raw(server)
    again = raw(server, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]
    other = raw(server, **{"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_other_methods(server: Running):
    head = server.http.head("/tracker.js")
    assert (head.status_code, head.content) == (200, b"")
    assert server.http.post("/tracker.js").status_code == 405


def test_it_needs_no_token_and_no_known_host(start_server: StartServer):
    server = start_server("--token", TOKEN)
    assert raw(server).status_code == 200
    assert raw(server, "/api/analytics/summary").status_code == 403


def test_a_host_name_that_may_not_read_may_have_the_script(server: Running):
    named = {"Host": "stats.shop.example"}
    assert raw(server, **named).status_code == 200
    assert server.http.get("/api/analytics/summary", headers=named).status_code == 403


@pytest.mark.parametrize("flags", [(), ("--plain",)])
def test_both_paths_may_have_second_names(start_server: StartServer, flags: tuple[str, ...]):
    server = start_server("--tracker-path", "/s/visits.js", "--track-path", "/s/seen", *flags)
    answer = raw(server, "/s/visits.js")
    assert answer.status_code == 200
    assert b'"/s/seen"' in answer.content
    assert b"/api/track" not in answer.content
    assert raw(server).content == answer.content, "the first name serves the same"
    for path in ("/s/seen", "/api/track"):
        body = json.dumps({"type": "pageview", "url": "https://shop.example/x"})
        headers = FOREIGN | {"User-Agent": BROWSER, "Content-Type": "text/plain"}
        sent = server.http.post(path, content=body, headers=headers)
        assert sent.status_code == 202
        assert sent.headers["access-control-allow-origin"] == "*"
        asked = {"Access-Control-Request-Method": "POST"}
        assert server.http.options(path, headers=FOREIGN | asked).status_code == 204
    assert summary(server)["totalEvents"] == 2
    too_long = server.http.post(
        "/s/seen", content=b" " * 20_000, headers={"Content-Type": "text/plain"}
    )
    assert too_long.status_code == 413
    assert server.http.post("/s/seen/more", content=b"{}").status_code == 404


def test_the_value_for_subresource_integrity_is_that_of_the_documents():
    documented = (ROOT / "docs" / "tracking" / "websites.md").read_text()
    assert integrity(tracker()) in documented


def test_no_page_is_built_and_nothing_is_counted_for_the_script(server: Running):
    before = summary(server)["received"]
    for _ in range(300):
        assert raw(server).status_code == 200
    assert summary(server)["received"] == before


async def test_the_script_is_served_while_the_journal_is_read():
    app = compose(build(load(["--no-ui"])))  # its journal is never started
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        assert (await http.get("/api/analytics/summary")).status_code == 503
        assert (await http.get("/tracker.js")).content == BUILT.read_bytes()


def test_a_path_that_begins_like_the_scripts_has_the_rate_of_any_other(start_server: StartServer):
    server = start_server("--max-reads-per-s", "1")
    codes = {server.http.get("/tracker.jsx").status_code for _ in range(20)}
    assert codes == {404, 429}
    assert {raw(server).status_code for _ in range(20)} == {200}
    server.stop()  # its account could only be read at that rate
