"""``main.py simulate``: arguments, progress, report."""

import asyncio
import json
import signal
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import closing, suppress
from random import SystemRandom

import httpx

from ingest.runtime.logs import write_error, write_out
from ingest.runtime.progress import Bar
from ingest.simulate.scenarios import SCENARIOS
from ingest.simulate.sender import REQUEST_S, EventSender, SimulationError
from ingest.simulate.sent import Sent
from ingest.simulate.traffic import Traffic

FINE, REFUSED = 0, 2
TICK_S = 0.05
HOUR_S = 3_600.0
LAST_REQUEST_S = 5.0
"""How long the request under way may take after Ctrl-C."""

DESCRIPTION = "Send the traffic of a made-up website to a server, until Ctrl-C or for --seconds."


def run(arguments: Sequence[str]) -> int:
    """Send traffic and report what was sent. Returns the exit code."""
    asked = _parser().parse_args(arguments)
    sent = Sent()
    began = time.monotonic()
    try:
        asyncio.run(_simulate(asked, sent))
    except SimulationError as error:
        write_error(f"simulate: {error}")
        return REFUSED
    seconds = time.monotonic() - began
    write_out(*([json.dumps(sent.totals())] if asked.json else sent.lines(seconds)))
    return FINE


def _parser() -> ArgumentParser:
    scenarios = "\n".join(f"  {each.name:16}{each.what}" for each in SCENARIOS.values())
    parser = ArgumentParser(
        prog="main.py simulate",
        description=f"{DESCRIPTION}\n\nscenarios:\n{scenarios}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scenario", choices=SCENARIOS, default="calm")
    parser.add_argument(
        "--rate", type=_positive, default=50.0, help="events a second on a calm day (default: 50)"
    )
    parser.add_argument("--seconds", type=_positive, help="how long (default: until Ctrl-C)")
    parser.add_argument(
        "--seed", type=int, help="the same seed sends the same events (default: random)"
    )
    parser.add_argument(
        "--url", default="http://localhost:3000", help="of the server (default: %(default)s)"
    )
    parser.add_argument("--key", default="", help="the ingest key, where the server needs one")
    parser.add_argument(
        "--tracker",
        action="store_true",
        help="as browsers with the tracker do: with signals, User-Agents and bots",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")
    return parser


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"{text!r} should be a number above 0")
    return number


async def _simulate(asked: Namespace, sent: Sent) -> None:
    began_at = time.time()
    seed = SystemRandom().getrandbits(32) if asked.seed is None else asked.seed
    traffic = Traffic(
        SCENARIOS[asked.scenario],
        asked.rate,
        seed,
        hour=lambda elapsed_s: (began_at + elapsed_s) / HOUR_S % 24,
        has_signals=asked.tracker,
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    headers = {"X-Ingest-Key": asked.key} if asked.key else {}
    async with httpx.AsyncClient(
        base_url=asked.url, headers=headers, timeout=REQUEST_S, trust_env=False
    ) as http:
        sender = EventSender(http, sent, by_tracker=asked.tracker)
        sending = asyncio.create_task(_send_all(asked, traffic, sender, stop))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((sending, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        await asyncio.wait((sending,), timeout=LAST_REQUEST_S)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


async def _send_all(
    asked: Namespace, traffic: Traffic, sender: EventSender, stop: asyncio.Event
) -> None:
    """Send what is due, every twentieth of a second."""
    began, is_last = time.monotonic(), False
    with closing(Bar(asked.scenario, None, " events", is_hidden=asked.json)) as bar:
        while not is_last:
            elapsed_s = time.monotonic() - began
            is_last = asked.seconds is not None and elapsed_s >= asked.seconds
            await sender.send(traffic.until(asked.seconds if is_last else elapsed_s))
            bar.reach(sender.sent.events)
            is_last = is_last or stop.is_set()
            if not is_last:
                await asyncio.sleep(TICK_S)
