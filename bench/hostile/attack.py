"""All kinds of hostile clients at once, each from an address of its own, for so many seconds:
``python -m bench.hostile.attack PORT SECONDS [WITHOUT …]``. Prints what came of their acts, as one
line of JSON every five seconds, counted from the beginning. ``bench/hostile.py`` runs it."""

import asyncio
import json
import resource
import sys
from collections.abc import Collection
from time import monotonic

from bench.hostile import field_attacks as field_kinds
from bench.hostile import framing_attacks as framing_kinds
from bench.hostile import http_attacks as http_kinds
from bench.hostile import websocket_attacks as socket_kinds
from bench.hostile.attack_client import Kind, Peer

KINDS: dict[str, Kind] = {
    **http_kinds.KINDS,
    **field_kinds.KINDS,
    **socket_kinds.KINDS,
    **framing_kinds.KINDS,
}
OPEN_FILES = 4_096
REPORT_S = 5.0


async def attack(port: int, seconds: float, without: Collection[str]) -> None:
    until = monotonic() + seconds
    peers = {
        name: Peer(port, f"127.0.1.{number}", until)
        for number, name in enumerate(KINDS, start=1)
        if name not in without
    }
    reporting = asyncio.create_task(report(peers))
    await asyncio.gather(*(KINDS[name].run(peer) for name, peer in peers.items()))
    reporting.cancel()
    tell(peers)


async def report(peers: dict[str, Peer]) -> None:
    while True:
        await asyncio.sleep(REPORT_S)
        tell(peers)


def tell(peers: dict[str, Peer]) -> None:
    print(json.dumps({name: dict(peer.done) for name, peer in peers.items()}), flush=True)


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    asyncio.run(attack(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
