"""The pieces of a checkpoint: plain data, each a few milliseconds of work.

Each class of the state dumps and loads its own pieces; ``checkpoint`` puts them in order. What can
be computed from other pieces isn't in them, nor what only saves time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T")
AT_ONCE = 5_000


class Piece(Struct, array_like=True, tag=True, gc=False):
    """Base class. The names of the classes are in the file: a piece that changes gets a new one."""


class KeptIds(Piece):
    """Event ids of one of the two generations, and when each was first received."""

    is_young: bool
    ids: dict[str, float]


class KeptVisits(Piece):
    """Which of the sessions in earlier pieces are running, have left, and have ended, by their
    number among them; how many ids are inside each queue; and until when ended sessions were
    forgotten, and stripped of their pages."""

    running: list[int]
    left: list[int]
    ended: list[int]
    insides: list[int]
    forgotten_until: float
    stripped_until: float


class KeptEntries(Piece):
    """Activities of a queue, the oldest first: when, and the number of the session."""

    queue: int
    entries: list[tuple[float, int]]


class KeptLeaving(Piece):
    """Sessions without an open tab: since when, and the number of the session."""

    entries: list[tuple[float, int]]


class KeptActivities(Piece):
    """Events and heartbeats of the last minute: when, session id, country, page, labels, and
    whether it is a heartbeat."""

    complete_at: float
    activities: list[tuple[float, str, str, str | None, tuple[str | None, ...], bool]]


class KeptClock(Piece):
    """The running minute: its number, and when it begins and ends."""

    now: int
    begins_at: float
    ends_at: float


class KeptMinute(Piece):
    """Places of a minute: session id, country, page, labels. A large minute has several pieces."""

    index: int
    sessions: int
    is_complete: bool
    places: list[tuple[str, str, str | None, tuple[str | None, ...]]]


class KeptDay(Piece):
    """The day, and the fingerprints of its visitors."""

    number: int
    ends_at: float
    events: int
    signals: int
    visitors: list[bytes]
    is_full: bool
    knows_countries: bool


class KeptCountry(Piece):
    """The fingerprints of the visitors from one country."""

    country: str
    visitors: list[bytes]


class KeptNames(Piece):
    """Counts by name; ``best`` is the top list in its order. A large counter has several pieces."""

    counter: str
    total: int
    floor: int
    best: dict[str, int]
    counts: dict[str, int]


class KeptLogouts(Piece):
    """Ended logins, and when each would have expired."""

    until: dict[str, float]


def in_pieces(things: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Lists of at most ``size`` things; one empty list without any."""
    rest = iter(things)
    some = list(islice(rest, size))
    yield some
    while some := list(islice(rest, size)):
        yield some


def dicts_in_pieces(things: dict[str, Any], size: int = AT_ONCE) -> Iterator[dict[str, Any]]:
    for some in in_pieces(things.items(), size):
        yield dict(some)
