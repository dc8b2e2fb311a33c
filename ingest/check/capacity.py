"""How much a configuration may take: memory, connections, open files."""

from math import ceil

from ingest.check.finding import Finding, Findings, Level, Topic
from ingest.descriptors import connections_allowed, hard_limit, needed
from state.settings import Settings

MB = 10**6
BASE_BYTES = 370 * MB
SESSION_BYTES = 700
NAME_BYTES = 350
EVENT_ID_BYTES = 200
"""Measured with the million visitors of tests/state/million.py, one short event each, each limit
varied alone; the base is those visitors and the empty server. Longer visits and longer texts take
more, so the sum is an estimate."""


def capacity_findings(settings: Settings) -> Findings:
    yield _keeps(
        "max_sessions",
        f"Memory: about {_rounded(_numbers_bytes(settings)):,} MB for the numbers of a day with a "
        f"million visitors at these limits ({settings.max_sessions:,} sessions, "
        f"{settings.max_names:,} names, {settings.max_event_ids:,} event ids), and the same once "
        "more for seconds while a checkpoint is made.",
    )
    backlog = settings.max_connections * settings.backlog_bytes
    yield _keeps(
        "backlog_bytes",
        f"Besides, up to {settings.backlog_bytes / MB:.1f} MB for each /ws client that reads too "
        f"slowly: {settings.max_connections:,} connections could hold {ceil(backlog / MB):,} MB. "
        "Only who may read can cause that.",
    )
    yield _open_files(settings)


def _open_files(settings: Settings) -> Finding:
    """The server raises the soft limit by itself, so the hard one counts."""
    allowed, files = hard_limit(), needed(settings.max_connections)
    if allowed is None or allowed >= files:
        return Finding(
            Topic.OPENS,
            Level.NOTE,
            "max_connections",
            f"Holds {settings.max_connections:,} connections at once, of one address "
            f"{settings.max_connections_per_address:,}; the process may open enough files.",
        )
    holds = connections_allowed(allowed, settings.max_connections)
    return Finding(
        Topic.OPENS,
        Level.WARNING,
        "max_connections",
        f"max_connections is {settings.max_connections:,}, but this process may open only "
        f"{allowed:,} files, so it holds {holds:,} connections at once and closes silent ones for "
        f"new ones: raise the hard limit (systemd: LimitNOFILE={files}; shell: ulimit -Hn), or "
        "lower max_connections.",
    )


def _numbers_bytes(settings: Settings) -> int:
    return (
        BASE_BYTES
        + SESSION_BYTES * settings.max_sessions
        + NAME_BYTES * settings.max_names
        + EVENT_ID_BYTES * settings.max_event_ids
    )


def _rounded(size: int) -> int:
    return ceil(size / MB / 10) * 10


def _keeps(setting: str, sentence: str) -> Finding:
    return Finding(Topic.KEEPS, Level.NOTE, setting, sentence)
