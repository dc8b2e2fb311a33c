"""Measures what one bad client costs the others: the time from POST to frame of ten clients, alone
and beside one that never reads; and the memory of 5,000 clients that only watch.
``python -m bench.server.slow_reader``; needs a C compiler."""

import json
import os
import resource
import socket
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness.process import Server, compiled, running

ROOT = Path(__file__).parents[2]
OURS = [sys.executable, str(ROOT / "main.py"), "--port", "0"]
WATCHERS = 5_000
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with TemporaryDirectory() as folder:
        program = Path(folder) / "load"
        compiled(Path(folder), "load")
        for slow in (False, True, False, True):
            with running("ours", OURS, None) as server:
                told = latency(program, server, slow=slow)
                print(f"{'beside a client that never reads' if slow else 'alone':34}{told}")
        with running("ours", OURS, None) as server:
            print(f"{WATCHERS:,} clients: {memory(program, server):.1f} KiB each")


def latency(program: Path, server: Server, *, slow: bool) -> str:
    """Of ten clients at 400 events/s for 20 s, in which the bad one's buffers fill and it goes."""
    bad = never_reads(server.port) if slow else None
    words = ["--watch", "10", "--rate", "400", "--seconds", "20", "--warm-up", "400"]
    found = run(program, server, *words)
    if bad is not None:
        bad.close()
    assert not found["lost"], found
    times = found["frame_ms"]
    return f"p50 {times['p50']:.2f} ms, p99 {times['p99']:.2f} ms, most {times['max']:.2f} ms"


def never_reads(port: int) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port))
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    peer.sendall(HANDSHAKE.format(key=b64encode(os.urandom(16)).decode()).encode())
    return peer


def run(program: Path, server: Server, *words: str) -> dict[str, Any]:
    command = [str(program), "--port", str(server.port), "--server", str(server.pid), *words]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def memory(program: Path, server: Server) -> float:
    """KiB of the server for each client."""
    before = server.resident()
    command = [str(program), "--port", str(server.port), "--watch", str(WATCHERS), "--hold"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holding:
        assert holding.stdout is not None and holding.stdin is not None
        held = json.loads(holding.stdout.readline())["held"]
        after = server.resident()
        holding.stdin.close()
    assert held == WATCHERS, held
    return (after - before) / WATCHERS / 1024


if __name__ == "__main__":
    main()
