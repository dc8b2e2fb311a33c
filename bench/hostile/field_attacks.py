"""Attacks by the contents of fields: the largest events that are allowed, filters by new names, and
text that should not reach a log or pass a parser."""

import json

from bench.hostile.attack_client import Attack, AttackClient, request

CLOSE = "Connection: close"
JSON = "Content-Type: application/json"
FOUR_BYTES = "\N{SHOPPING TROLLEY}"
EMPTY_OBJECTS: list[dict[str, str]] = [{} for _ in range(2_400)]
"""7 KiB of JSON that Python parses to 150 kB."""

CONTROL_TEXTS = (
    "\x1b[2J\x1b[31m",
    "\u202egnp.exe",
    "\u2066\u200b",
    "\x07\x08",
    "%0d%0aSet-Cookie: a=b",
)
MALFORMED_BODIES = (
    b'{"type":"pageview","page":"/","sessionId":"a","metadata":' + b"[" * 20_000,
    b'{"type":"pageview","page":"/","sessionId":"a","metadata":' + b'{"a":' * 9_000,
    b'{"type":"custom","name":"n","sessionId":"a","metadata":{"x":NaN}}',
    b'{"type":"custom","name":"n","sessionId":"a","metadata":{"x":1e999}}',
    b'{"type":"pageview","page":"/","sessionId":"\\ud800"}',
    b'{"type":"pageview","page":"/\x1b[2J","sessionId":"a"}',
    b'{"type":"pageview","page":"/","sessionId":' + b"9" * 5_000 + b"}",
    b"\xff\xfe{}",
)


def largest_event(number: int) -> bytes:
    """Make an event in which every field has its maximum size and a new value."""
    event = {
        "type": "pageview",
        "page": f"/{number}" + FOUR_BYTES * 2_000,
        "sessionId": f"{number}-" + FOUR_BYTES * 100,
        "country": f"{number}" + FOUR_BYTES * 50,
        "name": f"{number}" + FOUR_BYTES * 50,
        "metadata": {
            "device": f"{number}",
            "referrer": f"{number}" + FOUR_BYTES * 200,
            "x": EMPTY_OBJECTS,
        },
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


async def post_largest_event(client: AttackClient, number: int) -> str:
    """Post an event with fields of maximum size."""
    body = largest_event(number)
    return await client.send(request("POST /api/events", JSON, CLOSE, body=body))


async def query_new_filter(client: AttackClient, number: int) -> str:
    """Query under a filter that was not used before."""
    what = ("summary?page=", "summary?country=", "sessions?limit=100&page=")[number % 3]
    return await client.send(request(f"GET /api/analytics/{what}/{number}", CLOSE))


async def send_malformed_input(client: AttackClient, number: int) -> str:
    """Send control characters in a path, in headers or to the login, or a malformed body."""
    text = CONTROL_TEXTS[number % len(CONTROL_TEXTS)]
    turn = number % 5
    if turn == 0:
        return await client.send(request(f"GET /{text}", CLOSE))
    if turn == 1:
        return await client.send(
            request("GET /nothing", f"User-Agent: {text}", f"X: {text}", CLOSE)
        )
    if turn == 2:
        form = "Content-Type: application/x-www-form-urlencoded"
        return await client.send(
            request("POST /login", form, CLOSE, body=b"token=guess%d" % number)
        )
    if turn == 3:
        return await client.send(request("GET /api/analytics/summary", f"Origin: {text}", CLOSE))
    body = MALFORMED_BODIES[number // 5 % len(MALFORMED_BODIES)]
    return await client.send(request("POST /api/events", JSON, CLOSE, body=body))


ATTACKS = {
    "largest fields": Attack(post_largest_event, 20),
    "filters": Attack(query_new_filter, 150),
    "malformed input": Attack(send_malformed_input, 60),
}
