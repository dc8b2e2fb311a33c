"""A page is right, or says that it isn't."""

import os
import re
import signal
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import (
    expect_feed,
    expect_number,
    expect_sessions,
    expect_status,
    open_menu,
    view,
)
from tests.support import Running, StartServer, full_disk

DROP = "window.socket.io.engine.close()"


def fresh(page: Page) -> str:
    return page.locator(".status-fresh").inner_text()


def test_a_page_that_hears_nothing_says_since_when(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server()
    page = open_page(server, may_break=True)
    view(server, "ann")
    expect_number(page, "active", "1")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        expect(page.locator(".status.stale")).to_be_visible()
        expect(page.locator(".status-state")).to_have_text("Stale")
        expect(page.locator(".status-fresh")).to_have_text(re.compile(r"numbers as of \d"))
    finally:
        os.kill(server.pid, signal.SIGCONT)
    expect(page.locator(".status.stale")).to_have_count(0)
    expect_status(page, "connected")
    view(server, "bob")
    expect_number(page, "active", "2")


def test_a_page_says_that_no_events_are_taken_and_goes_on_showing(
    tmp_path: Path, start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--journal", f"sqlite:{tmp_path}/v.db")
    page = open_page(server)
    view(server, "ann")
    expect_number(page, "active", "1")
    with full_disk(server):
        refused = server.http.post(
            "/api/events", json={"type": "click", "page": "/", "sessionId": "a"}
        )
        assert refused.status_code == 503
        expect(page.locator(".status-state")).to_have_text("Not taking events")
        open_menu(page).get_by_role("button", name="Reset the numbers").click()
        page.get_by_role("button", name="Reset", exact=True).click()
        expect(page.locator(".status-fresh")).to_have_text("the numbers could not be reset")
        expect_number(page, "active", "1")
    expect(page.locator(".status-state")).to_have_text("Connected")


def test_a_quiet_page_is_not_stale(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    with page.expect_websocket() as opened:
        page.reload()
    for _ in range(3):  # a second lies between them, and silence counts from five
        opened.value.wait_for_event("framereceived", lambda frame: "beat" in str(frame))
    expect(page.locator(".status.stale")).to_have_count(0)
    expect_status(page, "connected")


def test_after_a_drop_the_page_says_what_it_missed(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, may_break=True)
    view(server, "ann")
    expect_number(page, "active", "1")
    page.context.set_offline(True)
    page.evaluate(DROP)
    expect_status(page, "reconnecting")
    for number in range(12):
        view(server, f"visitor-{number}", f"/missed/{number}")
    page.context.set_offline(False)
    expect_status(page, "connected")
    expect(page.locator(".status-fresh")).to_have_text("missed 12 events, caught up")
    expect_number(page, "active", "13")
    expect_feed(page, *(f"/missed/{number}" for number in range(11, -1, -1)))
    expect(page.locator(".feed-row")).to_have_count(13)


def test_a_note_on_the_connection_is_over_when_it_is_lost(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server()
    page = open_page(server, may_break=True)
    page.context.set_offline(True)
    page.evaluate(DROP)
    expect_status(page, "reconnecting")
    view(server, "ann")
    page.context.set_offline(False)
    expect(page.locator(".status-fresh")).to_have_text("missed 1 event, caught up")
    server.stop()
    expect_status(page, "reconnecting")
    assert fresh(page).startswith("numbers as of")


def test_a_page_that_lost_its_server_no_longer_says_that_anybody_is_active(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server()
    page = open_page(server, may_break=True)
    view(server, "ann", "/home")
    expect(page).to_have_title("1 active · Visitors")
    page.locator(".session-row").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".stay")).to_have_text("here now")
    server.stop()
    expect(page).to_have_title(re.compile(r"^⚠ 1 as of \d\d?:\d\d"))
    expect(page.locator(".hero .figure-hint")).to_have_text(re.compile(r"^as of \d"))
    expect(dialog.locator(".facts")).to_contain_text(re.compile(r"active at \d"))
    expect(dialog.locator(".stay")).to_have_text(re.compile(r"^here at \d"))
    start_server("--port", str(server.port))
    expect(page).to_have_title("0 active · Visitors")


def test_the_countdown_to_the_next_try_is_not_spoken(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server()
    page = open_page(server, may_break=True)
    server.stop()
    expect_status(page, "disconnected")
    expect(page.locator(".status-state")).to_contain_text("next try in")
    expect(page.locator(".status [role=status]")).to_have_text("Disconnected")


def test_a_server_that_began_anew_is_told_apart(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server()
    page = open_page(server, may_break=True)
    view(server, "ann")
    expect_number(page, "active", "1")
    server.stop()
    expect_status(page, "reconnecting")
    start_server("--port", str(server.port))
    expect(page.locator(".status-fresh")).to_have_text("the history began anew")
    expect_number(page, "active", "0")


def test_with_a_token_a_person_logs_in_and_out(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--token", "open-sesame-open-sesame")
    view(server, "ann")
    page = open_page(server, may_break=True, log_in="open-sesame-open-sesame")
    expect_sessions(page, "ann")
    other = page.context.new_page()
    other.goto(server.url)
    other.wait_for_selector(".status.connected")
    assert page.evaluate("document.cookie") == ""
    open_menu(page).get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Token")).to_be_visible()
    expect(other.get_by_label("Token")).to_be_visible()
    page.goto(server.url)
    expect(page.get_by_label("Token")).to_be_visible()


def test_a_wrong_token_is_told_to_the_person(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--token", "open-sesame-open-sesame")
    page = open_page(server, "/", may_break=True, log_in="abracadabra")
    expect(page.get_by_role("alert")).to_have_text("This isn't the token.")
