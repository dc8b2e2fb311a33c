"""The number of dashboards is right at every moment, pages and raw sockets together."""

from playwright.sync_api import BrowserContext
from websockets.sync.client import connect

from tests.e2e.conftest import OpenPage
from tests.e2e.screen import expect_number
from tests.support import Running, wait_until


def dashboards(server: Running) -> int:
    return int(server.http.get("/api/analytics/summary").json()["totalDashboards"])


def expect_dashboards(server: Running, number: int) -> None:
    wait_until(lambda: dashboards(server) == number, f"{number} dashboards")


def test_pages_and_sockets_are_counted_together(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    expect_number(page, "dashboards", "1")
    with connect(server.url.replace("http", "ws") + "/ws", proxy=None):
        expect_number(page, "dashboards", "2")
        other = open_page(server)
        expect_number(page, "dashboards", "3")
        other.close()
        expect_number(page, "dashboards", "2")
    expect_number(page, "dashboards", "1")


def test_reloads_never_make_the_count_wrong(server: Running, open_page: OpenPage) -> None:
    page, reloading = open_page(server), open_page(server)
    for _ in range(5):
        reloading.reload()
        reloading.wait_for_selector(".status.connected")
    expect_number(page, "dashboards", "2")
    expect_dashboards(server, 2)


def test_a_drop_of_the_connection_is_counted_once(server: Running, open_page: OpenPage) -> None:
    page, dropping = open_page(server), open_page(server, may_break=True)
    context: BrowserContext = dropping.context
    for _ in range(3):
        context.set_offline(True)
        dropping.evaluate("window.socket.io.engine.close()")
        expect_number(page, "dashboards", "1")
        context.set_offline(False)
        expect_number(page, "dashboards", "2")
    expect_dashboards(server, 2)


def test_a_page_that_is_loaded_without_a_socket_is_nobody(server: Running) -> None:
    for _ in range(3):
        assert server.http.get("/").status_code == 200
    assert dashboards(server) == 0
