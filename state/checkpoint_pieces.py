"""What state looks like while it isn't living: plain pieces of it, each a few milliseconds of work.

Each class of the state writes its own pieces and takes them back; ``checkpoint`` strings them
together. What can be told from other things isn't kept, nor what only saves time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T")
AT_ONCE = 5_000


class Piece(Struct, array_like=True, tag=True, gc=False):
    """One of those below. Their names are in the file: a piece that changes gets another one."""


class KeptIds(Piece):
    """Event ids of one of two generations, and when they were first received."""

    is_young: bool
    ids: dict[str, float]


class KeptVisits(Piece):
    """Which of the sessions that were told before are running, have left, and have ended, by their
    number among them; and how many ids are inside each line."""

    running: list[int]
    left: list[int]
    ended: list[int]
    insides: list[int]


class KeptEntries(Piece):
    """Activities of a queue, the oldest first: when, and the number of the session."""

    queue: int
    entries: list[tuple[float, int]]


class KeptEvents(Piece):
    """Events of the last minute: when, session id, country, page."""

    complete_at: float
    events: list[tuple[float, str, str, str | None]]


class KeptClock(Piece):
    """Where the minutes of the clock stand."""

    now: int
    begins_at: float
    ends_at: float


class KeptMinute(Piece):
    """A minute of the clock, or more of one: session id, country, page."""

    index: int
    sessions: int
    is_complete: bool
    places: list[tuple[str, str, str | None]]


class KeptDay(Piece):
    """The day, and the fingerprints of its visitors."""

    number: int
    ends_at: float
    events: int
    visitors: list[bytes]
    is_full: bool
    knows_countries: bool


class KeptCountry(Piece):
    """The fingerprints of the visitors from one country."""

    country: str
    visitors: list[bytes]


class KeptNames(Piece):
    """A counter by name, or more of one: ``best`` are the listed ones in their order."""

    counter: str
    total: int
    floor: int
    best: dict[str, int]
    counts: dict[str, int]


class KeptLogouts(Piece):
    """Logins that were ended, and when each would have ended by itself."""

    until: dict[str, float]


def in_pieces(things: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Lists of at most so many; one empty list where there is nothing."""
    rest = iter(things)
    some = list(islice(rest, size))
    yield some
    while some := list(islice(rest, size)):
        yield some


def dicts_in_pieces(things: dict[str, Any], size: int = AT_ONCE) -> Iterator[dict[str, Any]]:
    for some in in_pieces(things.items(), size):
        yield dict(some)
