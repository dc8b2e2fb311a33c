"""Checkpoints that nodes share: who starts, or was away too long, goes on from one; and where the
beginning of the stream is gone without one, nobody pretends to know it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from state.journal.factory import open_checkpoints, open_importer
from tests.cluster.nodes import (
    agree,
    journal,
    running,
    start,
    truth,
    views,
    wait_for_checkpoint,
)
from tests.ingest.client import VIEW, dashboard
from tests.redis_server import RedisServer
from tests.support import NOON, PATIENT_S, ROOT, Running, event, parting, wait_until

EVENTS = 40


@pytest.fixture
def nodes(tmp_path: Path, redis_server: RedisServer) -> Iterator[list[Running]]:
    flags = ("--checkpoint-events", str(EVENTS))
    with running(tmp_path, redis_server.journal(tmp_path.name), *flags, nodes=2) as started:
        yield started


def trim_to_checkpoint(redis_server: RedisServer, stream: str) -> None:
    """Let go of all that the newest checkpoint stands for, and of nothing behind it: it may have
    been made while the last events came."""
    checkpoints = open_checkpoints(redis_server.journal(stream))
    stamp = checkpoints.stamp()
    checkpoints.close()
    assert stamp is not None
    assert redis_server.redis.xtrim(stream, minid=stamp.place, approximate=False) >= EVENTS - 1


def test_one_node_makes_it_all_know_it_and_who_joins_goes_on_from_it(
    nodes: list[Running], tmp_path: Path, redis_server: RedisServer
):
    views(nodes[0], EVENTS)
    wait_for_checkpoint(nodes)
    views(nodes[1], 5)
    joined = start(tmp_path / "joined", redis_server.journal(tmp_path.name))
    with parting([joined]):
        told = journal(joined)
        assert told["checkpoint"] == journal(nodes[0])["checkpoint"]
        assert 0 < told["replayed"] < EVENTS
        assert told["replayed"] == told["of"]
        agree([*nodes, joined], EVENTS + 5)


def test_with_a_checkpoint_nobody_misses_what_was_trimmed(
    nodes: list[Running], tmp_path: Path, redis_server: RedisServer
):
    views(nodes[0], EVENTS)
    wait_for_checkpoint(nodes)
    before = agree(nodes, EVENTS)
    trim_to_checkpoint(redis_server, tmp_path.name)
    joined = start(tmp_path / "joined", redis_server.journal(tmp_path.name))
    with parting([joined]):
        assert agree([*nodes, joined], EVENTS)["epoch"] == before["epoch"]
        views(joined, 3)
        agree([*nodes, joined], EVENTS + 3)


def test_without_one_a_node_that_joins_says_that_its_history_is_another(
    tmp_path: Path, redis_server: RedisServer
):
    with running(tmp_path, redis_server.journal(tmp_path.name), nodes=1) as [node]:
        views(node, 20)
        redis_server.redis.xtrim(tmp_path.name, maxlen=5, approximate=False)
        joined = start(tmp_path / "joined", redis_server.journal(tmp_path.name))
        with parting([joined]):
            assert truth(node)["totalEvents"] == 20
            assert truth(joined)["totalEvents"] == 5
            assert truth(joined)["epoch"] != truth(node)["epoch"]
            views(node, 2)
            wait_until(lambda: truth(joined)["totalEvents"] == 7, "the others' events")


async def test_a_node_that_was_away_while_the_stream_was_trimmed_goes_on_from_it_and_says_so(
    nodes: list[Running], tmp_path: Path, redis_server: RedisServer
):
    async with dashboard(nodes[1]) as viewer:
        views(nodes[0], 5)
        agree(nodes, 5)
        os.kill(nodes[1].pid, signal.SIGSTOP)
        try:
            redis_server.redis.client_kill_filter(_type="normal", skipme=True)
            views_until_kept(nodes[0], EVENTS)
            wait_for_checkpoint(nodes[:1], least=EVENTS)
            trim_to_checkpoint(redis_server, tmp_path.name)
        finally:
            os.kill(nodes[1].pid, signal.SIGCONT)
        assert (await viewer.until("initial_data", recovered=False))["seq"] > 5
        agree(nodes, 5 + EVENTS)


def views_until_kept(node: Running, number: int) -> None:
    """Redis has closed the node's connections, too: the first ones may be refused."""
    for each in range(number):
        event = VIEW | {"sessionId": f"s-{each % 9}", "eventId": f"kept-{each}"}

        def is_kept(event: dict[str, Any] = event) -> bool:
            return node.http.post("/api/events", json=event).status_code in (200, 201)

        wait_until(is_kept, "an event's answer")


def test_a_process_that_is_interrupted_lets_others_make_the_checkpoint(
    tmp_path: Path, redis_server: RedisServer
):
    name = redis_server.journal(tmp_path.name)
    importer = open_importer(name, epoch="e", clock=lambda: NOON)
    views = tuple(event(session_id=f"s-{number}") for number in range(1_000))
    importer.add([(NOON + number, views) for number in range(150)])
    importer.close()
    claim = f"{{{tmp_path.name}}}:checkpoint-claim"
    command = [sys.executable, "main.py", "checkpoint", "--journal", name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as making:
        wait_until(lambda: redis_server.redis.exists(claim) == 1, "the claim", PATIENT_S)
        making.send_signal(signal.SIGINT)
        assert making.wait(PATIENT_S) == 130
    assert redis_server.redis.exists(claim) == 0
