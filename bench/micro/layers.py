"""Measure how the CPU time of a single event is distributed over the layers of the fast path.

    python -m bench.micro.layers [--sessions N …] [--events N]

Prints JSON lines, in microseconds an event. The protocol runs in this process over transports that
only store what is written, so that no kernel and no client is measured. Layers are removed
one after the other; a layer's cost is the difference. ``make bench`` measures the sum together with
the kernel and the event loop."""

import argparse
import gc
import json
import random
from collections.abc import Callable
from statistics import median
from time import perf_counter

import uvloop
from uvicorn import Config
from uvicorn.server import ServerState

from ingest.context import AppContext
from ingest.fastpath.event_protocol import EventProtocol, event_protocol
from ingest.fastpath.self_test import RecordingTransport
from ingest.pipeline.schema import read_plain
from main import build
from state.applied import Applied
from state.journal.base import Record
from state.settings.settings import load

DEFAULT_HEADERS = [(b"date", b"Tue, 24 Nov 2026 12:00:00 GMT"), (b"server", b"uvicorn")]
COUNTRIES = ("India", "USA", "Germany")
REFERRERS = ("google.com", "news.example.org", "search.example.com", "social.example.net")
HEAD = "POST /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CONNECTIONS = 32
"""Requests between two flushes of the batcher, one on each connection."""
CHUNK = 64 * CONNECTIONS
"""Events that are timed together."""


async def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--events", type=int, default=200_000)
    options = parser.parse_args()
    for sessions in options.sessions:
        bodies = [event_body(number, sessions) for number in range(options.events)]
        whole_us = await measure_fast_path(bodies, with_state=True)
        stateless_us = await measure_fast_path(bodies, with_state=False)
        parsing_us = measure_parsing(bodies)
        row = {
            "sessions": sessions,
            "total_us": round(whole_us, 2),
            "connection_head_limits_response_us": round(stateless_us - parsing_us, 2),
            "json_validation_us": round(parsing_us, 2),
            "journal_state_counters_us": round(whole_us - stateless_us, 2),
        }
        print(json.dumps(row))


async def measure_fast_path(bodies: list[bytes], *, with_state: bool) -> float:
    """Return microseconds an event from the bytes of the request to those of the response.

    Without the state, ``Analytics.apply`` is replaced by a function that counts nothing.
    """
    context = build(load([]))
    await context.pipeline.start()
    if not with_state:
        context.analytics.apply = _apply_nothing  # type: ignore[method-assign]
    context.hub.has_audience = lambda now: False  # type: ignore[method-assign]
    requests = [f"{HEAD}Content-Length: {len(b)}\r\n\r\n".encode() + b for b in bodies]
    return measure_requests(context, requests, b"HTTP/1.1 201")


def measure_requests(context: AppContext, requests: list[bytes], answer: bytes) -> float:
    """Return microseconds a request; the fast path has to answer all of them like that."""
    protocols = connected_protocols(context)

    def send(chunk: list[bytes]) -> None:
        for start in range(0, len(chunk), CONNECTIONS):
            turn = chunk[start : start + CONNECTIONS]
            for protocol, request in zip(protocols, turn, strict=False):
                protocol.data_received(request)
            protocols[0].batcher.flush()

    time_us = measure(requests, send)
    assert all(answer in protocol.transport.written for protocol in protocols)
    return time_us


def measure_parsing(bodies: list[bytes]) -> float:
    """Return microseconds an event to parse and validate its JSON."""

    def parse(chunk: list[bytes]) -> None:
        for body in chunk:
            read_plain(body)

    return measure(bodies, parse)


def measure(inputs: list[bytes], process: Callable[[list[bytes]], None]) -> float:
    """Return microseconds an input: the median of the chunks after the first third."""
    gc.collect()
    gc.freeze()
    times_us = []
    for start in range(0, len(inputs) - CHUNK, CHUNK):
        chunk = inputs[start : start + CHUNK]
        started_at = perf_counter()
        process(chunk)
        times_us.append((perf_counter() - started_at) / CHUNK * 1e6)
    gc.unfreeze()
    return median(times_us[len(times_us) // 3 :])


class LastWrite(RecordingTransport):
    """A transport that stores the last write only."""

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written = data


def connected_protocols(context: AppContext) -> list[EventProtocol]:
    """Connect a protocol for each of the connections."""
    protocols = []
    protocol_class = event_protocol(context)
    config = Config(lambda: None, http=protocol_class, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    state.default_headers = DEFAULT_HEADERS
    for _ in range(CONNECTIONS):
        protocol = protocol_class(config=config, server_state=state, app_state={})
        transport = LastWrite()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocols.append(protocol)
    return protocols


def event_body(number: int, sessions: int) -> bytes:
    """Make an event like those of the load client (``write_event`` in load/events.h)."""
    choice = random.Random(number)
    visitor = choice.randrange(sessions)
    kind = choice.choices(("pageview", "click", "custom"), (75, 20, 5))[0]
    event: dict[str, object] = {
        "type": kind,
        "page": f"/products/item-{choice.randrange(50):02d}",
        "sessionId": f"visitor-{visitor:06d}",
        "timestamp": f"2026-11-24T12:{number // 60_000 % 60:02d}:{number // 1000 % 60:02d}"
        f".{number % 1000:03d}Z",
        "country": COUNTRIES[visitor % 3],
        "metadata": {"device": "desktop", "referrer": REFERRERS[visitor % 4]},
    }
    if kind == "custom":
        event["name"] = "newsletter-signup"
    if number % 2:
        event["eventId"] = f"layers-{number:010d}"
    return json.dumps(event, separators=(",", ":")).encode()


def _apply_nothing(record: Record) -> Applied:
    return Applied([], record.at, len(record.what), {})


if __name__ == "__main__":
    uvloop.run(main())
