"""Run all attacks at once, each from an address of its own.

    python -m bench.hostile.attack PORT SECONDS [WITHOUT …]

Prints the outcomes so far as one line of JSON, every five seconds and at the end. ``bench.hostile``
runs this as a process of its own."""

import asyncio
import json
import resource
import sys
from collections.abc import Collection
from time import monotonic

from bench.hostile import field_attacks, framing_attacks, http_attacks, websocket_attacks
from bench.hostile.attack_client import Attack, AttackClient

ATTACKS: dict[str, Attack] = {
    **http_attacks.ATTACKS,
    **field_attacks.ATTACKS,
    **websocket_attacks.ATTACKS,
    **framing_attacks.ATTACKS,
}
OPEN_FILES = 4_096
REPORT_S = 5.0


async def attack(port: int, seconds: float, without: Collection[str]) -> None:
    """Run the attacks, except those named in ``without``, for ``seconds``."""
    until = monotonic() + seconds
    clients = {
        name: AttackClient(port, f"127.0.1.{number}", until)
        for number, name in enumerate(ATTACKS, start=1)
        if name not in without
    }
    reporting = asyncio.create_task(report_regularly(clients))
    await asyncio.gather(*(ATTACKS[name].run(client) for name, client in clients.items()))
    reporting.cancel()
    report(clients)


async def report_regularly(clients: dict[str, AttackClient]) -> None:
    while True:
        await asyncio.sleep(REPORT_S)
        report(clients)


def report(clients: dict[str, AttackClient]) -> None:
    outcomes = {name: dict(client.outcomes) for name, client in clients.items()}
    print(json.dumps(outcomes), flush=True)


def limit_open_files() -> None:
    """Allow 4,096 open files, or as many as the hard limit permits."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


if __name__ == "__main__":
    limit_open_files()
    asyncio.run(attack(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
