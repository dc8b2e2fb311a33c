"""The specification's seven "Success Indicators", word for word."""

import json

from playwright.sync_api import WebSocket, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import (
    SAMPLES,
    choose_filter,
    expect_feed,
    expect_number,
    expect_sessions,
    expect_status,
    post,
    view,
)
from tests.support import Running, StartServer


def test_events_sent_by_postman_are_seen_at_once(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    expect_number(page, "active", "0")
    for number, sample in enumerate(SAMPLES[:3], start=1):
        post(server, sample)
        expect_number(page, "events / min", str(number))
    expect_number(page, "active", "1")
    expect(page.locator(".session-long")).to_have_text(["45 s"])
    post(server, SAMPLES[3])
    expect_number(page, "active", "2")
    expect_sessions(page, "visitor-002", "visitor-001")
    post(server, SAMPLES[4])
    expect_number(page, "active", "1")
    expect_number(page, "visitors", "2")
    expect_number(page, "events / min", "5")
    expect_sessions(page, "visitor-002")
    expect_feed(page, "left", "viewed", "clicked buy-button", "viewed", "viewed")
    expect_feed(page, "/products", "/about", "/products", "/products", "/home")


def test_several_tabs_show_synchronized_updates(server: Running, open_page: OpenPage) -> None:
    first, second = open_page(server), open_page(server, "/dashboard.html")
    for page in (first, second):
        expect_number(page, "dashboards", "2")
    post(server, SAMPLES[0])
    post(server, SAMPLES[3])
    for page in (first, second):
        expect_number(page, "active", "2")
        expect_sessions(page, "visitor-002", "visitor-001")
        expect_feed(page, "/about", "/home")


def test_filtering_is_seen_as_socket_traffic(server: Running, open_page: OpenPage) -> None:
    sent: list[str] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(str(frame)))

    page = open_page(server)
    page.on("websocket", watch)
    page.reload()
    expect_status(page, "connected")
    for sample in SAMPLES[:4]:
        post(server, sample)
    expect_number(page, "active", "2")
    choose_filter(page, "country", "India")
    expect_number(page, "active", "1")
    expect_sessions(page, "visitor-001")
    assert any("India" in frame for frame in sent), sent


def test_a_click_on_a_session_shows_its_complete_journey(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    for sample in SAMPLES[:3]:
        post(server, sample)
    page.locator(".session-row", has_text="visitor-001").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("h2")).to_have_text("Journey of visitor-001")
    expect(dialog.locator(".stop .path")).to_have_text(["/home", "/products"])
    expect(dialog.locator(".stay")).to_have_text(["30 s", "here now"])
    expect(dialog.locator(".act")).to_have_text(["● clicked buy-button"])
    expect(dialog.locator(".facts")).to_contain_text("45 s")
    # It goes on while it is open.
    view(server, "visitor-001", "/checkout", timestamp="2025-07-20T10:31:45Z")
    expect(dialog.locator(".stop .path")).to_have_text(["/home", "/products", "/checkout"])
    expect(dialog.locator(".stay")).to_have_text(["30 s", "1 m 15 s", "here now"])
    post(server, SAMPLES[4])
    expect(dialog.locator(".facts")).to_contain_text("ended")
    expect(dialog.locator(".facts")).to_contain_text("5 m 00 s")


def test_status_changes_when_the_server_stops_and_comes_back_by_itself(
    start_server: StartServer, open_page: OpenPage
) -> None:
    """Indicators five and six in one: they are two halves of one story."""
    server = start_server()
    page = open_page(server, "/?country=India", may_break=True)
    post(server, SAMPLES[0])
    expect_number(page, "active", "1")
    server.stop()
    expect_status(page, "reconnecting")
    expect(page.locator(".status")).to_contain_text("Reconnecting")
    expect(page.locator(".status")).to_contain_text("numbers as of")
    expect_status(page, "disconnected")
    expect(page.locator(".status")).to_contain_text("Disconnected")
    again = start_server("--port", str(server.port))
    expect_status(page, "connected")
    expect_number(page, "active", "0")
    expect(page.locator("#filter-country")).to_have_value("India")
    post(again, SAMPLES[0])
    expect_number(page, "active", "1")
    expect_feed(page, "/home")


def test_a_burst_of_visitors_raises_the_spike_alert(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    for number in range(24):
        view(server, f"visitor-{number}")
    expect_number(page, "active", "24")
    expect(page.locator(".toast", has_text="Visitor spike detected!")).to_have_count(0)
    view(server, "visitor-24")
    toast = page.locator(".toast", has_text="Visitor spike detected!")
    expect(toast).to_contain_text("25 visitors in the last minute")
    page.get_by_role("button", name="Alerts").click()
    expect(page.locator("#alerts-list .alert")).to_contain_text(
        ["Visitor spike detected!", "10 visitors today"]
    )


def test_what_the_page_shows_is_what_the_reads_answer(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    for sample in SAMPLES[:4]:
        post(server, sample)
    expect_number(page, "active", "2")
    summary = json.loads(server.http.get("/api/analytics/summary").text)
    expect_number(page, "visitors", str(summary["totalToday"]))
    expect_number(page, "dashboards", str(summary["totalDashboards"]))
    for name, count in summary["pagesVisited"].items():
        row = page.locator(".list-pages .bar", has_text=name)
        expect(row.locator(".bar-count")).to_have_text(str(count))
