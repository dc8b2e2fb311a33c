"""People on the example site, as the real server counts them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from websockets.sync.client import connect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import choose_tab
from tests.e2e.tracker.conftest import Visit
from tests.e2e.tracker.recorder import serving
from tests.ingest.client import summary
from tests.support import BOUND_S, Running, StartServer, wait_until

GRACE = ("--leave-grace-s", "0.3")


@pytest.fixture
def example(start_server: StartServer) -> Running:
    return start_server("--example", *GRACE)


def sessions(server: Running) -> list[dict[str, Any]]:
    return server.http.get("/api/analytics/sessions").json()["sessions"]


@contextmanager
def ending(server: Running) -> Iterator[Callable[[], str]]:
    """What returns the reason of the next end of a session, once there is one."""
    with connect(f"ws://127.0.0.1:{server.port}/ws", proxy=None) as socket:

        def reason() -> str:
            while True:
                message = json.loads(socket.recv(timeout=BOUND_S))
                if message["type"] == "session_activity" and "endReason" in message["data"]:
                    return message["data"]["endReason"]

        yield reason


def steps(server: Running) -> list[str]:
    """What the events say, the oldest first."""
    events = reversed(summary(server)["recentEvents"])
    return [
        " ".join(
            filter(
                None,
                (
                    e["type"],
                    e["page"].removeprefix("/example"),
                    e["name"],
                    e["metadata"].get("element"),
                    str(e["metadata"].get("url", "")).rpartition("/")[2],
                ),
            )
        )
        for e in events
    ]


def expect_steps(server: Running, *expected: str) -> None:
    wait_until(lambda: len(steps(server)) >= len(expected), f"{expected}, not {steps(server)}")
    assert steps(server) == list(expected)


def expect_active(server: Running, number: int) -> None:
    wait_until(lambda: len(sessions(server)) == number, f"{number} here, not {sessions(server)}")


def test_pages_clicks_forms_and_downloads_are_one_journey(example: Running, visit: Visit) -> None:
    page = visit(example)
    page.get_by_role("link", name="See all teas").click()
    page.get_by_role("button", name="Buy").nth(3).click()
    with page.expect_download():
        page.get_by_role("link", name="Download the prices").click()
    page.get_by_role("link", name="Contact").click()
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("button", name="Thank you")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect_steps(
        example,
        "pageview /",
        "click / see all teas",
        "pageview /teas.html",
        "click /teas.html buy Night",
        "custom /teas.html download prices.csv",
        "pageview /contact.html",
        "custom /contact.html signup",
        "custom /contact.html contact",
        "pageview /contact.html",
    )
    (one,) = sessions(example)
    assert one["journey"] == ["/example/", "/example/teas.html", "/example/contact.html"]
    (event, *_) = summary(example)["recentEvents"]
    assert event["metadata"]["browser"] == "Chrome"
    assert event["metadata"]["device"] == "desktop"
    assert summary(example).get("bots") is None


def test_views_of_a_single_page_are_pages_and_back_is_one_more(
    example: Running, visit: Visit
) -> None:
    page = visit(example, "finder.html")
    page.get_by_role("button", name="evening").click()
    expect(page.get_by_role("heading", name="Then it is Dusk")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="evening")).to_be_visible()
    page.evaluate("history.replaceState(null, '', '/example/finder.html/morning')")
    page.evaluate("history.replaceState(null, '', '/example/finder.html/morning?q=1')")
    page.evaluate("location.hash = 'part'")
    page.get_by_role("link", name="Story").click()
    expect_steps(
        example,
        "pageview /finder.html",
        "pageview /finder.html/evening",
        "pageview /finder.html",
        "pageview /finder.html/morning",
        "pageview /story.html",
    )
    assert len(sessions(example)) == 1


def test_who_closes_the_tab_has_left_and_the_dashboard_shows_it(
    start_server: StartServer, visit: Visit, open_page: OpenPage
) -> None:
    server = start_server("--example")  # the usual grace of 5 s
    page = visit(server, "story.html")
    expect_active(server, 1)
    dashboard = open_page(server)
    expect(dashboard.locator(".figure-value").first).to_have_text("1")
    choose_tab(dashboard, "Feed")
    with ending(server) as reason:
        page.mouse.move(100, 100)
        page.close(run_before_unload=True)
        assert reason() == "left"
    assert sessions(server) == []
    row = dashboard.locator(".feed-row").first
    expect(row).to_contain_text("left/example/story.html")
    row.click()
    expect(dashboard.locator(".journey")).to_contain_text("left")
    dashboard.keyboard.press("Escape")
    expect(dashboard.locator(".figure-value").first).to_have_text("0")


def test_who_has_two_tabs_stays_until_both_are_closed(example: Running, visit: Visit) -> None:
    first, second = visit(example), visit(example, "teas.html")
    expect_steps(example, "pageview /", "pageview /teas.html")
    (one,) = sessions(example)
    before = summary(example).get("signals", 0)
    first.close(run_before_unload=True)
    wait_until(lambda: summary(example).get("signals", 0) > before, "the leave")
    second.get_by_role("button", name="Buy").first.click()
    expect_steps(example, "pageview /", "pageview /teas.html", "click /teas.html buy Morning")
    assert [each["sessionId"] for each in sessions(example)] == [one["sessionId"]]
    with ending(example) as reason:
        second.close(run_before_unload=True)
        assert reason() == "left"
    assert sessions(example) == []


def test_a_reload_and_the_way_back_are_no_new_visits(
    start_server: StartServer, visit: Visit
) -> None:
    server = start_server("--example", "--leave-grace-s", "30")
    page = visit(server)
    page.reload()
    page.get_by_role("link", name="Story").click()
    expect(page.get_by_role("heading", name="A long story")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Tea that keeps")).to_be_visible()
    expect_steps(server, "pageview /", "pageview /", "pageview /story.html", "pageview /")
    (one,) = sessions(server)
    assert summary(server)["totalToday"] == 1
    assert one["journey"] == ["/example/", "/example/story.html", "/example/"]


def test_who_comes_back_within_the_timeout_goes_on_with_the_visit(
    example: Running, visit: Visit
) -> None:
    page = visit(example)
    expect_active(example, 1)
    (one,) = sessions(example)
    page.close(run_before_unload=True)
    expect_active(example, 0)
    visit(example, "teas.html")
    expect_active(example, 1)
    (again,) = sessions(example)
    assert again["sessionId"] == one["sessionId"]
    assert again["journey"] == ["/example/", "/example/teas.html"]


def active_at(server: Running) -> str:
    return sessions(server)[0]["lastActivityAt"]


def test_a_reader_stays_by_heartbeats_alone(
    start_server: StartServer, visit: Visit, context: BrowserContext
) -> None:
    server = start_server("--example", "--session-timeout-s", "3", "--idle-after-s", "2")
    context.clock.install()
    page = visit(server, "story.html")
    expect_active(server, 1)
    (one,) = sessions(server)
    for number in range(1, 4):  # each is half a minute to the page
        page.mouse.move(number, number)
        page.mouse.wheel(0, 200)
        context.clock.run_for(31_000)
        wait_until(
            lambda number=number: summary(server).get("signals", 0) >= number, "the heartbeat"
        )
        before = one["lastActivityAt"]
        wait_until(lambda before=before: active_at(server) > before, "being active")
        (one,) = sessions(server)
    assert one["engagedSeconds"] >= 5
    assert one["pageviews"] == 1


def test_a_browser_that_is_killed_ends_by_timeout(
    start_server: StartServer, visit: Visit, context: BrowserContext
) -> None:
    server = start_server("--example", "--session-timeout-s", "1")
    page = visit(server)
    expect_active(server, 1)
    with ending(server) as reason:
        context.set_offline(True)  # nothing of its end comes through
        page.close()
        assert reason() == "timeout"


def test_what_happens_offline_comes_later_and_once(
    example: Running, visit: Visit, context: BrowserContext
) -> None:
    page = visit(example, "teas.html")
    expect_steps(example, "pageview /teas.html")
    context.set_offline(True)
    for number in range(3):
        page.get_by_role("button", name="Buy").nth(number).click()
    assert steps(example) == ["pageview /teas.html"]
    context.set_offline(False)
    expect_steps(
        example,
        "pageview /teas.html",
        "click /teas.html buy Morning",
        "click /teas.html buy Noon",
        "click /teas.html buy Dusk",
    )
    assert summary(example)["duplicates"] == 0


@pytest.mark.parametrize("name", ["DNT", "Sec-GPC"])
def test_who_asks_not_to_be_counted_is_not(
    example: Running, visit: Visit, context: BrowserContext, name: str
) -> None:
    context.set_extra_http_headers({name: "1"})
    visit(example)
    wait_until(lambda: summary(example)["rejected"].get("opted_out", 0) == 1, "the request")
    told = summary(example)
    assert (told["totalEvents"], told["totalToday"], sessions(example)) == (0, 0, [])


@pytest.mark.parametrize(
    ("name", "value"), [("doNotTrack", "'1'"), ("globalPrivacyControl", "true")]
)
def test_who_asks_by_a_property_is_not_counted_either(
    example: Running, visit: Visit, context: BrowserContext, name: str, value: str
) -> None:
    context.add_init_script(f"Object.defineProperty(navigator, '{name}', {{get: () => {value}}})")
    page = visit(example)
    page.evaluate("visitors('more')")
    wait_until(lambda: summary(example)["rejected"].get("opted_out", 0) == 2, "both requests")
    told = summary(example)
    assert (told["totalEvents"], told["totalToday"], sessions(example)) == (0, 0, [])


def test_a_browser_that_a_program_drives_is_a_bot(example: Running, open_page: OpenPage) -> None:
    open_page(example).goto(f"{example.url}/example/")
    wait_until(lambda: summary(example).get("bots", {}).get("today", 0) >= 1, "the bot")
    assert summary(example)["totalEvents"] == 0


def snippet(
    page: Page, server: Running, attributes: str, path: str = "story.html", head: str = ""
) -> None:
    """Load a page of the example site with other attributes of the script, without our own
    Content-Security-Policy, and with more in its head."""

    def change(route: Route) -> None:
        body = route.fetch().text().replace("data-local", attributes)
        body = body.replace("<title>", f"{head}<title>")
        route.fulfill(body=body, headers={"Content-Type": "text/html"})

    page.route(f"**/example/{path}*", change)
    page.goto(f"{server.url}/example/{path}")


def test_attributes_say_site_exclusion_fragment_and_storage(
    start_server: StartServer, context: BrowserContext
) -> None:
    server = start_server("--example", "--sites", "shop,blog", *GRACE)
    page = context.new_page()
    snippet(page, server, 'data-local data-site="blog" data-hash data-storage="session"')
    page.evaluate("location.hash = 'a'")

    def of(site: str) -> dict[str, Any]:
        return server.http.get("/api/analytics/summary", params={"site": site}).json()

    wait_until(lambda: of("blog")["totalEvents"] == 2, "both")
    assert of("blog")["pagesVisited"] == {"/example/story.html": 1, "/example/story.html#a": 1}
    assert of("shop")["totalEvents"] == 0
    kept = page.evaluate("sessionStorage.visitors")
    assert [e["sessionId"] for e in of("blog")["recentEvents"]] == [kept, kept]
    other = context.new_page()
    snippet(other, server, 'data-local data-exclude="/example/s*, /nowhere"')
    other.get_by_role("link", name="Teas").click()
    wait_until(lambda: of("shop")["totalEvents"] == 1, "the page that isn't excluded")
    assert of("shop")["pagesVisited"] == {"/example/teas.html": 1}


def test_another_endpoint_gets_the_events_and_an_unlisted_page_sends_none(
    start_server: StartServer, context: BrowserContext
) -> None:
    here, there = start_server("--example"), start_server()
    page = context.new_page()
    snippet(page, here, f'data-local data-endpoint="{there.url}/api/track"')
    wait_until(lambda: summary(there)["totalEvents"] == 1, "the event")
    assert summary(here)["totalEvents"] == 0
    silent = context.new_page()
    snippet(silent, here, "")  # on this machine, without data-local
    silent.evaluate("visitors('unheard')")
    silent.get_by_role("link", name="Home").click()
    expect_steps(here, "pageview /")


def test_a_script_under_a_name_of_its_own_sends_to_a_path_of_its_own(
    start_server: StartServer, context: BrowserContext
) -> None:
    """What lists of ad blockers know is never asked for."""
    server = start_server("--example", "--tracker-path", "/s/visits.js", "--track-path", "/s/seen")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(server.url)))

    def rename(route: Route) -> None:
        body = route.fetch().text().replace('"/tracker.js"', '"/s/visits.js"')
        route.fulfill(body=body, headers={"Content-Type": "text/html"})

    page.route("**/example/teas.html", rename)
    page.goto(f"{server.url}/example/teas.html")
    page.get_by_role("button", name="Buy").first.click()
    expect_steps(server, "pageview /teas.html", "click /teas.html buy Morning")
    page.evaluate("0")  # playwright tells what has happened by then
    assert asked.count("/s/visits.js") == 1
    assert asked.count("/s/seen") == 2
    assert not {"/tracker.js", "/api/track"} & set(asked)


def test_a_key_is_sent_and_a_wrong_one_is_refused(
    start_server: StartServer, context: BrowserContext
) -> None:
    key = "k" * 24
    server = start_server("--example", "--ingest-key", key)
    page = context.new_page()
    snippet(page, server, f'data-local data-key="{key}"')
    wait_until(lambda: summary(server)["totalEvents"] == 1, "the event")
    other = context.new_page()
    snippet(other, server, 'data-local data-key="wrong"', "teas.html")
    wait_until(lambda: summary(server)["rejected"].get("unauthorized", 0) >= 1, "the refusal")
    assert summary(server)["totalEvents"] == 1


def test_files_and_sandboxed_frames_get_a_clean_answer(
    example: Running, context: BrowserContext, tmp_path: Any
) -> None:
    script = f'<script defer src="{example.url}/tracker.js" data-local></script>'
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>File</title>{script}<p>Text</p>")
    noticed: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.goto(f"file://{file}")
    wait_until(lambda: summary(example)["rejected"].get("invalid_event", 0) == 1, "the refusal")
    frame = tmp_path / "frame.html"
    inside = json.dumps(f"<!doctype html>{script}<p>Inside</p>")
    frame.write_text(f"<!doctype html><iframe sandbox='allow-scripts' srcdoc={inside!r}></iframe>")
    page.goto(f"file://{frame}")
    wait_until(lambda: summary(example)["rejected"].get("invalid_event", 0) >= 2, "the other")
    assert noticed == []
    assert summary(example)["totalEvents"] == 0


class Deaf(BaseHTTPRequestHandler):
    """A door that answers 500, or, if it is ``slow``, not before it is let go."""

    heard: list[str]
    let_go: threading.Event | None

    def do_POST(self) -> None:
        self.heard.append(self.path)
        if self.let_go is not None:
            self.let_go.wait(BOUND_S)
        self.send_error(500)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def door(how: str) -> Iterator[tuple[str, list[str]]]:
    """The address of a door that doesn't work, and what it has heard."""
    heard: list[str] = []
    let_go = threading.Event()
    fields = {"heard": heard, "let_go": let_go if how == "slow" else None}
    with serving(type("Door", (Deaf,), fields)) as port:
        if how != "dead":
            try:
                yield f"http://127.0.0.1:{port}/door", heard
            finally:
                let_go.set()
    if how == "dead":
        yield f"http://127.0.0.1:{port}/door", heard


BLOCKED = """<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">"""
CALLS = "undefined, null, 7, {}, [], 'x'.repeat(9999), 'a\\ud800', '\\u0000', Symbol('s')"
LOOPS = "(() => { const x = {}; x.x = x; visitors('loop', x); visitors('big', {n: 1n}); })()"


@pytest.mark.parametrize("how", ["blocked", "dead", "slow", "broken"])
def test_the_page_notices_nothing_of_a_door_that_does_not_work(
    example: Running, context: BrowserContext, how: str
) -> None:
    noticed: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.add_init_script(
        "addEventListener('unhandledrejection', e => { throw Error('unhandled ' + e.reason) })"
    )
    with door(how) as (address, heard):
        head, endpoint = (BLOCKED, "") if how == "blocked" else ("", f'data-endpoint="{address}"')
        snippet(page, example, f"data-local {endpoint}", "contact.html", head)
        assert page.evaluate(f"[{CALLS}].every(x => window.visitors(x, x) === undefined)")
        page.evaluate(LOOPS)
        page.get_by_role("button", name="Subscribe").click()
        expect(page.get_by_role("button", name="Thank you")).to_be_visible()
        if how in ("slow", "broken"):
            wait_until(lambda: len(heard) > 0, "the request")
        page.get_by_role("link", name="Teas").click()
        expect(page.get_by_role("heading", name="Five teas")).to_be_visible()
        page.close(run_before_unload=True)
    assert noticed == []
    assert "/example/contact.html" not in summary(example)["pagesVisited"]


def test_a_page_that_is_rendered_before_it_is_asked_for_is_counted_when_it_is_seen(
    example: Running, visit: Visit
) -> None:
    page = visit(example)
    page.add_init_script(
        """Object.defineProperty(document, 'prerendering', {value: true, configurable: true})"""
    )
    page.goto(f"{example.url}/example/teas.html")
    expect(page.get_by_role("heading", name="Five teas")).to_be_visible()
    visit(example, "story.html")  # what the other had sent would be there before
    expect_steps(example, "pageview /", "pageview /story.html")
    page.evaluate(
        """() => {
            Object.defineProperty(document, 'prerendering', {value: false});
            document.dispatchEvent(new Event('prerenderingchange', {bubbles: true}));
        }"""
    )
    expect_steps(example, "pageview /", "pageview /story.html", "pageview /teas.html")
