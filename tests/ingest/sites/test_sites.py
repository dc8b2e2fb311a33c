"""Several sites in one server: doors, reads, sockets, resets."""

import json
from typing import Any

import httpx
import pytest

from tests.ingest.client import dashboard, open_socket, post
from tests.support import Running, StartServer, wait_until

SITES = "shop=shop.example+www.shop.example,blog=blog.example,docs"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
READS = (
    "/api/analytics/summary",
    "/api/analytics/sessions",
    "/api/analytics/sessions/ann",
    "/api/analytics/alerts",
)


@pytest.fixture
def several(start_server: StartServer) -> Running:
    return start_server("--sites", SITES)


def told(server: Running, **site: str) -> dict[str, Any]:
    answer = server.http.get("/api/analytics/summary", params=site)
    assert answer.status_code == 200, answer.text
    return answer.json()


def counted(server: Running) -> dict[str, int]:
    """Events of today by site."""
    names = [each["site"] for each in server.http.get("/api/sites").json()["sites"]]
    return {name: told(server, site=name)["totalEvents"] for name in names}


def post_batch(server: Running, events: list[dict[str, Any]]) -> dict[str, Any]:
    return server.http.post("/api/events/batch", json=events).json()


def track(server: Running, **fields: Any) -> httpx.Response:
    body = {"type": "pageview", "url": "https://blog.example/x"} | fields
    headers = {"Content-Type": "text/plain", "User-Agent": BROWSER}
    return server.http.post("/api/track", content=json.dumps(body), headers=headers)


@pytest.mark.parametrize("flags", [(), ("--plain",)])
def test_an_event_counts_for_the_site_that_it_names_else_for_the_first(
    start_server: StartServer, flags: tuple[str, ...]
):
    server = start_server("--sites", SITES, *flags)
    post(server, sessionId="ann")
    post(server, sessionId="ann", site="blog")
    post(server, sessionId="bob", site="blog")
    assert counted(server) == {"shop": 1, "blog": 2, "docs": 0}
    assert told(server) | {"asOf": ""} == told(server, site="shop") | {"asOf": ""}


@pytest.mark.parametrize("site", ["nope", "Shop", "", "../x", 7, ["shop"]])
def test_an_unknown_site_is_refused_by_name(several: Running, site: Any):
    body = {"type": "pageview", "page": "/", "sessionId": "ann", "site": site}
    for path, more in (("/api/events", {}), ("/api/track", {"url": "https://a.example/"})):
        answer = several.http.post(
            path, content=json.dumps(body | more), headers={"Content-Type": "text/plain"}
        )
        if site == "":
            assert answer.is_success, "an empty one names none"
            continue
        assert answer.status_code == 400
        (wrong,) = answer.json()["fields"]
        assert wrong["field"] == "site"
        if isinstance(site, str):
            assert wrong["message"] == "should be one of shop, blog, docs"


def test_at_the_trackers_door_the_host_says_the_site(several: Running):
    assert track(several, url="https://www.blog.example/x").status_code == 202
    assert track(several, url="https://shop.example/").status_code == 202
    assert track(several, url="https://elsewhere.example/").status_code == 202
    assert track(several, url="https://blog.example/", site="docs").status_code == 202
    assert counted(several) == {"shop": 2, "blog": 1, "docs": 1}


def test_a_referrer_from_the_sites_own_hosts_is_none(several: Running):
    track(several, referrer="https://blog.example/y")
    track(several, url="https://shop.example/", referrer="https://blog.example/y")
    assert told(several, site="blog")["referrers"] == {"Direct": 1}
    assert told(several, site="shop")["referrers"] == {"blog.example": 1}


def test_one_browser_is_another_visitor_on_each_site(several: Running):
    track(several)
    track(several, site="shop")
    (blog,) = several.http.get("/api/analytics/sessions?site=blog").json()["sessions"]
    (shop,) = several.http.get("/api/analytics/sessions?site=shop").json()["sessions"]
    assert blog["sessionId"] != shop["sessionId"]


def test_a_bot_counts_for_its_site(several: Running):
    headers = {"Content-Type": "text/plain", "User-Agent": "Googlebot/2.1"}
    several.http.post(
        "/api/track", content='{"type":"pageview","url":"https://blog.example/"}', headers=headers
    )
    assert told(several, site="blog")["bots"]["today"] == 1
    assert "bots" not in told(several, site="shop")


def test_a_batch_may_mix_sites_and_tells_duplicates_by_their_site(several: Running):
    same = {"type": "pageview", "page": "/", "sessionId": "ann", "eventId": "one"}
    answer = post_batch(
        several, [same, same | {"site": "blog"}, same | {"site": "blog"}, same | {"site": "nope"}]
    )
    assert (answer["accepted"], answer["duplicates"]) == (2, 1)
    assert [each["index"] for each in answer["rejected"]] == [3]
    assert counted(several) == {"shop": 1, "blog": 1, "docs": 0}


@pytest.mark.parametrize("path", READS)
def test_every_read_is_of_the_site_that_is_asked_for(several: Running, path: str):
    post(several, sessionId="ann", site="blog", page="/only-there")
    first, other = several.http.get(path), several.http.get(path, params={"site": "blog"})
    assert other.status_code == 200
    assert first.text != other.text or path.endswith("alerts")
    wrong = several.http.get(path, params={"site": "nope"})
    assert wrong.status_code == 400
    assert wrong.json()["fields"] == [
        {"field": "site", "message": "should be one of shop, blog, docs"}
    ]


def test_the_list_tells_a_few_numbers_of_each_site(several: Running):
    post(several, sessionId="ann", site="blog")
    sites = several.http.get("/api/sites").json()["sites"]
    assert sites[0] == {
        "site": "shop",
        "hosts": ["shop.example", "www.shop.example"],
        "totalActive": 0,
        "visitorsLastMinute": 0,
        "totalToday": 0,
        "totalDashboards": 0,
    }
    assert [(each["site"], each["totalActive"], each["totalToday"]) for each in sites] == [
        ("shop", 0, 0),
        ("blog", 1, 1),
        ("docs", 0, 0),
    ]


def test_without_the_setting_there_is_one_site_and_nothing_new(server: Running):
    post(server, sessionId="ann", site="whatever")
    assert [each["site"] for each in server.http.get("/api/sites").json()["sites"]] == ["default"]
    assert told(server, site="default")["totalEvents"] == 1
    assert server.http.get("/api/analytics/summary?site=shop").status_code == 400
    assert "site" not in server.http.get("/metrics").text.replace("website", "")


async def test_a_stream_is_that_of_its_site_with_a_seq_of_its_own(several: Running):
    async with (
        dashboard(several, "/ws?site=blog") as blog,
        dashboard(several, "/ws") as shop,
    ):
        first = blog.heard[0]["data"]
        assert (first["totalDashboards"], first["seq"]) == (1, 0)
        post(several, sessionId="ann", page="/b", site="blog")
        update = await blog.until("visitor_update")
        assert update["event"]["page"] == "/b"
        assert update["stats"]["totalActive"] == 1
        assert [m["type"] for m in await shop.settle() if "seq" in m] == []
        post(several, sessionId="ann", page="/s")
        assert (await shop.until("visitor_update"))["stats"]["totalActive"] == 1
        assert [m["type"] for m in await blog.settle()] == ["session_activity"]
        await blog.send("request_detailed_stats")
        assert (await blog.until("detailed_stats_response"))["pagesVisited"] == {"/b": 1}
        await blog.send("track_dashboard_action", action="look")
        await blog.settle()
        assert [m["type"] for m in await shop.settle() if m["type"] == "dashboard_action"] == []


async def test_a_stream_of_a_site_is_resumed_and_another_sites_is_not(several: Running):
    post(several, sessionId="ann", site="blog")
    async with dashboard(several, "/ws?site=blog") as before:
        first = before.heard[0]["data"]
        epoch, seq = first["epoch"], first["seq"]
    post(several, sessionId="ann", site="blog")
    async with dashboard(several, "/ws?site=blog") as again:
        await again.send("resume", epoch=epoch, seq=seq)
        assert (await again.until("resumed"))["count"] == 2
    async with dashboard(several, "/ws") as shop:
        await shop.send("resume", epoch=epoch, seq=seq)
        assert (await shop.until("initial_data"))["recovered"] is False


async def test_a_socket_of_an_unknown_site_is_closed_with_the_reason(several: Running):
    async with open_socket(several, "/ws?site=nope") as opened:
        assert await opened.close_code() == 4404
        assert "shop, blog, docs" in str(opened.socket.close_reason)


def test_a_reset_is_of_one_site(start_server: StartServer):
    server = start_server("--sites", SITES, "--open-reset")
    for site in ("shop", "blog", "docs"):
        post(server, sessionId="ann", site=site)
    reset = "/api/analytics/reset"
    assert server.http.post(reset, json={"confirm": "reset", "site": "blog"}).status_code == 200
    assert counted(server) == {"shop": 1, "blog": 0, "docs": 1}
    assert server.http.post(f"{reset}?site=docs", json={"confirm": "reset"}).status_code == 200
    assert server.http.post(reset, json={"confirm": "reset", "site": "x"}).status_code == 400
    assert counted(server) == {"shop": 1, "blog": 0, "docs": 0}
    assert server.http.post(reset, json={"confirm": "reset"}).status_code == 200
    assert counted(server) == {"shop": 0, "blog": 0, "docs": 0}


def test_rules_of_alerts_are_of_one_site(start_server: StartServer):
    server = start_server("--sites", SITES, "--open-reset")
    rules = {"rules": [{"name": "busy", "kind": "above", "factor": 2, "least": 3}]}
    path = "/api/analytics/alerts"
    assert server.http.put(f"{path}/rules?site=blog", json=rules).status_code == 200
    names = {
        site: [rule["name"] for rule in server.http.get(f"{path}?site={site}").json()["rules"]]
        for site in ("shop", "blog")
    }
    assert names["blog"] == ["busy"]
    assert "busy" not in names["shop"]
    post(server, sessionId="ann", site="blog")
    assert server.http.put(f"{path}/rules?site=nope", json=rules).status_code == 400
    assert server.http.post(f"{path}/1/acknowledge?site=shop").status_code == 404


def test_with_a_star_sites_begin_by_themselves_up_to_the_most(start_server: StartServer):
    server = start_server("--sites", "*", "--max-sites", "4")
    track(server, url="https://www.one.example/")
    post(server, sessionId="ann", site="two")
    post(server, sessionId="ann")
    assert counted(server) == {"default": 1, "one.example": 1, "two": 1}
    batch = [
        {"type": "pageview", "page": "/", "sessionId": "ann", "site": f"new-{number}"}
        for number in range(50)
    ]
    assert post_batch(server, batch)["accepted"] == 50
    names = list(counted(server))
    assert names == ["default", "one.example", "two", "new-0"]
    assert counted(server)["default"] == 50, "nothing is lost"
    assert post_batch(server, batch)["accepted"] == 1, "the others are refused"
    assert track(server, url="https://late.example/").status_code == 202
    assert counted(server)["default"] == 51


def test_metrics_have_a_label_for_each_site(several: Running):
    post(several, sessionId="ann", site="blog")
    text = several.http.get("/metrics").text
    assert 'visitors_site_sessions_active{site="blog"} 1.0' in text
    assert 'visitors_site_today{site="shop"} 0.0' in text
    assert "\nvisitors_sessions_active 1.0" in text


def test_the_page_of_an_unknown_site_is_refused(several: Running):
    for path in ("/", "/dashboard.html"):
        assert several.http.get(path, params={"site": "blog"}).status_code == 200
        answer = several.http.get(path, params={"site": "nope"})
        assert answer.status_code == 400
        assert answer.json()["fields"][0]["field"] == "site"


def test_sites_outlive_a_restart(start_server: StartServer, tmp_path: Any):
    flags = ("--journal", f"sqlite:{tmp_path}/visitors.db")
    before = start_server(*flags)
    post(before, sessionId="old")
    before.stop()
    several = start_server("--sites", SITES, *flags)
    assert counted(several) == {"shop": 1, "blog": 0, "docs": 0}, "as the first site"
    post(several, sessionId="ann", site="blog")
    post(several, sessionId="ann", site="docs")
    several.stop()
    again = start_server("--sites", SITES, *flags)
    assert counted(again) == {"shop": 1, "blog": 1, "docs": 1}
    again.stop()
    fewer = start_server("--sites", "docs,shop", *flags)
    assert counted(fewer) == {"docs": 2, "shop": 0}, "what named no site is the first one's"


def test_a_start_goes_on_from_a_checkpoint_of_all_sites(start_server: StartServer, tmp_path: Any):
    flags = ("--sites", "*", "--journal", f"sqlite:{tmp_path}/visitors.db")
    server = start_server(*flags, "--checkpoint-events", "5")
    for number in range(12):
        post(server, sessionId=f"s{number}", site=f"site-{number % 3}")
    wait_until(lambda: server.http.get("/healthz").json()["journal"]["checkpoint"] > 0, "one")
    post(server, sessionId="later", site="site-9")
    before = counted(server)
    server.stop()
    again = start_server(*flags)
    health = again.http.get("/healthz").json()["journal"]
    assert health["checkpoint"] > 0
    assert health["replayed"] < 13
    assert (
        counted(again)
        == before
        == {
            "default": 0,
            "site-0": 4,
            "site-1": 4,
            "site-2": 4,
            "site-9": 1,
        }
    )
