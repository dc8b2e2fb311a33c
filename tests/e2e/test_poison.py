"""Whatever is accepted, every read answers, and every page and socket goes on."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect
from websockets.sync.client import connect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import choose_filter, expect_feed, post
from tests.support import BOUND_S, Running

READS = (
    "/api/analytics/summary",
    "/api/analytics/sessions",
    "/api/analytics/summary?country=x&page=y",
    "/healthz",
    "/metrics",
)
ATTACKS = [
    "<script>window.hurt=1</script>",
    "<img src=x onerror=window.hurt=1>",
    "'\"><svg onload=window.hurt=1>",
    "{{constructor.constructor('window.hurt=1')()}}",
    "javascript:window.hurt=1",
    "${window.hurt=1}`;window.hurt=1;//",
    "</script><script>window.hurt=1</script>",
    "\\u003cimg src=x onerror=window.hurt=1\\u003e",
]

texts = st.text(max_size=60) | st.sampled_from(
    [*ATTACKS, "(other)", "__proto__", "constructor", ":x"]
)
plain = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
SOUND = {"type": "click", "sessionId": "ann", "page": "/home", "name": "buy"}
nearly_sound = st.dictionaries(
    st.sampled_from(["sessionId", "page", "name", "country", "eventId"]), texts, max_size=2
).map(lambda strange: SOUND | strange)
"""Many of these are accepted, whatever the draw."""
wild = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["pageview", "click", "custom", "session_end"]),
        "sessionId": texts | st.sampled_from(["ann", "bob"]),
        "page": texts,
        "name": texts,
        "country": texts,
    },
    optional={
        "timestamp": st.datetimes().map(lambda moment: moment.isoformat()) | texts,
        "metadata": st.dictionaries(texts, values, max_size=5),
        "eventId": texts,
    },
) | st.dictionaries(texts, values, max_size=6)
events = wild | nearly_sound


def test_whatever_is_accepted_everything_goes_on(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    accepted = [0]
    with connect(server.url.replace("http", "ws") + "/ws", proxy=None) as socket:

        @settings(max_examples=250, suppress_health_check=list(HealthCheck))
        @given(events)
        def send(event: dict[str, Any]) -> None:
            body = json.dumps(event)  # NaN and lone surrogates included, as many senders write them
            headers = {"Content-Type": "application/json"}
            answer = server.http.post("/api/events", content=body, headers=headers)
            assert answer.status_code in (200, 201, 400), answer.text
            if answer.status_code != 201:
                return
            accepted[0] += 1
            for path in READS:
                assert server.http.get(path).status_code == 200, path
            while True:
                message = json.loads(socket.recv(BOUND_S))
                if message["type"] == "visitor_update":
                    assert message["data"]["event"]["id"] == answer.json()["eventId"]
                    break

        send()
    assert accepted[0] > 20, "too few were accepted to say anything"
    post(server, {"type": "pageview", "page": "/still-here", "sessionId": "last"})
    expect_feed(page, "/still-here")
    assert page.evaluate("window.hurt") is None


def test_attacks_stay_text_in_every_panel(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    for attack in ATTACKS:
        event = {"page": attack, "sessionId": attack, "country": attack[:64], "name": attack[:64]}
        metadata = {"device": attack, "referrer": attack, "element": attack}
        for kind in ("pageview", "click", "custom"):
            post(server, event | {"type": kind, "metadata": metadata})
    expect(page.locator(".session-row")).to_have_count(len(ATTACKS))
    for number, attack in enumerate(reversed(ATTACKS)):
        page.locator(".session-row").nth(number).click()
        expect(page.get_by_role("dialog")).to_contain_text(attack[-10:])
        page.keyboard.press("Escape")
    for attack in ATTACKS:
        choose_filter(page, "page", attack)
        expect(page.locator(".session-row")).to_have_count(1)
    page.reload()
    expect(page.locator(".session-row")).to_have_count(1)
    assert page.evaluate("window.hurt") is None
    expect(page.locator("img")).to_have_count(0)


def test_a_visit_from_year_1_to_9999_is_shown(server: Running, open_page: OpenPage) -> None:
    page, complaints = open_page(server), len(server.complaints)
    for number, year in enumerate(("0001-01-01", "9999-12-31", "0001-01-01")):
        timestamp = f"{year}T00:00:00Z"
        event = {"type": "pageview", "page": f"/{number}", "sessionId": "ann"}
        post(server, event | {"timestamp": timestamp})
    expect_feed(page, "/2", "/1", "/0")
    page.locator(".session-row").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("/1")
    page.reload()
    expect(page.locator(".session-row")).to_have_count(1)
    assert server.complaints[complaints:] == ""
