"""Alerts on the page: what explains them, who has seen them, and how one hears of them."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.panels.launches import HACKER_NEWS, launch, usual_server
from tests.e2e.screen import chip, expect_number, open_menu, post, view
from tests.e2e.test_looks import check_with_axe
from tests.support import StartServer

NOTICES = """() => {
    window.notices = [];
    window.Notification = class {
        static permission = "default";
        static async requestPermission() { return (window.Notification.permission = "granted"); }
        constructor(title, options) { window.notices.push([title, options.body]); }
    };
}"""
HIDE = """state => {
    Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


def open_list(page: Page) -> Locator:
    page.get_by_role("button", name="Alerts").first.click()
    return page.locator("#alerts-list")


def open_settings(page: Page) -> Locator:
    open_menu(page).get_by_role("button", name="Alerts …").click()
    return page.get_by_role("dialog", name="Alerts")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_launch_is_an_alert_that_lasts_and_a_click_shows_its_cause(
    start_server: StartServer, open_page: OpenPage, tmp_path: Path, theme: str
) -> None:
    server = usual_server(start_server, tmp_path)
    page = open_page(server, color_scheme=theme, reduced_motion="reduce")
    launch(server)
    toast = page.locator(".toast", has_text="Above usual")
    expect(toast).to_contain_text(f"100 % from {HACKER_NEWS} → /blog/x")
    alerts = open_list(page)
    row = alerts.locator(".alert.active")
    expect(row).to_contain_text("Lasts since")
    check_with_axe(page)
    row.get_by_role("button", name=HACKER_NEWS).click()
    expect(chip(page, "source")).to_contain_text(HACKER_NEWS)
    expect_number(page, "active", "90")
    expect(alerts).to_be_hidden()
    open_list(page)
    row.get_by_role("button", name=HACKER_NEWS).click()
    expect(chip(page, "source")).to_have_count(0)


def test_an_alert_that_was_seen_is_seen_on_every_page(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--milestones", "1,2,3")
    ann, bob = open_page(server), open_page(server)
    for number in range(3):
        view(server, f"visitor-{number}")
    for page in (ann, bob):
        expect(page.locator(".alerts .badge")).to_have_text("3")
    alerts = open_list(ann)
    alerts.get_by_label("Your name").fill("Ann")
    alerts.get_by_label("Your name").blur()
    alerts.locator(".alert").first.get_by_role("button", name="Mark as seen").click()
    expect(bob.locator(".alerts .badge")).to_have_text("2")
    expect(open_list(bob).locator(".alert.seen")).to_contain_text("Seen by Ann")
    bob.locator("#alerts-list").get_by_role("button", name="Mark all as seen").click()
    for page in (ann, bob):
        expect(page.locator(".alerts .badge")).to_have_count(0)
    ann.reload()
    expect(open_list(ann).get_by_label("Your name")).to_have_value("Ann")
    expect(ann.locator(".alert.seen")).to_have_count(3)


def test_rules_are_edited_and_what_is_wrong_is_said_at_its_field(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server()
    page = open_page(server)
    view(server, "ann")
    dialog = open_settings(page)
    expect(dialog.locator(".rule")).to_have_count(5)
    dialog.get_by_role("button", name="Remove the rule record").click()
    dialog.get_by_role("button", name="Add a rule").click()
    rule = dialog.locator(".rule").last
    expect(rule.get_by_label("Name")).to_be_focused()
    page.keyboard.type("launch")
    rule.get_by_label("Times the usual").fill("0.5")
    rule.get_by_label("Then quiet, min").fill("")
    dialog.get_by_role("button", name="Save the rules").click()
    expect(rule.get_by_label("Then quiet, min")).to_be_focused()
    expect(rule.locator(".wrong")).to_have_text(["should be a whole number from 0 to 10\u202f080"])
    check_with_axe(page)
    rule.get_by_label("Then quiet, min").fill("60")
    dialog.get_by_role("button", name="Save the rules").click()
    expect(rule.locator(".wrong")).to_have_text(["should be from 1 to 1\u202f000"])
    rule.get_by_label("Times the usual").fill("3.5")
    dialog.get_by_role("button", name="Save the rules").click()
    expect(dialog).to_be_hidden()
    rules = server.http.get("/api/analytics/alerts").json()["rules"]
    names = ["above usual", "below usual", "silence", "new source", "launch"]
    assert [each["name"] for each in rules] == names
    assert (rules[-1]["factor"], rules[-1]["cooldownMinutes"]) == (3.5, 60)
    expect(open_settings(open_page(server)).locator(".rule")).to_have_count(5)


def test_without_the_rights_of_a_reset_rules_and_alerts_are_read(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--milestones", "1", "--host", "0.0.0.0", "--open")
    page = open_page(server)
    view(server, "ann")
    dialog = open_settings(page)
    expect(dialog.locator(".rule")).to_have_count(5)
    expect(dialog.get_by_label("Times the usual").first).to_be_disabled()
    expect(dialog.get_by_role("button", name="Save the rules")).to_have_count(0)
    expect(dialog).to_contain_text("may only read them")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(open_list(page).locator(".alert")).to_have_count(1)
    expect(page.get_by_role("button", name="Mark as seen")).to_have_count(0)


def test_a_hidden_tab_notifies_once_it_was_asked_to(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = start_server("--milestones", "1,2,3")
    page = open_page(server)
    page.evaluate(NOTICES)
    view(server, "ann")
    expect(page.locator(".toast")).to_have_count(1)
    assert page.evaluate("window.notices") == []
    dialog = open_settings(page)
    dialog.get_by_label("Desktop notifications").check()
    page.keyboard.press("Escape")
    page.evaluate(HIDE, "hidden")
    view(server, "bob")
    page.wait_for_function("window.notices.length === 1")
    assert page.evaluate("window.notices[0][0]") == "2 visitors today"
    page.evaluate(HIDE, "visible")
    expect_number(page, "active", "2")
    dialog = open_settings(page)
    dialog.get_by_label("Desktop notifications").uncheck()
    post(server, {"type": "pageview", "page": "/", "sessionId": "cid"})
    expect(page.locator(".toast", has_text="3 visitors today")).to_be_visible()
    assert len(page.evaluate("window.notices")) == 1
