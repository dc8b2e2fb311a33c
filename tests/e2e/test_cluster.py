"""Six pages on three nodes show the same numbers, and say it when the order of events is gone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cluster.nodes import agree, running
from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_number, view
from tests.redis_server import RedisServer
from tests.support import Running


@pytest.fixture
def nodes(tmp_path: Path, redis: RedisServer) -> Iterator[list[Running]]:
    with running(tmp_path, redis.journal()) as started:
        yield started


def test_six_pages_on_three_nodes_show_the_same(nodes: list[Running], open_page: OpenPage):
    pages = [open_page(nodes[number % 3]) for number in range(6)]
    for number in range(12):
        view(nodes[number % 3], f"visitor-{number % 7}", f"/{number % 4}")
    agree(nodes, 12)
    for page in pages:
        expect_number(page, "active", "7")
        expect_number(page, "dashboards", "6")
        expect(page.locator(".feed-row")).to_have_count(12)
    shown = [" ".join(page.locator(".list-sources").inner_text().split()) for page in pages]
    assert set(shown) == {shown[0]}


def test_a_page_says_that_no_events_are_taken_and_when_its_history_began_anew(
    redis: RedisServer, nodes: list[Running], open_page: OpenPage
):
    page = open_page(nodes[0])
    view(nodes[1], "ann")
    expect_number(page, "active", "1")
    redis.pause()
    expect(page.locator(".status-state")).to_have_text("Not taking events")
    expect(page.locator(".status-fresh")).to_have_text(re.compile(r"^numbers as of \d"))
    redis.go_on()
    expect(page.locator(".status-state")).to_have_text("Connected")
    redis.redis.flushall()
    expect_anew(page)
    view(nodes[2], "bob", "/after")
    expect(page.locator(".feed-row")).to_have_count(1)
    expect(page.locator(".feed-row").first).to_contain_text("/after")


def expect_anew(page: Page) -> None:
    expect(page.locator(".status-fresh")).to_have_text("the history began anew")
    expect_number(page, "active", "0")
    expect(page.locator(".feed-row")).to_have_count(0)
