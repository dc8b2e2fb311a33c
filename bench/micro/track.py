"""Measure what an event costs at the door for browsers, beside one at ``/api/events``: 1,000
different User-Agents in rotation, 200 pages, five referrers, and ids that are derived.

    python -m bench.micro.track [--events N] [--rounds N]

Prints microseconds an event, from the bytes of the request to those of the response, and their
ratio. As in ``bench.micro.layers`` no kernel and no client is measured. Both are measured in turns.
With more than 60,000 events a visitor would view so many pages that it is a bot."""

import argparse
import json
from statistics import median

import uvloop

from bench.micro.layers import HEAD, event_body, measure_requests
from main import build
from state.settings.settings import load

AGENTS = 1_000
PAGES = 200
SITES = ("news.ycombinator.com", "www.google.com", "github.com", "t.co", "www.example.org")
TRACK = (
    "POST /api/track HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n"
    'Content-Length: %d\r\nsec-ch-ua-platform: "Windows"\r\n'
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0.%d.0 Safari/537.36\r\n"
    "Content-Type: text/plain;charset=UTF-8\r\nAccept: */*\r\nOrigin: https://www.example.org\r\n"
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"
    "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-GB,en;q=0.9\r\n\r\n"
)


async def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    events = [event_request(number) for number in range(options.events)]
    tracked = [track_request(number) for number in range(options.events)]
    ratios = []
    for _ in range(options.rounds):
        events_us = await measure_door(events, b"HTTP/1.1 201")
        tracked_us = await measure_door(tracked, b"HTTP/1.1 202")
        ratios.append(tracked_us / events_us)
        row = {"events_us": round(events_us, 2), "track_us": round(tracked_us, 2)}
        print(json.dumps(row | {"ratio": round(ratios[-1], 2)}))
    print(json.dumps({"median_ratio": round(median(ratios), 2)}))


async def measure_door(requests: list[bytes], answer: bytes) -> float:
    """Return microseconds a request, of a server of its own."""
    context = build(load([]))
    await context.pipeline.start()
    context.tracking.salts.refresh()
    context.hub.has_audience = lambda now: False  # type: ignore[method-assign]
    return measure_requests(context, requests, answer)


def event_request(number: int) -> bytes:
    body = event_body(number, 1_000)
    return f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body


def track_request(number: int) -> bytes:
    """What the tracker sends of one of 1,000 visitors."""
    site = SITES[number % len(SITES)]
    event = {
        "type": "pageview",
        "url": f"https://www.example.org/products/item-{number * 7 % PAGES:03d}",
        "referrer": f"https://{site}/{number % 4}",
        "timezone": "Europe/Berlin",
        "language": "en-GB",
        "screen": "1920x1080",
    }
    body = json.dumps(event, separators=(",", ":")).encode()
    return (TRACK % (len(body), number % AGENTS)).encode() + body


if __name__ == "__main__":
    uvloop.run(main())
