"""The cluster behind nginx, with the configuration that docs/ has, as `make cluster` starts it."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.cluster.nodes import Senders, agree, start
from tests.ingest.client import VIEW
from tests.redis_server import RedisServer
from tests.support import BOUND_S, ROOT, Running, wait_until
from tools.demo_cluster import nginx_command
from tools.local_processes import free_ports, wait_for_port

BEHIND = ("--trusted-proxies", "127.0.0.1")


class Proxied:
    """Three nodes on ports that stay theirs, and nginx in front."""

    def __init__(self, directory: Path, journal: str) -> None:
        self.directory = directory
        self.journal = journal
        self.ports = free_ports(3)
        self.nodes = [self._node(place) for place in range(3)]
        [self.port] = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._nginx = subprocess.Popen(nginx_command(directory, self.port, self.ports))
        wait_for_port(self.port)

    def restart(self, place: int, by: signal.Signals = signal.SIGTERM) -> None:
        """One node goes, and comes back at the same port."""
        self.nodes[place].terminate(by)
        code = self.nodes[place].wait()
        assert code == (0 if by == signal.SIGTERM else -by)
        self.nodes[place].kill_unless_stopped()
        self.nodes[place] = self._node(place)

    def stop(self) -> None:
        self._nginx.terminate()
        self._nginx.wait(BOUND_S)
        for node in self.nodes:
            node.kill_unless_stopped()

    def _node(self, place: int) -> Running:
        directory = self.directory / f"node-{place}"
        return start(directory, self.journal, "--port", str(self.ports[place]), *BEHIND)


@pytest.fixture
def proxied(tmp_path: Path, redis_server: RedisServer) -> Iterator[Proxied]:
    started = Proxied(tmp_path, redis_server.journal(tmp_path.name))
    try:
        yield started
    finally:
        started.stop()


async def test_a_rolling_restart_refuses_no_event_and_loses_none(proxied: Proxied):
    senders = Senders([proxied.url])
    for place in range(3):
        await senders.reach(50)
        await asyncio.to_thread(proxied.restart, place)
    await senders.reach(50)
    events = await senders.stop()
    assert senders.refused == []
    await asyncio.to_thread(agree, proxied.nodes, events)


async def test_a_node_that_is_killed_is_noticed_by_no_sender(proxied: Proxied):
    senders = Senders([proxied.url])
    await senders.reach(50)
    await asyncio.to_thread(proxied.restart, 1, signal.SIGKILL)
    await senders.reach(50)
    events = await senders.stop()
    assert senders.refused == []
    await asyncio.to_thread(agree, proxied.nodes, events)


def test_a_viewer_stays_with_its_node_and_goes_to_another_when_that_is_gone(proxied: Proxied):
    with httpx.Client(base_url=proxied.url, trust_env=False) as browser:
        page = browser.get("/")
        assert page.status_code == 200
        cookie = f"visitors_node={page.cookies['visitors_node']}"
        assert "set-cookie" not in browser.get("/").headers, "it has one already"
    place = placed(proxied, cookie)
    assert {placed(proxied, cookie) for _ in range(5)} == {place}
    proxied.nodes[place].terminate(signal.SIGKILL)
    proxied.nodes[place].wait()
    assert placed(proxied, cookie) != place


def test_make_cluster_starts_everything_and_leaves_nothing_behind():
    [port] = free_ports(1)
    command = [sys.executable, "-m", "tools.demo_cluster", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as cluster:
        try:
            assert cluster.stdout is not None
            told = [cluster.stdout.readline() for _ in range(5)]
            assert told[0] == f"Cluster on http://localhost:{port}\n"
            answer = httpx.post(f"http://127.0.0.1:{port}/api/events", json=VIEW, trust_env=False)
            nodes = [line.split()[-1] for line in told[1:4]]
            for node in nodes:
                wait_until(lambda node=node: events_at(node) == 1, "the event at each node")
        finally:
            cluster.terminate()
        assert cluster.wait(3 * BOUND_S) == 0
    assert answer.status_code == 201
    for node in nodes:
        with pytest.raises(httpx.ConnectError):
            httpx.get(node, trust_env=False)


def events_at(url: str) -> int:
    return httpx.get(f"{url}/api/analytics/summary", trust_env=False).json()["totalEvents"]


def placed(proxied: Proxied, cookie: str) -> int:
    """Which node a viewer's socket ends at."""
    headers = {"Cookie": cookie}
    url = f"ws://127.0.0.1:{proxied.port}/ws"
    with connect(url, proxy=None, additional_headers=headers) as socket:
        assert json.loads(socket.recv(BOUND_S))["type"] == "initial_data"
        [place] = watched(proxied)
    wait_until(lambda: not watched(proxied), "its leaving")
    return place


def watched(proxied: Proxied) -> list[int]:
    """Which nodes somebody watches at."""
    alive = [(n, node) for n, node in enumerate(proxied.nodes) if node.exit_code is None]
    return [n for n, node in alive if "\nvisitors_subscribers 1.0\n" in metrics(node)]


def metrics(node: Running) -> str:
    return node.http.get("/metrics").text


def test_the_same_event_sent_twice_by_the_proxy_counts_once(proxied: Proxied):
    """As when the first node took it and died before it could say so."""
    headers = {"X-Event-Id": "from-the-proxy"}
    for node in proxied.nodes:
        node.http.post("/api/events", json=VIEW, headers=headers)
        node.http.post("/api/events/batch", json=[VIEW, VIEW], headers=headers)
    agree(proxied.nodes, 3)
