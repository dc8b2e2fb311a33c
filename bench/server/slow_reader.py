"""Measure what one client that never reads costs the others: time from POST to frame of ten
clients, with it and without; and the memory of 5,000 clients of ``/ws``.

    python -m bench.server.slow_reader [--seconds S] [--clients N]

Needs a C compiler, and as many open files as clients."""

import argparse
import os
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.harness.build import compile_load_client
from bench.harness.environment import raise_open_files_limit
from bench.harness.process import Server, our_command, running
from bench.load.client import held_connections, run_load

LOAD = ("--watch", "10", "--rate", "400", "--warm-up", "400")
RECEIVE_BUFFER_BYTES = 4_096
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=20, help="of each load (default: 20)")
    parser.add_argument("--clients", type=int, default=5_000, help="for their memory")
    options = parser.parse_args()
    raise_open_files_limit()
    with TemporaryDirectory() as folder:
        program = compile_load_client(Path(folder))
        for has_slow_reader in (False, True, False, True):
            with running("ours", our_command()) as server:
                times = measure_latency(program, server, options.seconds, has_slow_reader)
                name = "with a client that never reads" if has_slow_reader else "without"
                print(f"{name:32}{times}")
        with running("ours", our_command()) as server:
            kib = measure_memory(program, server, options.clients)
            print(f"{options.clients:,} clients: {kib:.1f} KiB each")


def measure_latency(program: Path, server: Server, seconds: float, has_slow_reader: bool) -> str:
    """Return the latencies of ten clients at 400 events/s.

    In 20 s the buffers of the slow reader fill up, and the server closes its connection.
    """
    with slow_reader(server.port) if has_slow_reader else nullcontext():
        result = run_load(program, server, *LOAD, "--seconds", f"{seconds:g}")
    assert not result["lost"], result
    times = result["frame_ms"]
    return f"p50 {times['p50']:.2f} ms, p99 {times['p99']:.2f} ms, max {times['max']:.2f} ms"


@contextmanager
def slow_reader(port: int) -> Iterator[None]:
    """Connect to ``/ws`` with a small receive buffer, and read nothing."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        connection.sendall(HANDSHAKE.format(key=b64encode(os.urandom(16)).decode()).encode())
        yield


def measure_memory(program: Path, server: Server, clients: int) -> float:
    """Return KiB of the server for each client."""
    before = server.resident_bytes()
    with held_connections(program, server, clients) as held:
        after = server.resident_bytes()
    assert held == clients, held
    return (after - before) / clients / 1024


if __name__ == "__main__":
    main()
