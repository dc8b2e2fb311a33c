"""Measures what one open page receives at 200 events/s: bytes on the wire, compressed as browsers
ask for it, and in how many ticks. ``python bench/wire.py``; needs a C compiler."""

import asyncio
import re
import socket
import struct
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from uuid import uuid4

import httpx
from servers import BENCH, Server, compiled, running
from websockets.asyncio.client import connect

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
    url = f"127.0.0.1:{server.port}"
    query = await page_query(f"http://{url}/")
    socket_url = f"ws://{url}/_nicegui_ws/socket.io/?{query}&EIO=4&transport=websocket"
    load = await asyncio.create_subprocess_exec(
        *(str(program), "--port", str(server.port), *words), stdout=subprocess.DEVNULL
    )
    async with connect(socket_url, compression=compression, proxy=None) as page:  # type: ignore[arg-type]
        await page.recv()
        await page.send("40")  # Engine.IO: a message; Socket.IO: connect
        await listen(page, WARM_UP_S)
        before = received(page.transport.get_extra_info("socket"))
        ticks = await listen(page, MEASURED_S)
        wire = received(page.transport.get_extra_info("socket")) - before
    load.terminate()
    await load.wait()
    told = f"{wire / MEASURED_S / 1000:.1f} kB/s in {ticks / MEASURED_S:.1f} ticks a second"
    print(f"{compression or 'uncompressed':14}{told}: {wire / ticks / 1000:.1f} kB a tick")


async def page_query(url: str) -> str:
    """Load the page; what its socket has to say of itself."""
    async with httpx.AsyncClient(trust_env=False) as http:
        found = re.search(r"'client_id':\s*'([0-9a-f-]+)'", (await http.get(url)).text)
    assert found is not None, "the page names no client"
    ids = f"document_id={uuid4()}&tab_id={uuid4()}"
    return f"client_id={found[1]}&next_message_id=0&implicit_handshake=true&{ids}"


async def listen(page, seconds: float) -> int:  # type: ignore[no-untyped-def]
    """Read for so long; the number of ticks."""
    until, latest, ticks = monotonic() + seconds, 0.0, 0
    while (left := until - monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                message = await page.recv()
        except TimeoutError:
            break
        if message == "2":  # Engine.IO asks whether we are there
            await page.send("3")
        ticks += monotonic() - latest > TICK_S
        latest = monotonic()
    return ticks


def received(own: socket.socket) -> int:
    info = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
    return int(struct.unpack_from("Q", info, BYTES_RECEIVED)[0])


if __name__ == "__main__":
    main()
