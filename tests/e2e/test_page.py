"""What else the page can do."""

import re

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import (
    expect_feed,
    expect_number,
    expect_sessions,
    open_menu,
    post,
    view,
)
from tests.support import Running, StartServer

LISTEN = """() => {
    window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
        window.heard.push(this.frequency.value);
        return start.call(this, at);
    };
}"""
VISITOR = [660, 880]
REST = "new Promise(done => setTimeout(done, 600))"  # sounds rest for half a second
HIDE = """state => {
    Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("width", [390, 820, 1440, 1920])
def test_the_empty_page_helps_to_send_the_first_event(
    start_server: StartServer, open_page: OpenPage, width: int
) -> None:
    server = start_server()
    page = open_page(server, viewport={"width": width, "height": 900})
    expect(page.locator(".onboarding pre").first).to_be_in_viewport()
    expect(page.locator(".onboarding pre").first).to_have_text(
        f'<script defer src="{server.url}/tracker.js" data-local></script>'
    )
    expect(page.locator(".list-pages")).to_be_hidden()
    expect(page.locator(".onboarding pre").nth(1)).to_contain_text(f"curl {server.url}/api/events")
    page.get_by_role("button", name="Send a test event").click()
    expect_feed(page, "viewed")
    expect_number(page, "active", "1")
    expect(page.locator(".onboarding")).to_have_count(0)
    expect(page.locator(".list-pages")).to_be_visible()


def test_a_session_expires_on_the_page_by_itself(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--session-timeout-s", "4")
    page = open_page(server)
    view(server, "ann")
    expect_number(page, "active", "1")
    expect(page.locator(".window-button")).to_have_text("4 s")
    expect_number(page, "active", "0")
    expect(page.locator(".sessions .empty")).to_have_text("Nobody is here right now.")
    expect_number(page, "visitors", "1")


def test_a_reset_asks_first_and_empties_every_page(server: Running, open_page: OpenPage) -> None:
    first, second = open_page(server), open_page(server)
    view(server, "ann")
    expect_number(second, "active", "1")
    open_menu(first).get_by_role("button", name="Reset the numbers").click()
    first.get_by_role("button", name="Keep them").click()
    view(server, "bob")
    expect_number(second, "active", "2")
    open_menu(first).get_by_role("button", name="Reset the numbers").click()
    first.get_by_role("button", name="Reset", exact=True).click()
    for page in (first, second):
        expect_number(page, "active", "0")
        expect_number(page, "visitors", "0")
        expect(page.locator(".feed-row")).to_have_count(0)
    view(server, "cid", "/again")
    for page in (first, second):
        expect_feed(page, "/again")


def test_a_reset_empties_the_feed_also_when_an_event_follows_at_once(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    for _ in range(3):
        for number in range(40):  # enough that the page is told several things as one
            view(server, f"visitor-{number}", "/before")
        expect_feed(page, "/before")
        server.http.post("/api/analytics/reset", json={"confirm": "reset"})
        view(server, "ann", "/after")
        expect(page.locator(".feed-row")).to_have_count(1)
        expect_feed(page, "/after")


def test_sounds_are_off_until_somebody_switches_them_on(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    page.evaluate(LISTEN)
    view(server, "ann")
    expect_number(page, "active", "1")
    assert page.evaluate("heard") == []
    open_menu(page).get_by_role("button", name="Sound off").click()
    expect(page.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("heard") == VISITOR
    page.evaluate(REST)
    view(server, "bob")
    page.wait_for_function("heard.length === 4")
    page.evaluate(REST)
    view(server, "bob", "/next")
    expect_feed(page, "/next")
    assert page.evaluate("heard") == VISITOR + VISITOR


def test_a_choice_of_sound_outlives_a_reload_and_needs_a_gesture(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    open_menu(page).get_by_role("button", name="Sound off").click()
    page.reload()
    page.wait_for_selector(".status.connected")
    page.evaluate(LISTEN)
    view(server, "ann")
    expect_number(page, "active", "1")
    assert page.evaluate("heard") == []
    expect(open_menu(page).get_by_role("button", name="Sound on")).to_be_visible()
    view(server, "bob")
    page.wait_for_function("heard.length === 2")
    assert page.evaluate("heard") == VISITOR


def test_the_theme_follows_the_system_until_it_is_switched(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server, color_scheme="dark")
    dark = background(page)
    page.emulate_media(color_scheme="light")
    light = background(page)
    assert light != dark
    open_menu(page).get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()
    assert background(page) == dark
    page.reload()
    expect(open_menu(page).get_by_role("button", name="Theme: dark")).to_be_visible()
    assert background(page) == dark


def test_a_hidden_tab_is_told_nothing_and_is_right_when_it_is_seen(
    server: Running, open_page: OpenPage
) -> None:
    page, watcher = open_page(server), open_page(server)
    page.evaluate(LISTEN)
    open_menu(page).get_by_role("button", name="Sound off").click()
    page.evaluate(HIDE, "hidden")
    page.evaluate(REST)
    view(server, "ann")
    view(server, "bob")
    expect_sessions(watcher, "bob", "ann")
    expect(page.locator(".session-row")).to_have_count(0)
    page.evaluate(HIDE, "visible")
    expect_sessions(page, "bob", "ann")
    expect_feed(page, "/home", "/home")
    assert page.evaluate("heard") == VISITOR  # the one of the switch


def test_rows_keep_their_places_under_the_pointer(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    view(server, "ann", "/one")
    expect_feed(page, "/one")
    page.locator(".feed-row").first.hover()
    view(server, "bob", "/two")
    expect(page.locator(".feed .quiet-button")).to_have_text("1 new")
    expect_feed(page, "/one")
    page.locator("h1").hover()
    expect_feed(page, "/two", "/one")


def test_a_fade_paints_no_page_anew_and_comes_only_after_a_pause(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server)
    page.add_style_tag(content="*, *::before { animation-play-state: paused !important }")
    page.evaluate("Date.now = () => 1e12")
    fresh = page.locator(".feed-row.fresh")
    view(server, "ann", "/1")
    expect(fresh).to_have_count(1)
    animated = fresh.evaluate(
        "e => e.getAnimations({subtree: true}).flatMap("
        "a => Object.keys(a.effect.getKeyframes()[0]))"
    )
    assert set(animated) - {"offset", "easing", "composite", "computedOffset"} == {"opacity"}
    view(server, "ann", "/2")
    expect_feed(page, "/2", "/1")
    expect(fresh).to_have_count(0)
    page.evaluate("Date.now = () => 1e12 + 2000")
    view(server, "ann", "/3")
    expect(fresh).to_have_count(1)
    expect_feed(page, "/3", "/2", "/1")


def test_a_toast_stays_while_the_pointer_is_on_it(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, may_break=True)
    page.clock.install()
    for number in range(10):
        view(server, f"visitor-{number}")
    toast = page.locator(".toast", has_text="10 visitors today")
    toast.hover()
    page.clock.fast_forward(20_000)
    view(server, "one-more", "/one-more")
    expect_feed(page, "/one-more")
    assert toast.is_visible()
    page.locator("h1").hover()
    page.clock.fast_forward(20_000)
    expect(toast).to_have_count(0)


def test_alerts_keep_their_places_under_the_pointer(
    start_server: StartServer, open_page: OpenPage
) -> None:
    page = open_page(server := start_server("--milestones", "1,2"))
    view(server, "ann")
    page.get_by_role("button", name="Alerts").click()
    alerts = page.locator("#alerts-list .alert strong")
    expect(alerts).to_have_text(["1 visitor today"])
    alerts.hover()
    view(server, "bob")
    page.locator("#alerts-list").get_by_role("button", name="1 new").wait_for()
    expect(alerts).to_have_text(["1 visitor today"])
    page.locator("#alerts-list h2").hover()
    page.locator("#alerts-list").get_by_role("button", name="1 new").click()
    expect(alerts).to_have_text(["2 visitors today", "1 visitor today"])


def test_the_keyboard_opens_a_journey_and_closes_it(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    view(server, "ann", "/one")
    row = page.locator(".session-row")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    view(server, "ann", "/two")
    expect(page.locator(".session-where")).to_have_text("/two")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row).to_be_focused()


def test_markup_in_an_event_stays_text(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    attack = "<img src=x onerror=window.hurt=1>"
    post(
        server,
        {
            "type": "pageview",
            "page": attack,
            "sessionId": f"{attack}{{{{7*7}}}}",
            "country": attack,
            "metadata": {"device": attack, "referrer": attack},
        },
    )
    expect_feed(page, attack)
    page.locator(".session-row").click()
    expect(page.locator("dialog.journey h2")).to_contain_text("{{7*7}}")
    expect(page.locator("img")).to_have_count(0)
    assert page.evaluate("window.hurt") is None


def test_what_changes_at_once_comes_in_one_message(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, may_break=True)
    messages: list[str] = []

    def watch(socket: WebSocket) -> None:
        socket.on(
            "framereceived",
            lambda frame: messages.append(str(frame)) if "/feed-and-more" in str(frame) else None,
        )

    page.on("websocket", watch)
    page.reload()
    page.wait_for_selector(".status.connected")
    view(server, "ann", "/feed-and-more")
    expect_feed(page, "/feed-and-more")
    expect_sessions(page, "ann")
    expect_number(page, "active", "1")
    expect(page.locator(".chart .plot")).to_have_attribute("aria-label", re.compile("1 now"))
    assert len(messages) == 1
