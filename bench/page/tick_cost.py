"""Measures what one more open page costs the server at 200 events/s: CPU time and messages, for
pages in sight and for tabs that nobody sees.
``python -m bench.page.tick_cost``; needs a C compiler.

One server and one load; the same pages go out of sight and come back, so that each pair of figures
comes from the same moment of a machine whose speed changes."""

import argparse
import asyncio
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.compare.__main__ import cores
from bench.growth.server_cost import COMMAND, PAGES_RATE, Ticked, cpu_s
from bench.harness.process import Server, compiled, pinned, running

SETTLE_S = 1.5
LONGEST_S = 60.0
POSTS = "8"


@dataclass(frozen=True)
class Cost:
    """Of all open pages, a second: CPU seconds of the server, and ticks that reached them."""

    cpu_s: float
    ticks: float


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        program = Path(folder) / "load"
        compiled(Path(folder), "load")
        server_core, load_core = cores()
        with running("ours", COMMAND, server_core) as server, pinned(load_core):
            asyncio.run(measure(server, program, asked))


async def measure(server: Server, program: Path, asked: argparse.Namespace) -> None:
    """In each round: one hidden tab alone, for what is made for whoever watches, however many, is
    not the cost of a page; then the pages hidden, then in sight."""
    per_tick: list[float] = []
    hidden: list[float] = []
    one = await opened(server, 1)
    await one[0].see(False)
    for _ in range(asked.rounds):
        load = await posting(server, program)
        alone = await watch(server, [], asked.seconds)
        pages = await opened(server, asked.pages)
        for page in pages:
            await page.see(False)
        unseen = await watch(server, pages, asked.seconds)
        for page in pages:
            await page.see(True)
        seen = await watch(server, pages, asked.seconds)
        assert all(page.is_connected for page in pages), "a page did not stay"
        assert unseen.ticks == 0, "a hidden tab was told something"
        assert load.returncode is None, "the load has ended"
        load.terminate()
        await load.wait()
        await closed(pages)
        in_sight = seen.cpu_s - unseen.cpu_s
        per_tick.append(in_sight / seen.ticks * 1000)
        hidden.append((unseen.cpu_s - alone.cpu_s) / (seen.cpu_s - alone.cpu_s))
        print(f"{seen.ticks / asked.pages:.1f} ticks a second, {per_tick[-1]:.2f} ms each;")
        print(f"  hidden: {hidden[-1]:.2f} of a page in sight")
    await closed(one)
    print(f"a page and tick: {spread(per_tick)} ms of the server's CPU")
    print(f"a hidden tab: {spread(hidden)} of a page in sight")


async def posting(server: Server, program: Path) -> asyncio.subprocess.Process:
    """The load client, for as long as it goes on at most."""
    words = ["--port", str(server.port), "--rate", str(PAGES_RATE), "--posts", POSTS]
    words += ["--seconds", f"{LONGEST_S:g}"]
    return await asyncio.create_subprocess_exec(program, *words, stdout=subprocess.DEVNULL)


async def opened(server: Server, number: int) -> list[Ticked]:
    pages = [Ticked() for _ in range(number)]
    for page in pages:
        await page.open(f"http://127.0.0.1:{server.port}")
    return pages


async def closed(pages: list[Ticked]) -> None:
    for page in pages:
        await page.close()


async def watch(server: Server, pages: list[Ticked], seconds: float) -> Cost:
    await asyncio.sleep(SETTLE_S)
    used, ticks = cpu_s(server), sum(page.ticks for page in pages)
    await asyncio.sleep(seconds)
    ticks = sum(page.ticks for page in pages) - ticks
    return Cost((cpu_s(server) - used) / seconds, ticks / seconds)


def spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
