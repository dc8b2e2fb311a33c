"""Filters act on everything shown, live in the URL, and are announced to other dashboards."""

import json
import re

from playwright.sync_api import expect
from websockets.sync.client import connect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import (
    choose_filter,
    expect_feed,
    expect_number,
    expect_sessions,
    expect_status,
    view,
)
from tests.support import BOUND_S, Running


def visit_from_everywhere(server: Running) -> None:
    view(server, "ann", "/home", country="India")
    view(server, "bob", "/home", country="USA")
    view(server, "cid", "/about", country="India")


def test_a_country_filter_acts_on_everything_shown(server: Running, open_page: OpenPage) -> None:
    visit_from_everywhere(server)
    page = open_page(server)
    choose_filter(page, "country", "India")
    expect_number(page, "active", "2")
    expect_number(page, "visitors", "2")
    expect_number(page, "events / min", "2")
    expect_sessions(page, "cid", "ann")
    expect(page.locator(".feed-row")).to_have_count(2)
    expect_feed(page, "/about", "/home")
    chart = page.locator(".chart")
    # A minute may turn between the visits.
    last_two = re.compile("oldest first: (0, ){8}(0, 2|1, 1|2, 0)$")
    expect(chart).to_have_attribute("aria-label", last_two)
    for panel, names in (
        ("pages", ["/about", "/home"]),
        ("countries", ["India"]),
        ("sources", ["Unknown"]),
        ("devices", ["Unknown"]),
    ):
        expect(page.locator(f".list-{panel} .bar-name")).to_have_text(names)
    view(server, "dan", "/secret", country="USA")
    view(server, "eve", "/new", country="India")
    expect_feed(page, "/new", "/about", "/home")
    expect_sessions(page, "eve", "cid", "ann")


def test_a_page_filter_does_not_guess_the_visitors_of_today(
    server: Running, open_page: OpenPage
) -> None:
    visit_from_everywhere(server)
    page = open_page(server)
    choose_filter(page, "page", "/home")
    expect_number(page, "active", "2")
    expect_number(page, "visitors", "\N{EN DASH}")
    expect_sessions(page, "bob", "ann")
    expect_feed(page, "/home", "/home")


def test_the_filter_lives_in_the_url_and_survives_a_reload(
    server: Running, open_page: OpenPage
) -> None:
    visit_from_everywhere(server)
    page = open_page(server, "/?country=India&page=%2Fabout")
    expect_sessions(page, "cid")
    page.reload()
    expect_sessions(page, "cid")
    page.get_by_role("button", name="Show all: Page").click()
    expect_sessions(page, "cid", "ann")
    page.get_by_role("button", name="Show all: Country").click()
    expect_sessions(page, "cid", "bob", "ann")
    assert page.url == server.url + "/"


def test_back_and_forward_go_through_the_filters(server: Running, open_page: OpenPage) -> None:
    visit_from_everywhere(server)
    page = open_page(server)
    choose_filter(page, "country", "India")
    expect_sessions(page, "cid", "ann")
    page.locator(".list-pages").get_by_role("button", name="/about").click()
    expect_sessions(page, "cid")
    page.go_back()
    expect_sessions(page, "cid", "ann")
    expect(page.locator("#filter-page")).to_have_value("")
    page.go_back()
    expect_sessions(page, "cid", "bob", "ann")
    assert page.url == server.url + "/"
    page.go_forward()
    expect_sessions(page, "cid", "ann")
    expect(page.locator("#filter-country")).to_have_value("India")
    expect_status(page, "connected")


def test_a_country_typed_in_other_letters_is_found(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", country="Germany")
    view(server, "bob", country="Côte d'Ivoire")
    page = open_page(server)
    choose_filter(page, "country", "germany")
    expect_sessions(page, "ann")
    expect(page.locator("#filter-country")).to_have_value("Germany")
    assert page.url == server.url + "/?country=Germany"
    choose_filter(page, "country", "COTE D'IVOIRE")
    expect_sessions(page, "bob")


def test_a_filter_that_selects_nothing_says_so_and_suggests(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", "/pricing", country="Germany")
    page = open_page(server, "/?country=germny")
    hint = page.locator(".filter-hint")
    expect(hint).to_contain_text("“germny” is not among the countries of today.")
    hint.get_by_role("button", name="Germany").click()
    expect_sessions(page, "ann")
    expect(hint).to_have_count(0)
    choose_filter(page, "page", "pric")
    expect(hint).to_contain_text("“pric” is not among the pages of today.")
    hint.get_by_role("button", name="/pricing").click()
    expect_sessions(page, "ann")
    choose_filter(page, "page", "/nowhere")
    expect(hint).to_have_text("“/nowhere” is not among the pages of today.")


def test_a_click_in_a_list_filters_by_it_and_the_next_takes_it_off(
    server: Running, open_page: OpenPage
) -> None:
    visit_from_everywhere(server)
    page = open_page(server)
    row = page.locator(".list-countries").get_by_role("button", name="USA")
    expect(row).to_have_attribute("aria-pressed", "false")
    row.click()
    expect_sessions(page, "bob")
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#filter-country")).to_have_value("USA")
    assert page.url == server.url + "/?country=USA"
    row.click()
    expect_sessions(page, "cid", "bob", "ann")
    expect(row).to_have_attribute("aria-pressed", "false")
    assert page.url == server.url + "/"


def test_a_filter_is_announced_to_other_dashboards(server: Running, open_page: OpenPage) -> None:
    visit_from_everywhere(server)
    page = open_page(server)
    with connect(server.url.replace("http", "ws") + "/ws", proxy=None) as socket:
        choose_filter(page, "country", "India")
        while (message := json.loads(socket.recv(BOUND_S)))["type"] != "dashboard_action":
            pass
    assert message["data"]["action"] == "filter_applied"
    assert message["data"]["details"] == {"filterType": "country", "value": "India"}
    assert message["data"]["dashboardId"]


def test_the_filter_of_one_page_leaves_another_alone(server: Running, open_page: OpenPage) -> None:
    visit_from_everywhere(server)
    filtered, other = open_page(server), open_page(server)
    choose_filter(filtered, "country", "USA")
    expect_sessions(filtered, "bob")
    view(server, "dan", "/x", country="India")
    expect_sessions(other, "dan", "cid", "bob", "ann")
    expect_sessions(filtered, "bob")
