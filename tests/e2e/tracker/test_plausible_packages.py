"""Plausible's own packages in a real browser, pointed at this server."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.tracker.recorder import serving
from tests.ingest.client import summary
from tests.support import ROOT, Running, wait_until

PACKAGES = ROOT / "node_modules"
NEWER = """
import { init, track } from "/@plausible-analytics/tracker/plausible.js";
init({ domain: "shop.example", endpoint: "%s/api/event", captureOnLocalhost: true });
track("signup", { props: { plan: "pro" } });
"""
OLDER = """
import Plausible from "/plausible-tracker/build/module/index.js";
const { trackPageview, trackEvent } = Plausible({
    domain: "shop.example", apiHost: "%s", trackLocalhost: true });
trackPageview();
trackEvent("signup", { props: { plan: "pro" } });
"""


@pytest.fixture
def website() -> Iterator[Any]:
    """A page at /page with a script, and the packages beside it."""

    class Handler(BaseHTTPRequestHandler):
        script = ""

        def do_GET(self) -> None:
            if self.path == "/page":
                page = f'<!doctype html><script type="module">{self.script}</script>'
                return self._answer(page.encode(), "text/html")
            file = PACKAGES / self.path.lstrip("/")
            file = file if file.suffix == ".js" else file.with_name(file.name + ".js")
            if not file.is_file():
                return self.send_error(404)
            return self._answer(file.read_bytes(), "text/javascript")

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as port:
        yield port, Handler


@pytest.mark.parametrize("script", [NEWER, OLDER], ids=["newer", "older"])
def test_a_page_with_plausibles_package_is_counted(
    server: Running, context: BrowserContext, website: Any, script: str
) -> None:
    port, handler = website
    handler.script = script % server.url
    page = context.new_page()
    noticed: list[str] = []
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.goto(f"http://127.0.0.1:{port}/page")
    wait_until(lambda: summary(server)["totalEvents"] == 2, "a pageview and an event")
    events = {each["type"]: each for each in summary(server)["recentEvents"]}
    assert events["pageview"]["page"] == "/page"
    assert events["custom"]["name"] == "signup"
    assert events["custom"]["metadata"]["plan"] == "pro"
    assert events["custom"]["sessionId"] == events["pageview"]["sessionId"]
    assert noticed == []
