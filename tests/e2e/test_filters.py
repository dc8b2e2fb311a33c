"""Filters act on everything shown, live in the URL, and are announced to other dashboards."""

import json
import re

from playwright.sync_api import expect
from websockets.sync.client import connect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import (
    chip,
    choose_filter,
    expect_feed,
    expect_number,
    expect_sessions,
    expect_status,
    post,
    show_minutes,
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
    plot = page.locator(".chart .plot")
    expect(plot).to_have_attribute("aria-label", re.compile("2 now"))
    show_minutes(page)
    # A minute may turn between the visits.
    last_two = re.compile("oldest first: (0, ){8}(0, 2|1, 1|2, 0)$")
    expect(plot).to_have_attribute("aria-label", last_two)
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
    page.get_by_role("button", name="Show all: Has seen").click()
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
    expect(chip(page, "on")).to_have_count(0)
    page.go_back()
    expect_sessions(page, "cid", "bob", "ann")
    assert page.url == server.url + "/"
    page.go_forward()
    expect_sessions(page, "cid", "ann")
    expect(chip(page, "country")).to_contain_text("India")
    expect_status(page, "connected")


def test_a_country_typed_in_other_letters_is_found(server: Running, open_page: OpenPage) -> None:
    view(server, "ann", country="Germany")
    view(server, "bob", country="Côte d'Ivoire")
    page = open_page(server)
    choose_filter(page, "country", "germany")
    expect_sessions(page, "ann")
    expect(chip(page, "country")).to_contain_text("Germany")
    assert page.url == server.url + "/?country=Germany"
    choose_filter(page, "country", "CÔTE D'IV")
    expect_sessions(page, "bob")


def test_a_filter_that_selects_nothing_says_so_and_suggests(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", "/pricing", country="Germany")
    page = open_page(server, "/?country=germny")
    hint = page.locator(".filter-hint")
    expect(hint).to_contain_text("“germny” is no country of today.")
    hint.get_by_role("button", name="Germany").click()
    expect_sessions(page, "ann")
    expect(hint).to_have_count(0)
    choose_filter(page, "page", "pric")
    expect(chip(page, "page")).to_contain_text("/pricing")
    expect_sessions(page, "ann")
    choose_filter(page, "page", "/nowhere")
    expect(hint).to_have_text("“/nowhere” is no page of today.")
    expect(page.locator(".sessions .empty")).to_have_text("No active session matches.")


def test_a_click_in_a_list_filters_by_it_and_the_next_takes_it_off(
    server: Running, open_page: OpenPage
) -> None:
    visit_from_everywhere(server)
    page = open_page(server)
    row = page.locator(".list-countries").get_by_role("button", name="United States")
    expect(row).to_have_attribute("aria-pressed", "false")
    row.click()
    expect_sessions(page, "bob")
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(chip(page, "country")).to_contain_text("United States")
    assert page.url == server.url + "/?country=USA"
    row.click()
    expect_sessions(page, "cid", "bob", "ann")
    expect(row).to_have_attribute("aria-pressed", "false")
    assert page.url == server.url + "/"


def test_filters_of_all_fields_are_chips_that_clear_takes_off(
    server: Running, open_page: OpenPage
) -> None:
    known = {"device": "mobile", "referrer": "news.ycombinator.com"}
    view(server, "ann", "/blog", country="India", metadata=known)
    view(server, "bob", "/blog", country="India", metadata={"device": "desktop"})
    page = open_page(server)
    page.locator(".list-sources").get_by_role("button", name="news.ycombinator.com").click()
    expect_sessions(page, "ann")
    page.locator(".list-devices").get_by_role("button", name="mobile").click()
    page.locator(".list-pages").get_by_role("button", name="/blog").click()
    expect(page.locator(".filter-chip")).to_have_count(3)
    expect_sessions(page, "ann")
    expect(page).to_have_url(
        re.compile(r"\?source=news\.ycombinator\.com&device=mobile&on=%2Fblog$")
    )
    view(server, "ann", "/pricing")
    expect(page.locator(".sessions .empty")).to_have_text("No active session matches.")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect_sessions(page, "ann", "bob")
    assert page.url == server.url + "/"
    page.go_back()
    expect(page.locator(".filter-chip")).to_have_count(3)


def test_returning_visitors_are_a_filter_that_rest_reads_the_same(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann")
    post(server, {"type": "session_end", "sessionId": "ann"})
    view(server, "ann")
    view(server, "bob")
    page = open_page(server)
    page.locator(".list-devices").get_by_role("button", name="Visitors").click()
    page.locator(".list-devices").get_by_role("button", name="returning").click()
    expect_sessions(page, "ann")
    assert page.url == server.url + "/?returning=true"
    asked = server.http.get("/api/analytics/sessions?returning=true").json()
    assert [session["sessionId"] for session in asked["sessions"]] == ["ann"]


def test_a_campaign_is_picked_and_its_visits_keep_it_on_further_pages(
    server: Running, open_page: OpenPage
) -> None:
    view(server, "ann", metadata={"campaign": "spring", "channel": "email"})
    view(server, "ann", metadata={"channel": "direct"})
    view(server, "bob")
    page = open_page(server, "/?channel=email")
    expect_sessions(page, "ann")
    page.get_by_role("button", name="Show all: Channel").click()
    expect_sessions(page, "bob", "ann")
    page.get_by_role("button", name="+ Filter").click()
    page.keyboard.type("spring")
    page.get_by_role("option", name="Campaign spring").click()
    expect(page.locator(".filter-chip", has_text="Campaign")).to_contain_text("spring")
    expect_sessions(page, "ann")
    expect(page).to_have_url(server.url + "/?campaign=spring")


def test_a_view_is_kept_by_its_name_and_its_address_works_elsewhere(
    server: Running, open_page: OpenPage
) -> None:
    visit_from_everywhere(server)
    page = open_page(server, "/?country=India")
    expect_sessions(page, "cid", "ann")
    page.get_by_role("button", name="+ Filter").click()
    page.get_by_label("Name of this view").fill("From India")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".view-name")).to_have_text("★ From India")
    expect(page).to_have_url(server.url + "/?country=India&view=From+India")
    page.get_by_role("button", name="Show all: Country").click()
    expect(page.locator(".view-name")).to_have_count(0)
    page.get_by_role("button", name="+ Filter").click()
    page.get_by_role("option", name="Saved view From India").click()
    expect_sessions(page, "cid", "ann")
    elsewhere = open_page(server, "/?country=India&view=From+India")
    expect_sessions(elsewhere, "cid", "ann")


def test_a_name_beyond_those_in_the_lists_is_found_by_typing(
    server: Running, open_page: OpenPage
) -> None:
    events = [
        {"type": "pageview", "page": f"/item/{number}", "sessionId": f"visitor-{number}"}
        for number in range(300)
    ]
    server.http.post("/api/events/batch", json=events)
    page = open_page(server)
    page.get_by_role("button", name="+ Filter").click()
    page.keyboard.type("item/299")
    page.keyboard.press("Enter")
    expect(chip(page, "on")).to_contain_text("/item/299")
    expect_sessions(page, "visitor-299")


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
