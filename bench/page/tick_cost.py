"""Measure what one more open page costs the server at 200 events/s: CPU time and ticks, for visible
pages and for hidden tabs.

    python -m bench.page.tick_cost [--pages N] [--filters N] [--rounds N] [--seconds S]

One server and one load run throughout, and the same pages are hidden and shown, so that each pair
of figures is from the same moment of a machine whose speed changes. Needs a C compiler."""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.harness.build import compile_load_client
from bench.harness.cpu import choose_cores, pinned_to, process_cpu_s
from bench.harness.process import Server, our_command, running
from bench.load.client import start_load
from bench.page.simulated_page import TickCounter

SETTLE_S = 1.5
LOAD = ("--rate", "200", "--posts", "8", "--seconds", "60")
"""The load is stopped earlier."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the server and ticks of all pages, a second."""

    cpu_s: float
    ticks: float


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--filters", type=int, default=0, help="so many, one after the other")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of each of three measurements")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        program = compile_load_client(Path(folder))
        server_core, load_core = choose_cores()
        with running("ours", our_command(), server_core) as server, pinned_to(load_core):
            asyncio.run(measure(server, program, options))


async def measure(server: Server, program: Path, options: argparse.Namespace) -> None:
    """Measure, in each round, one hidden page; then all pages hidden; then all visible.

    The one hidden page is open throughout, since the first page of a server costs more: the view is
    computed once for all pages.
    """
    tick_ms: list[float] = []
    hidden_ratio: list[float] = []
    first = await open_pages(server, 1)
    await first[0].set_visible(False)
    for _ in range(options.rounds):
        load = await start_load(program, server, *LOAD)
        alone = await measure_pages(server, [], options.seconds)
        pages = await open_pages(server, options.pages, options.filters)
        for page in pages:
            await page.set_visible(False)
        hidden = await measure_pages(server, pages, options.seconds)
        for page in pages:
            await page.set_visible(True)
        visible = await measure_pages(server, pages, options.seconds)
        assert all(page.is_connected for page in pages), "a page was disconnected"
        assert hidden.ticks == 0, "a hidden tab was sent a message"
        assert load.returncode is None, "the load has ended"
        load.terminate()
        await load.wait()
        await close_pages(pages)
        tick_ms.append((visible.cpu_s - hidden.cpu_s) / visible.ticks * 1000)
        hidden_ratio.append((hidden.cpu_s - alone.cpu_s) / (visible.cpu_s - alone.cpu_s))
        print(f"{visible.ticks / options.pages:.1f} ticks a second, {tick_ms[-1]:.2f} ms each;")
        print(f"  hidden: {hidden_ratio[-1]:.2f} of a visible page")
    await close_pages(first)
    print(f"a page and tick: {spread(tick_ms)} ms of the server's CPU")
    print(f"a hidden tab: {spread(hidden_ratio)} of a visible page")


async def open_pages(server: Server, number: int, filters: int = 0) -> list[TickCounter]:
    """Open pages; with ``filters``, each filter selects the events of one page of the website."""
    pages = [TickCounter() for _ in range(number)]
    for place, page in enumerate(pages):
        query = f"?page=/products/item-{place % filters:02}" if filters else ""
        await page.open(server.base_url, query)
    return pages


async def close_pages(pages: list[TickCounter]) -> None:
    for page in pages:
        await page.close()


async def measure_pages(server: Server, pages: list[TickCounter], seconds: float) -> Cost:
    await asyncio.sleep(SETTLE_S)
    used_s, ticks = process_cpu_s(server.pid), sum(page.ticks for page in pages)
    await asyncio.sleep(seconds)
    ticks = sum(page.ticks for page in pages) - ticks
    return Cost((process_cpu_s(server.pid) - used_s) / seconds, ticks / seconds)


def spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
