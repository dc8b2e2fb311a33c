"""Where the time of a plain event goes: the fast way in, driven in this process over connections
that only remember what is written, so that neither the kernel nor a client takes part. Layer after
layer is left out; what a layer costs is the difference.
``python -m bench.micro.layers``; JSON lines.

What the kernel and the event loop add is what ``make bench`` measures beyond the sum."""

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
from ingest.fastpath.self_test import Remembering
from ingest.pipeline.schema import read_plain
from main import build
from state.analytics import Applied, Outcome
from state.journal.base import Record
from state.settings.settings import load

DATE = [(b"date", b"Tue, 24 Nov 2026 12:00:00 GMT"), (b"server", b"uvicorn")]
COUNTRIES = ("India", "USA", "Germany")
REFERRERS = ("google.com", "news.example.org", "search.example.com", "social.example.net")
HEAD = "POST /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
TURN = 32
ROUND = 64 * TURN


class Last(Remembering):
    """Remembers the last answer."""

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written = data


def body(number: int, sessions: int) -> bytes:
    """An event as the load client of ``make bench`` sends them."""
    luck = random.Random(number)
    visitor = luck.randrange(sessions)
    kind = luck.choices(("pageview", "click", "custom"), (75, 20, 5))[0]
    event: dict[str, object] = {
        "type": kind,
        "page": f"/products/item-{luck.randrange(50):02d}",
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


def doors(context: AppContext) -> list[EventProtocol]:
    made = []
    kind = event_protocol(context)
    config = Config(lambda: None, http=kind, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    state.default_headers = DATE
    for _ in range(TURN):
        door = kind(config=config, server_state=state, app_state={})
        transport = Last()
        transport.set_protocol(door)
        door.connection_made(transport)
        made.append(door)
    return made


async def served(bodies: list[bytes], *, counted: bool) -> float:
    """Microseconds an event from a connection's bytes to the answer's; without the state, where
    not ``counted``."""
    context = build(load([]))
    await context.pipeline.start()
    if not counted:
        context.analytics.apply = _leave_out  # type: ignore[method-assign]
    context.hub.has_audience = lambda now: False  # type: ignore[method-assign]
    own = doors(context)
    requests = [f"{HEAD}Content-Length: {len(b)}\r\n\r\n".encode() + b for b in bodies]

    def turns(some: list[bytes]) -> None:
        for start in range(0, len(some), TURN):
            for door, request in zip(own, some[start : start + TURN], strict=False):
                door.data_received(request)
            own[0].batcher.flush()

    took = timed(requests, turns)
    assert all(b"HTTP/1.1 201" in door.transport.written for door in own)
    return took


def _leave_out(record: Record) -> Applied:
    return Applied([], [Outcome(event.id, record.at) for event in record.what])  # type: ignore[union-attr]


def read(bodies: list[bytes]) -> float:
    def read_all(some: list[bytes]) -> None:
        for each in some:
            read_plain(each)

    return timed(bodies, read_all)


def timed(what: list[bytes], do: Callable[[list[bytes]], None]) -> float:
    gc.collect()
    gc.freeze()
    times = []
    for start in range(0, len(what) - ROUND, ROUND):
        some = what[start : start + ROUND]
        began = perf_counter()
        do(some)
        times.append((perf_counter() - began) / ROUND * 1e6)
    gc.unfreeze()
    return median(times[len(times) // 3 :])


async def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--events", type=int, default=200_000)
    asked = parser.parse_args()
    for sessions in asked.sessions:
        bodies = [body(number, sessions) for number in range(asked.events)]
        whole, bare = await served(bodies, counted=True), await served(bodies, counted=False)
        reading = read(bodies)
        print(
            json.dumps(
                {
                    "sessions": sessions,
                    "us an event": round(whole, 2),
                    "of that connection, head, limits and answer": round(bare - reading, 2),
                    "of that JSON, checks and times": round(reading, 2),
                    "of that journal, state and account": round(whole - bare, 2),
                }
            )
        )


if __name__ == "__main__":
    uvloop.run(main())
