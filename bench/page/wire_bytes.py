"""Measures what one open page receives at 200 events/s: bytes on the wire, compressed as browsers
ask for it, and in how many ticks. ``python -m bench.page.wire_bytes``; needs a C compiler."""

import asyncio
import socket
import struct
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from websockets.asyncio.client import ClientConnection

from bench.harness.process import BENCH, Server, compiled, running
from bench.page.simulated_page import PING, PONG, open_socket

OURS = [sys.executable, str(BENCH.parent / "main.py"), "--port", "0"]
RATE = 200
WARM_UP_S = 3.0
MEASURED_S = 15.0
TICK_S = 0.1
"""Messages that come closer together belong to one tick."""
TCP_INFO_BYTES = 256
BYTES_RECEIVED = 128
"""Where struct tcp_info of linux/tcp.h has tcpi_bytes_received."""


def main() -> None:
    with TemporaryDirectory() as folder:
        program = Path(folder) / "load"
        compiled(Path(folder), "load")
        for compression in ("deflate", None):
            with running("ours", OURS, None) as server:
                asyncio.run(measure(server, program, compression))


async def measure(server: Server, program: Path, compression: str | None) -> None:
    seconds = f"{WARM_UP_S + MEASURED_S + 1:g}"
    words = ["--rate", str(RATE), "--seconds", seconds, "--sessions", "400", "--posts", "8"]
    load = await asyncio.create_subprocess_exec(
        *(str(program), "--port", str(server.port), *words), stdout=subprocess.DEVNULL
    )
    page = await open_socket(f"http://127.0.0.1:{server.port}", compression=compression)
    await listen(page, WARM_UP_S)
    before = received(page.transport.get_extra_info("socket"))
    ticks = await listen(page, MEASURED_S)
    wire = received(page.transport.get_extra_info("socket")) - before
    await page.close()
    load.terminate()
    await load.wait()
    told = f"{wire / MEASURED_S / 1000:.1f} kB/s in {ticks / MEASURED_S:.1f} ticks a second"
    print(f"{compression or 'uncompressed':14}{told}: {wire / ticks / 1000:.1f} kB a tick")


async def listen(page: ClientConnection, seconds: float) -> int:
    """Read for so long; the number of ticks."""
    until, latest, ticks = monotonic() + seconds, 0.0, 0
    while (left := until - monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                message = await page.recv()
        except TimeoutError:
            break
        if message == PING:
            await page.send(PONG)
        ticks += monotonic() - latest > TICK_S
        latest = monotonic()
    return ticks


def received(own: socket.socket) -> int:
    info = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
    return int(struct.unpack_from("Q", info, BYTES_RECEIVED)[0])


if __name__ == "__main__":
    main()
