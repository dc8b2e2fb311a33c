"""Findings about capacity: memory, connections, open files."""

from ingest.check.finding import Finding, Findings, Level, Topic
from ingest.runtime.descriptors import connections_allowed, hard_limit, needed
from state.memory import memory_sentence
from state.settings.settings import Settings

CONNECTION_BYTES = 60_000
PAGE_BYTES = 350_000
"""Measured: 27 kB for a ``/ws``, 59 kB with compression, 330 kB for an open page."""


def capacity_findings(settings: Settings) -> Findings:
    yield _keeps(
        "sessions_bytes",
        f"{memory_sentence(settings)} While a checkpoint is made another process takes what the "
        "numbers take.",
    )
    yield _keeps(
        "max_connections",
        f"{settings.max_connections:,} open connections take up to "
        f"{settings.max_connections * CONNECTION_BYTES / 1e6:,.0f} MB, and a page that is open in "
        f"a browser {PAGE_BYTES / 1e6:.1f} MB.",
    )
    yield _open_files(settings)


def _open_files(settings: Settings) -> Finding:
    """The server raises the soft limit, so the hard one counts."""
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


def _keeps(setting: str, sentence: str) -> Finding:
    return Finding(Topic.KEEPS, Level.NOTE, setting, sentence)
