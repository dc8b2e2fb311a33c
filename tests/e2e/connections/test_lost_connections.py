"""A page that loses its connection, reads slowly or is hidden is exactly right afterwards."""

import json
from functools import partial
from typing import Any

from playwright.sync_api import Page, WebSocket

from tests.e2e.conftest import OpenPage
from tests.e2e.connections.lossy import SHOWN, is_right, proxy_of, traffic
from tests.e2e.screen import (
    choose_filter,
    expect_feed,
    expect_number,
    expect_sessions,
    expect_status,
    view,
)
from tests.e2e.test_page import HIDE
from tests.support import Running, StartServer, wait_until

CUTS = 6
OUTBOX = "getElement(document.querySelector('.dashboard'))"
LONG_VISITS = [
    {"type": "pageview", "page": "/" + "x" * 2_000 + str(number), "sessionId": f"v{number}"}
    for number in range(50)
]


def views_of(page: Page) -> list[dict[str, Any]]:
    """The views that this page will receive, on any connection, without beats."""
    views: list[dict[str, Any]] = []

    def read(frame: str | bytes) -> None:
        if str(frame).startswith('42["visitors.view"'):
            message = json.loads(str(frame)[2:])[1]
            if message["base"] != message["number"]:
                views.append(message)

    def watch(socket: WebSocket) -> None:
        socket.on("framereceived", read)

    page.on("websocket", watch)
    return views


def wholes(views: list[dict[str, Any]]) -> int:
    return sum(each["base"] is None for each in views)


def expect_right(server: Running, page: Page, other: Page) -> None:
    """It shows what another page shows, which never lost anything."""
    shown, shown_there = partial(page.evaluate, SHOWN), partial(other.evaluate, SHOWN)
    wait_until(lambda: is_right(server, shown, shown_there), "a page that is right")


def wait_for(page: Page, true: Any, what: str) -> None:
    """Wait while events of the page come in."""

    def look() -> bool:
        page.wait_for_timeout(10)
        return bool(true())

    wait_until(look, what)


def test_a_page_that_loses_its_connection_again_and_again_is_right_afterwards(
    server: Running, open_page: OpenPage
) -> None:
    other = open_page(server)
    with proxy_of(server) as proxy:
        page = open_page(proxy, may_break=True)
        page.evaluate("window.isSame = true")
        views = views_of(page)
        with traffic(server):
            for number in range(1, CUTS + 1):
                proxy.cut()
                wait_for(page, lambda number=number: wholes(views) == number, "a whole view")
                wait_for(page, lambda: views[-1]["base"] is not None, "a change of it")
                expect_status(page, "connected")
        expect_right(server, page, other)
        assert wholes(views) == CUTS
        assert page.evaluate("window.isSame"), "it was loaded anew"


def test_a_page_that_has_lost_a_view_asks_for_all_of_the_next_one(
    server: Running, open_page: OpenPage
) -> None:
    page, other = open_page(server), open_page(server)
    with page.expect_websocket():
        views = views_of(page)
        page.reload()
    wait_for(page, lambda: views, "a whole view")
    view(server, "ann")
    expect_number(page, "active", "1")
    wrong = {"base": -1, "number": 0, "calls": [["active", "show", {"value": "7", "hint": ""}]]}
    page.evaluate(f"{OUTBOX}.receive({json.dumps(wrong)})")
    wait_for(page, lambda: wholes(views) == 2, "the view that it asked for")
    expect_number(page, "active", "1")
    page.evaluate(f"{OUTBOX}.number = -1")  # nothing changes any more: a beat shows that it lags
    wait_for(page, lambda: wholes(views) == 3, "the view that it asked for")
    view(server, "bob")
    expect_right(server, page, other)
    assert wholes(views) == 3


def test_a_slow_reader_gets_no_more_until_it_has_read_and_is_right_then(
    start_server: StartServer, open_page: OpenPage
) -> None:
    """This one has no compression either."""
    server = start_server("--slow-reader-s", "60")
    other = open_page(server)
    views_there = views_of(other)
    other.reload()
    with proxy_of(server, compression=False) as proxy:
        page = open_page(proxy, may_break=True)
        views = views_of(page)
        page.reload()
        wait_for(page, lambda: views, "a whole view")
        proxy.hold()
        unread = [0, 1, 2]
        while (
            len(set(unread[-3:])) > 1
        ):  # until the kernel's buffers are full, and the server's own
            seen = len(views_there)
            server.http.post("/api/events/batch", json=LONG_VISITS).raise_for_status()
            wait_for(other, lambda seen=seen: len(views_there) > seen, "a view on the other page")
            unread.append(proxy.unread())
        proxy.release()
        expect_right(server, page, other)
    assert wholes(views) == 2


def test_a_hidden_tab_that_reconnects_is_told_nothing_and_is_right_when_it_is_seen(
    server: Running, open_page: OpenPage
) -> None:
    other = open_page(server)
    with proxy_of(server) as proxy:
        page = open_page(proxy, may_break=True)
        views = views_of(page)
        page.evaluate(HIDE, "hidden")
        proxy.cut()
        wait_for(page, lambda: views, "a whole view")
        expect_status(page, "connected")
        choose_filter(page, "page", "/home")  # read after the tab has said that it is hidden
        wait_for(page, lambda: wholes(views) == 2, "the view under a filter")
        view(server, "ann", country="India")
        expect_sessions(other, "ann")
        page.evaluate(HIDE, "visible")
        expect_sessions(page, "ann")
        expect_feed(page, "/home")
    assert [each["base"] for each in views] == [None] * 3
