"""Measure what one open page receives at 200 events/s: bytes on the wire, with the compression that
browsers ask for and without, and ticks a second.

    python -m bench.page.wire_bytes [--seconds S]

Bytes are those that the kernel received, with WebSocket headers, without TCP's. Needs a C
compiler."""

import argparse
import asyncio
import socket
import struct
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from websockets.asyncio.client import ClientConnection

from bench.harness.build import compile_load_client
from bench.harness.process import Server, our_command, running
from bench.load.client import start_load
from bench.page.simulated_page import PING, PONG, TICK_S, open_socket

LOAD = ("--rate", "200", "--sessions", "400", "--posts", "8")
WARM_UP_S = 3.0
TCP_INFO_BYTES = 256
BYTES_RECEIVED = 128
"""Offset of tcpi_bytes_received in struct tcp_info of linux/tcp.h."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=15, help="of each measurement")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        program = compile_load_client(Path(folder))
        for compression in ("deflate", None):
            with running("ours", our_command()) as server:
                asyncio.run(measure(server, program, compression, options.seconds))


async def measure(server: Server, program: Path, compression: str | None, seconds: float) -> None:
    duration = f"{WARM_UP_S + seconds + 1:g}"
    load = await start_load(program, server, *LOAD, "--seconds", duration)
    page = await open_socket(server.base_url, compression=compression)
    await count_ticks(page, WARM_UP_S)
    before = bytes_received(page.transport.get_extra_info("socket"))
    ticks = await count_ticks(page, seconds)
    received = bytes_received(page.transport.get_extra_info("socket")) - before
    await page.close()
    load.terminate()
    await load.wait()
    rate = f"{received / seconds / 1000:.1f} kB/s in {ticks / seconds:.1f} ticks a second"
    print(f"{compression or 'uncompressed':14}{rate}: {received / ticks / 1000:.1f} kB a tick")


async def count_ticks(page: ClientConnection, seconds: float) -> int:
    """Read messages for ``seconds``. Returns the number of ticks."""
    until, last_at, ticks = monotonic() + seconds, 0.0, 0
    while (left_s := until - monotonic()) > 0:
        try:
            async with asyncio.timeout(left_s):
                message = await page.recv()
        except TimeoutError:
            break
        if message == PING:
            await page.send(PONG)
        ticks += monotonic() - last_at > TICK_S
        last_at = monotonic()
    return ticks


def bytes_received(connection: socket.socket) -> int:
    """Read how many bytes the kernel has received on a TCP connection."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
    return int(struct.unpack_from("Q", info, BYTES_RECEIVED)[0])


if __name__ == "__main__":
    main()
