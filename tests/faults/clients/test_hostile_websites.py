"""A page of somebody else's website that sends to the tracker's door whatever it likes."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.raw import statuses
from tests.support import BOUND_S, Running, StartServer

AT_ONCE = 100
MANY = 10_000
MB = 2**20
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0"
BUDGETS = (
    *("--sites", "shop,blog", "--session-timeout-s", "1"),
    *(
        "--sessions-bytes",
        str(16 * MB),
        "--names-bytes",
        str(4 * MB),
        "--windows-bytes",
        str(4 * MB),
    ),
    *("--event-ids-bytes", str(4 * MB), "--visitors-bytes", str(2 * MB)),
    *(
        "--windows-bytes",
        str(4 * MB),
        "--history-bytes",
        str(2 * MB),
        "--recent-bytes",
        str(4 * MB),
    ),
)


@pytest.fixture
def shop(start_server: StartServer) -> Running:
    return start_server(*BUDGETS)


def hit(agent: str = CHROME, **fields: Any) -> bytes:
    """One request, in the bytes that a browser sends."""
    body = json.dumps(
        {"type": "pageview", "url": "https://shop/", "site": "shop"} | fields
    ).encode()
    head = (
        f"POST /api/track HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {agent}\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(server: Running, requests: Iterator[bytes]) -> list[int]:
    """The answers to requests on one connection, 100 at once."""
    answers: list[int] = []
    with socket.create_connection(("127.0.0.1", server.port), BOUND_S) as peer:
        while together := b"".join(request for _, request in zip(range(AT_ONCE), requests)):  # noqa: B905
            peer.sendall(together)
            heard, wanted = b"", together.count(b"POST /api/track")
            while heard.count(b"\r\n\r\n") < wanted or not heard.endswith(b"}"):
                part = peer.recv(65_536)
                assert part, heard
                heard += part
            answers += statuses(heard)
    return answers


def requests(turn: int, kinds: int) -> Iterator[bytes]:
    """Ten thousand requests of a thousand visitors, with so many different browsers, zones, tabs
    and languages."""
    for number in range(turn * MANY, (turn + 1) * MANY):
        n = number % kinds
        yield hit(
            f"{CHROME} {n} {'x' * (n % 400)}",
            type="custom",
            name=f"name-{n}",
            url=f"https://shop.example/{number % 10}?q={n}",
            timezone=f"Nowhere/{n}",
            language=f"x-{n}",
            tab=f"t{n}",
            eventId=f"e{number}",
            sessionId=f"s{number % 1_000}",
        )


def resident_mb(server: Running) -> float:
    [line] = [
        each
        for each in Path(f"/proc/{server.pid}/status").read_text().splitlines()
        if each.startswith("VmRSS")
    ]
    return int(line.split()[1]) / 1024


def numbers(server: Running, site: str = "shop") -> dict[str, Any]:
    told: dict[str, Any] = server.http.get("/api/analytics/summary", params={"site": site}).json()
    return told


def test_ten_thousand_agents_and_zones_at_a_time_take_no_more_memory_than_one(
    start_server: StartServer,
) -> None:
    """Events of one minute take room in any case; the caches of the door are full after a turn."""
    grown: list[float] = []
    for kinds in (1, 10**9):
        server = start_server(*BUDGETS)
        for turn in range(6):
            assert set(send(server, requests(turn, kinds))) == {202}
            if turn == 1:
                before = resident_mb(server)
        grown.append(resident_mb(server) - before)
        told = numbers(server)
        assert told["totalEvents"] == told["accepted"] == 6 * MANY
        assert told["totalToday"] == 1_000
        server.check_account()
    assert grown[1] < grown[0] + 6, grown


def test_ten_thousand_ids_of_bots_take_no_room(shop: Running) -> None:
    first = resident_mb(shop)
    for turn in range(2):
        bots = (hit(f"Bot-{n}/1.0 crawler {n}", sessionId=f"b{n}") for n in range(MANY))
        assert set(send(shop, bots)) == {202}, turn
    told = numbers(shop)
    assert told["bots"]["today"] == 2 * MANY
    assert len(told["bots"]["names"]) <= 100
    assert (told["totalEvents"], told["totalToday"]) == (0, 0)
    assert resident_mb(shop) < first + 16


def test_what_is_forged_or_too_large_is_refused_and_counted(shop: Running) -> None:
    forged = [hit(site=site) for site in ("other", "SHOP", "../blog", "a" * 64)]
    assert send(shop, iter(forged)) == [400] * len(forged)
    headers = {"User-Agent": CHROME, "Content-Type": "text/plain"}
    body = forged[0].partition(b"\r\n\r\n")[2]
    answer = shop.http.post("/api/track", content=body, headers=headers)
    [wrong] = answer.json()["fields"]
    assert wrong["field"] == "site"
    assert "shop" in wrong["message"]
    for size in (2**14 + 1, MB, 4 * MB):
        sent = {"type": "pageview", "url": "https://shop/", "title": "x" * size}
        large = shop.http.post("/api/track", json=sent)
        assert (large.status_code, large.json()["error"]) == (413, "too_large")
    for body in (b"[" * 9_000, b'{"a":' * 2_000, b"\xff" * 9_000, b'{"type":"pageview","url":7}'):
        assert shop.http.post("/api/track", content=body, headers=headers).status_code == 400
    told = numbers(shop)
    assert told["rejected"] == {"invalid_event": 6, "too_large": 3, "invalid_json": 3}
    assert (told["totalEvents"], numbers(shop, "blog")["totalEvents"]) == (0, 0)
