"""What other vendors' trackers send, as their formats say and as their own packages send it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import umami

from tests.ingest.client import summary
from tests.support import BOUND_S, ROOT, Running, StartServer

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
HEADERS = {"User-Agent": BROWSER, "Content-Type": "text/plain", "Origin": "https://shop.example"}
NODE = ROOT / ".venv" / "bin" / "node"
WEBSITE = "4fb7fa4c-5b46-438d-94b3-3a8fb9bc2e8b"


def send(server: Running, path: str, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, str) else json.dumps(body)
    return server.http.post(path, content=content, headers=HEADERS | headers)


def latest(server: Running) -> dict[str, Any]:
    return summary(server)["recentEvents"][0]


PLAUSIBLE = {"n": "pageview", "u": "https://shop.example/a?x=1#part", "d": "shop.example"}


def test_a_pageview_of_plausible_becomes_one_of_ours(server: Running):
    answer = send(server, "/api/event", PLAUSIBLE | {"r": "https://www.google.com/"})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-plausible-dropped" not in answer.headers
    event = latest(server)
    assert (event["type"], event["page"]) == ("pageview", "/a")
    assert event["metadata"]["source"] == "Google"
    assert event["metadata"]["browser"] == "Firefox"
    assert len(event["sessionId"]) == 22


@pytest.mark.parametrize(
    "props", [{"p": {"plan": "pro"}}, {"props": {"plan": "pro"}}, {"m": '{"plan": "pro"}'}]
)
def test_an_event_of_plausible_keeps_its_name_and_properties(server: Running, props: dict):
    body = {"name": "signup", "url": "https://shop.example/a", "domain": "shop.example"} | props
    assert send(server, "/api/event", body).status_code == 202
    event = latest(server)
    assert (event["type"], event["name"], event["page"]) == ("custom", "signup", "/a")
    assert event["metadata"]["plan"] == "pro"


def test_engagement_of_plausible_is_a_heartbeat(server: Running):
    send(server, "/api/event", PLAUSIBLE)
    answer = send(server, "/api/event", PLAUSIBLE | {"n": "engagement", "e": 7400.6, "sd": 80})
    assert answer.status_code == 202
    told = summary(server)
    assert (told["totalEvents"], told["signals"]) == (1, 1)
    (session,) = server.http.get("/api/analytics/sessions").json()["sessions"]
    assert session["engagedSeconds"] == 7


def test_with_the_hash_mode_of_plausible_the_fragment_is_part_of_the_page(server: Running):
    send(server, "/api/event", PLAUSIBLE | {"h": 1})
    assert latest(server)["page"] == "/a#part"


def test_what_plausible_does_not_count_is_said_to_be_dropped(server: Running):
    bot = send(server, "/api/event", PLAUSIBLE, **{"User-Agent": "Googlebot/2.1"})
    opted_out = send(server, "/api/event", PLAUSIBLE, DNT="1")
    wrong = send(server, "/api/event", {"n": "pageview", "d": "shop.example"})
    assert [each.status_code for each in (bot, opted_out, wrong)] == [202, 202, 400]
    assert all(each.headers["x-plausible-dropped"] == "1" for each in (bot, opted_out, wrong))
    assert wrong.json()["fields"][0]["field"] == "url"
    assert summary(server)["totalEvents"] == 0


def umami_event(**payload: Any) -> dict[str, Any]:
    page = {"website": WEBSITE, "hostname": "shop.example", "url": "/a?x=1", "language": "de"}
    return {"type": "event", "payload": page | payload}


def test_a_pageview_and_an_event_of_umami(server: Running):
    answer = send(server, "/api/send", umami_event(referrer="https://news.ycombinator.com/"))
    assert answer.status_code == 200
    told = answer.json()
    event = latest(server)
    assert (event["type"], event["page"]) == ("pageview", "/a")
    assert event["metadata"]["source"] == "Hacker News"
    assert told == {"cache": "", "sessionId": event["sessionId"], "visitId": event["sessionId"]}
    send(
        server,
        "/api/send",
        umami_event(name="signup", data={"plan": "pro"}),
        Authorization="Bearer None",
    )
    event = latest(server)
    assert (event["type"], event["name"], event["metadata"]["plan"]) == ("custom", "signup", "pro")


def test_identify_of_umami_is_understood_and_counts_nothing(server: Running):
    answer = send(server, "/api/send", {"type": "identify", "payload": {"website": WEBSITE}})
    assert (answer.status_code, answer.json()["cache"]) == (200, "")
    assert summary(server)["totalEvents"] == 0


def test_a_batch_of_umami_tells_what_was_wrong_by_its_place(server: Running):
    batch = [umami_event(), umami_event(url=7), umami_event(name="x"), {"type": "event"}]
    answer = send(server, "/api/batch", batch).json()
    assert (answer["size"], answer["processed"], answer["errors"]) == (4, 2, 2)
    assert [each["index"] for each in answer["details"]] == [1, 3]
    assert summary(server)["totalEvents"] == 2
    assert send(server, "/api/batch", [umami_event()] * 21).status_code == 413
    assert send(server, "/api/batch", {}).status_code == 400


def test_the_agent_that_a_server_of_umami_names_is_the_visitors(server: Running):
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0"
    send(server, "/api/send", umami_event(userAgent=agent), **{"User-Agent": "curl/8"})
    assert latest(server)["metadata"]["device"] == "mobile"
    assert "bots" not in summary(server)


def test_a_preflight_of_umami_may_name_its_own_header(server: Running):
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-umami-cache",
    }
    answer = server.http.options("/api/send", headers=asked)
    assert answer.status_code == 204
    assert "x-umami-cache" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_pageview_of_goatcounter_is_all_in_the_query(server: Running, method: str):
    query = {"p": "/a?utm_source=news", "q": "?utm_source=news", "r": "", "t": "A", "b": "0"}
    headers = {"User-Agent": BROWSER, "Referer": "https://shop.example/"}
    answer = server.http.request(method, "/count", params=query, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.content[:6] == b"GIF89a"
    event = latest(server)
    assert (event["type"], event["page"], event["metadata"]["source"]) == ("pageview", "/a", "news")


def test_events_and_bots_of_goatcounter(server: Running):
    headers = {"User-Agent": BROWSER, "Referer": "https://shop.example/cart"}
    server.http.get("/count", params={"p": "buy", "e": "true"}, headers=headers)
    event = latest(server)
    assert (event["type"], event["name"], event["page"]) == ("custom", "buy", "/cart")
    server.http.get("/count", params={"p": "/a", "b": "153"}, headers=headers)
    assert summary(server)["bots"]["today"] == 1
    assert summary(server)["totalEvents"] == 1


def test_a_vendors_name_for_a_website_is_looked_up_among_keys_and_hosts(start_server: StartServer):
    server = start_server("--sites", f"shop=shop.example,{WEBSITE},blog=blog.example")

    def counted() -> dict[str, int]:
        sites = server.http.get("/api/sites").json()["sites"]
        return {each["site"]: summary(server, site=each["site"])["totalEvents"] for each in sites}

    send(server, "/api/event", PLAUSIBLE | {"d": "www.blog.example"})
    assert counted() == {"shop": 0, WEBSITE: 0, "blog": 1}
    send(server, "/api/event", PLAUSIBLE | {"d": "shop, blog"})
    assert counted() == {"shop": 1, WEBSITE: 0, "blog": 2}
    send(server, "/api/send", umami_event())
    assert counted() == {"shop": 1, WEBSITE: 1, "blog": 2}
    send(server, "/api/send", umami_event(website="00000000-0000", hostname="blog.example"))
    assert counted() == {"shop": 1, WEBSITE: 1, "blog": 3}
    unknown = umami_event(website="00000000-0000", hostname="elsewhere.example")
    assert send(server, "/api/send", unknown).status_code == 400
    headers = {"User-Agent": BROWSER, "Referer": "https://blog.example/"}
    server.http.get("/count", params={"p": "/x"}, headers=headers)
    assert counted() == {"shop": 1, WEBSITE: 1, "blog": 4}


@pytest.mark.parametrize("path", ["/api/event", "/api/send", "/api/batch"])
@pytest.mark.parametrize("body", ["", "null", "[]", "7", '"x"', "{", "{}", '{"payload": 7}', "NaN"])
def test_anything_else_is_refused_and_nothing_is_counted(server: Running, path: str, body: str):
    answer = send(server, path, body)
    if path == "/api/batch" and body == "[]":
        assert answer.json()["size"] == 0
    else:
        assert answer.status_code == 400, answer.text
        assert answer.json()["success"] is False
    assert summary(server)["totalEvents"] == 0


def test_the_python_client_of_umami_is_understood(server: Running):
    umami.set_url_base(server.url)
    umami.set_website_id(WEBSITE)
    umami.set_hostname("shop.example")
    told = umami.new_page_view(page_title="A", url="/from-python", ua=BROWSER)
    assert told["sessionId"] == latest(server)["sessionId"]
    assert latest(server)["page"] == "/from-python"
    umami.new_event("paid", url="/checkout", custom_data={"plan": "pro"})
    event = latest(server)
    assert (event["name"], event["page"], event["metadata"]["plan"]) == ("paid", "/checkout", "pro")


def test_the_node_client_of_umami_is_understood(server: Running, tmp_path: Path):
    script = f"""
        const umami = require("@umami/node").default;
        umami.init({{ websiteId: "{WEBSITE}", hostUrl: "{server.url}", userAgent: "{BROWSER}" }});
        (async () => {{
            const view = await umami.track({{ url: "/from-node", hostname: "shop.example" }});
            const event = await umami.track("paid", {{ plan: "pro" }});
            console.log(JSON.stringify([await view.json(), await event.json()]));
        }})();
    """
    done = subprocess.run(
        [NODE, "-e", script], cwd=ROOT, capture_output=True, text=True, timeout=BOUND_S, check=True
    )
    view, event = json.loads(done.stdout)
    assert view["sessionId"] == event["sessionId"] != ""
    told = summary(server)
    assert told["pagesVisited"] == {"/from-node": 1}
    assert told["recentEvents"][0]["name"] == "paid"
