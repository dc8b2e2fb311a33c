"""Requests that keep the server busy or waiting: pages without a browser, paths that aren't there,
halves, and silence."""

from bench.hostile.attack_client import Kind, Peer, request

JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
CLOSE = "Connection: close"
HELD_S = 60.0
SILENT = 1_100
PATHS = (
    *("/assets/x/y", "/nothing", "/assets/", "/_nicegui/x/y.js", "/ws/", "/api/nothing", "/docs/x"),
    *("/%2e%2e/main.py", "/assets/%00", "/.env", "/_nicegui_ws/nothing"),
)
HALVES = (
    b"POST /login HTTP/1.1\r\nHost: a",
    request("POST /login", FORM, "Content-Length: 100") + b"token=",
    b"POST /api/events HTTP/1.1\r\nContent-Le",
    request("POST /api/events", JSON, "Content-Length: 100") + b'{"type"',
    request("POST /api/analytics/reset", JSON, "Content-Length: 100") + b'{"confirm"',
    request("POST /api/events/batch", JSON, "Transfer-Encoding: chunked") + b"5\r\n[",
    b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n",
)


async def open_no_page(peer: Peer, number: int) -> str:
    return await peer.ask(request("GET /", CLOSE, "Accept: text/html"))


async def ask_for_nothing(peer: Peer, number: int) -> str:
    path = PATHS[number % len(PATHS)]
    return await peer.ask(request(f"GET {path}?{number}", CLOSE))


async def send_half(peer: Peer, number: int) -> str:
    return await peer.hold(HALVES[number % len(HALVES)], HELD_S)


async def stay_silent(peer: Peer, number: int) -> str:
    return await peer.hold(b"", HELD_S)


KINDS = {
    "unopened pages": Kind(open_no_page, 40),
    "unknown paths": Kind(ask_for_nothing, 150),
    "half-sent": Kind(send_half, 50, workers=200),
    "silent": Kind(stay_silent, 400, workers=SILENT),
}
