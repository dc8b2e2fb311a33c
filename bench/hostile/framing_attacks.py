"""Requests that would be two for one who reads them otherwise. What they hide is a reset, so that a
single one that gets through shows in the totals."""

from bench.hostile.attack_client import Kind, Peer, request

JSON = "Content-Type: application/json"
RESET = request("POST /api/analytics/reset", JSON, body=b'{"confirm":"reset"}')
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(RESET), RESET)
UPGRADES = (
    ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
    ("Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    ("Connection: Upgrade", "Upgrade: TLS/1.0, HTTP/2.0"),
)
LENGTH = f"Content-Length: {len(RESET)}"
ODD = (
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


async def offer_an_upgrade(peer: Peer, number: int) -> str:
    """The body comes in a packet of its own."""
    lines = UPGRADES[number % len(UPGRADES)]
    path = ("/api/events", "/login", "/nothing", "/")[number // 3 % 4]
    return await peer.ask(request(f"POST {path}", JSON, *lines, LENGTH), RESET)


async def frame_oddly(peer: Peer, number: int) -> str:
    lines = ODD[number % len(ODD)]
    body = CHUNKED if "chunked" in " ".join(lines) else RESET
    return await peer.ask(request("POST /api/events", JSON, *lines), body)


async def smuggle(peer: Peer, number: int) -> str:
    return await (offer_an_upgrade if number % 2 else frame_oddly)(peer, number // 2)


KINDS = {"smuggling": Kind(smuggle, 60)}
