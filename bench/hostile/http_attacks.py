"""Attacks that keep the server busy or waiting: pages without a browser, unknown paths, incomplete
requests, and silent connections."""

from bench.hostile.attack_client import Attack, AttackClient, request

JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
CLOSE = "Connection: close"
HOLD_S = 60.0
SILENT_CONNECTIONS = 1_100
UNKNOWN_PATHS = (
    *("/assets/x/y", "/nothing", "/assets/", "/_nicegui/x/y.js", "/ws/", "/api/nothing", "/docs/x"),
    *("/%2e%2e/main.py", "/assets/%00", "/.env", "/_nicegui_ws/nothing"),
)
INCOMPLETE_REQUESTS = (
    b"POST /login HTTP/1.1\r\nHost: a",
    request("POST /login", FORM, "Content-Length: 100") + b"token=",
    b"POST /api/events HTTP/1.1\r\nContent-Le",
    request("POST /api/events", JSON, "Content-Length: 100") + b'{"type"',
    request("POST /api/analytics/reset", JSON, "Content-Length: 100") + b'{"confirm"',
    request("POST /api/events/batch", JSON, "Transfer-Encoding: chunked") + b"5\r\n[",
    b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n",
)


async def request_page(client: AttackClient, number: int) -> str:
    """Request the page without opening its socket."""
    return await client.send(request("GET /", CLOSE, "Accept: text/html"))


async def request_unknown_path(client: AttackClient, number: int) -> str:
    """Request a path that does not exist, with a new query."""
    path = UNKNOWN_PATHS[number % len(UNKNOWN_PATHS)]
    return await client.send(request(f"GET {path}?{number}", CLOSE))


async def send_incomplete_request(client: AttackClient, number: int) -> str:
    """Send the first part of a request and hold the connection."""
    return await client.hold(INCOMPLETE_REQUESTS[number % len(INCOMPLETE_REQUESTS)], HOLD_S)


async def hold_silent_connection(client: AttackClient, number: int) -> str:
    """Open a connection and send nothing."""
    return await client.hold(b"", HOLD_S)


ATTACKS = {
    "unopened pages": Attack(request_page, 40),
    "unknown paths": Attack(request_unknown_path, 150),
    "incomplete requests": Attack(send_incomplete_request, 50, workers=200),
    "silent connections": Attack(hold_silent_connection, 400, workers=SILENT_CONNECTIONS),
}
