"""A website that had ten people at each minute of the last two hours, and what comes next."""

from contextlib import closing
from pathlib import Path
from time import time

from state.event import Event, EventType
from state.journal.factory import open_importer
from tests.support import Running, StartServer

USUAL = 10
HOURS = 2
HACKER_NEWS = "news.ycombinator.com"


def usual_server(start_server: StartServer, directory: Path, *flags: str) -> Running:
    """A server that knows what is usual."""
    path = directory / "usual.db"
    began = time() - HOURS * 3_600
    records = [
        (began + 60.0 * minute, tuple(_event(minute, number) for number in range(USUAL)))
        for minute in range(HOURS * 60)
    ]
    with closing(open_importer(f"sqlite:{path}", epoch="e", clock=time)) as importer:
        importer.add(records)
    return start_server("--journal", f"sqlite:{path}", "--milestones", "1000000", *flags)


def launch(server: Running, people: int = 90) -> None:
    """So many people come from Hacker News."""
    events = [
        {
            "type": "pageview",
            "page": "/blog/x",
            "sessionId": f"reader-{number}",
            "metadata": {"referrer": HACKER_NEWS},
        }
        for number in range(people)
    ]
    answer = server.http.post("/api/events/batch", json=events)
    assert answer.is_success, answer.text


def _event(minute: int, number: int) -> Event:
    return Event(f"{minute}-{number}", EventType.PAGEVIEW, f"usual-{number}", f"/{number}")
