"""What fields can hold: the worst that is allowed, filters of ever new names, and what should not
get into a log or through a parser."""

import json

from bench.hostile.attack_client import Kind, Peer, request

CLOSE = "Connection: close"
JSON = "Content-Type: application/json"
WIDE = "\N{SHOPPING TROLLEY}"
EMPTY = [{} for _ in range(2_400)]
"""7 KiB of JSON, and 150 kB of Python's memory."""

POISON = ("\x1b[2J\x1b[31m", "\u202egnp.exe", "\u2066\u200b", "\x07\x08", "%0d%0aSet-Cookie: a=b")
BODIES = (
    b'{"type":"pageview","page":"/","sessionId":"a","metadata":' + b"[" * 20_000,
    b'{"type":"pageview","page":"/","sessionId":"a","metadata":' + b'{"a":' * 9_000,
    b'{"type":"custom","name":"n","sessionId":"a","metadata":{"x":NaN}}',
    b'{"type":"custom","name":"n","sessionId":"a","metadata":{"x":1e999}}',
    b'{"type":"pageview","page":"/","sessionId":"\\ud800"}',
    b'{"type":"pageview","page":"/\x1b[2J","sessionId":"a"}',
    b'{"type":"pageview","page":"/","sessionId":' + b"9" * 5_000 + b"}",
    b"\xff\xfe{}",
)


def worst(number: int) -> bytes:
    """An event with the longest of everything, and everything new."""
    event = {
        "type": "pageview",
        "page": f"/{number}" + WIDE * 2_000,
        "sessionId": f"{number}-" + WIDE * 100,
        "country": f"{number}" + WIDE * 50,
        "name": f"{number}" + WIDE * 50,
        "metadata": {
            "device": f"{number}",
            "referrer": f"{number}" + WIDE * 200,
            "x": EMPTY,
        },
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


async def send_the_worst(peer: Peer, number: int) -> str:
    return await peer.ask(request("POST /api/events", JSON, CLOSE, body=worst(number)))


async def filter_anew(peer: Peer, number: int) -> str:
    what = ("summary?page=", "summary?country=", "sessions?limit=100&page=")[number % 3]
    return await peer.ask(request(f"GET /api/analytics/{what}/{number}", CLOSE))


async def poison(peer: Peer, number: int) -> str:
    text = POISON[number % len(POISON)]
    turn = number % 5
    if turn == 0:
        return await peer.ask(request(f"GET /{text}", CLOSE))
    if turn == 1:
        return await peer.ask(request("GET /nothing", f"User-Agent: {text}", f"X: {text}", CLOSE))
    if turn == 2:
        form = "Content-Type: application/x-www-form-urlencoded"
        return await peer.ask(request("POST /login", form, CLOSE, body=b"token=guess%d" % number))
    if turn == 3:
        return await peer.ask(request("GET /api/analytics/summary", f"Origin: {text}", CLOSE))
    body = BODIES[number // 5 % len(BODIES)]
    return await peer.ask(request("POST /api/events", JSON, CLOSE, body=body))


KINDS = {
    "worst fields": Kind(send_the_worst, 20),
    "filters": Kind(filter_anew, 150),
    "poison": Kind(poison, 60),
}
