"""The workers of pytest-xdist share a machine. A test marked ``alone`` gets it for itself: it
promises something to thousands within seconds, and a neighbour would take half of the processor."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM = Path(__file__)
DOOR = Path(__file__).with_name("conftest.py")
"""Two files that are there anyway; only the locks on them matter."""


@contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """Wait until this test may run. Who waits for an empty room keeps the door shut meanwhile:
    otherwise the others could take turns in there for ever."""
    with ROOM.open() as room:
        with DOOR.open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
