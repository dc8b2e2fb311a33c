"""The page in another browser than Chromium, which negotiates compression in its own way."""

from functools import partial

from tests.e2e.conftest import OpenPage
from tests.e2e.connections.firefox import Firefox
from tests.e2e.connections.lossy import SHOWN, is_right, proxy_of, traffic
from tests.support import Running, wait_until

CUTS = 3
WATCH = """(() => {
    const script = document.createElement("script");
    script.textContent = `
        wholes = changes = 0;
        window.socket.on("visitors.view", ({base, number}) => {
            if (base === null) wholes += 1, changes = 0;
            else if (base !== number) changes += 1;
        });`;
    document.head.append(script);
})()"""
CONNECTED = "document.querySelector('.status.connected') !== null"
EXTENSIONS = "window.socket.io.engine.transport.ws.extensions"


def test_the_page_is_right_in_firefox_however_often_it_loses_its_connection(
    server: Running, firefox: Firefox, open_page: OpenPage
) -> None:
    other = open_page(server)
    with proxy_of(server) as proxy:
        firefox.go_to(proxy.url)
        wait_until(lambda: firefox.evaluate(CONNECTED), "the connection")
        assert "permessage-deflate" in firefox.evaluate(EXTENSIONS)
        firefox.evaluate(WATCH)
        with traffic(server):
            for number in range(1, CUTS + 1):
                proxy.cut()
                wait_until(lambda number=number: received(firefox) == (number, True), "views")
        shown = partial(firefox.evaluate, f"({SHOWN})()")
        shown_there = partial(other.evaluate, SHOWN)
        wait_until(lambda: is_right(server, shown, shown_there), "a page that is right")
    assert received(firefox)[0] == CUTS


def received(firefox: Firefox) -> tuple[int, bool]:
    """The whole views since it is watched, and whether the last one has changed."""
    wholes, changes = firefox.evaluate("[window.wholes, window.changes]")
    return wholes, changes > 0
