"""A website with the tracker, and a door that records what the tracker sends to it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support import ROOT, wait_until

SCRIPT = (ROOT / "ingest" / "tracking" / "script" / "tracker.min.js").read_bytes()
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<script>window.visitors=window.visitors||function(){(visitors.q=visitors.q||[]).push(arguments)}
visitors("early", {at: "load"})</script>
<script defer src="/tracker.js" %s></script>
<button data-track="buy">Buy</button>
<a id="file" href="/prices.csv?secret=1" download>Prices</a>
<a id="away" href="https://other.example/a?secret=1#b" onclick="event.preventDefault()">Away</a>
<form data-track="order" onsubmit="event.preventDefault()"><button>Order</button></form>
<p style="height: 3000px">Text</p>"""


class Website:
    """Serves one page at every path. ``status`` is the door's answer to what is sent."""

    def __init__(self, port: int, events: list[dict[str, Any]]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.events = events
        self.headers: list[dict[str, str]] = []
        self.attributes = "data-local"
        self.status = 202

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def wait_for(self, *types: str) -> list[dict[str, Any]]:
        """All events, once exactly these types have come in this order."""
        wait_until(lambda: len(self.events) >= len(types), f"{types}, not {self.types()}")
        assert self.types() == list(types), self.types()
        return self.events


@contextmanager
def website() -> Iterator[Website]:
    events: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path == "/tracker.js"
            body = SCRIPT if is_script else (PAGE % site.attributes).encode()
            self._answer(200, body, "text/javascript" if is_script else "text/html")

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            site.headers.append(dict(self.headers))
            events.extend(sent if isinstance(sent, list) else [sent])
            self._answer(site.status, b"{}", "application/json")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as port:
        site = Website(port, events)
        yield site


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """A server of the test's own. Gives its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
