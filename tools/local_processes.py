"""Start and stop processes on the loopback, for the demos, the benchmarks and the tests."""

import json
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

START_S = 30.0
STOP_S = 30.0


class RedisServer(NamedTuple):
    """A running redis-server."""

    pid: int
    port: int

    @property
    def journal(self) -> str:
        """Value of ``--journal`` that selects database 0 of this server."""
        return f"redis://127.0.0.1:{self.port}/0"


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    """Run redis-server with its files in ``folder``; stop it at the end.

    Raises:
        TimeoutError: it does not listen within 30 s.
    """
    [port] = free_ports(1)
    process = subprocess.Popen(redis_command(folder, port), stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield RedisServer(process.pid, port)
    finally:
        stop(process)


def redis_command(folder: Path, port: int) -> list[str]:
    """Build the command of a redis-server that confirms a write after fsync."""
    durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
    where = ["--dir", str(folder), "--port", str(port), "--bind", "127.0.0.1"]
    return ["redis-server", *where, *durable, "--logfile", str(folder / "redis.log")]


def free_ports(number: int) -> list[int]:
    """Choose ports that are free now. Another process can take one before it is used."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_for_port(port: int) -> None:
    """Wait until a process listens on the port.

    Raises:
        TimeoutError: the port is closed for 30 s.
    """
    deadline = monotonic() + START_S
    while monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise TimeoutError(f"port {port} is closed")


def wait_until_ready(port: int) -> None:
    """Wait until the server on the port accepts events.

    The port of a server is open before it has read its journal; until then it answers 503.

    Raises:
        TimeoutError: it is not ready within 30 s.
    """
    deadline = monotonic() + START_S
    while monotonic() < deadline:
        if _is_ready(port):
            return
        sleep(0.05)
    raise TimeoutError(f"the server on port {port} is not ready")


def _is_ready(port: int) -> bool:
    # http.client, since urllib would use the proxy of the environment; a demo needs no httpx
    connection = HTTPConnection("127.0.0.1", port, timeout=START_S)
    try:
        connection.request("GET", "/healthz")
        return bool(json.load(connection.getresponse()).get("ready"))
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()


def stop_all(processes: "Sequence[subprocess.Popen[Any]]") -> None:
    """Stop the processes one after the other, the last started first."""
    for process in reversed(processes):
        stop(process)


def stop(process: "subprocess.Popen[Any]") -> None:
    """Send SIGTERM, and SIGKILL if the process has not ended after 30 s."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
