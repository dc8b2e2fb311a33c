"""Open files: the limit of the process, and whether one is left."""

import logging
import os
import resource
from contextlib import suppress

RESERVE = 128
"""Journal, checkpoints, libraries, sockets of the server's own, and connections that are accepted
before the ones they displace are closed."""

BEYOND = 1_000
"""Connections beyond ``max_connections``: silent ones, and refused ones."""

log = logging.getLogger("visitors.files")


def needed(max_connections: int) -> int:
    """Returns how many open files ``max_connections`` need."""
    return max_connections + BEYOND + RESERVE


def hard_limit() -> int | None:
    """Returns the hard limit of open files; None: no limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY else hard


def connections_allowed(most_files: int | None, max_connections: int) -> int:
    """Returns how many connections may be open with ``most_files`` open files."""
    files = needed(max_connections)
    if most_files is not None:
        files = min(files, most_files)
    return max(files - RESERVE, files // 2)


def raise_limit(max_connections: int) -> int:
    """Raise the soft limit as far as the connections need it and the hard limit allows. Returns how
    many connections may be open at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed(max_connections)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):  # some systems allow less than their hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections_allowed(None if soft == resource.RLIM_INFINITY else soft, max_connections)


def check_one_is_left() -> None:
    """Log an error if no file can be opened: the event loop then closes new connections
    silently."""
    try:
        os.close(os.dup(2))
    except OSError as error:
        log.error("No file can be opened, so new connections are closed: %s", error.strerror)
