"""Searches through all people, or all names of a list, in steps between which other work is done.

Each is a generator: it yields after a millisecond or two of work, and returns what it found."""

from collections.abc import Callable, Generator, Iterable
from enum import StrEnum
from heapq import nsmallest
from operator import itemgetter
from typing import NamedTuple

from state.checkpoint_pieces import in_pieces
from state.filtering.filter import Filter
from state.model import Model
from state.query.names import NAMES_A_STEP, WhichList, all_counts
from state.query.numbers import counts_of
from state.sessions.labels import SOURCE
from state.sessions.session import Session

PEOPLE_A_STEP = 1_000

Key = tuple[int, int]
"""The place of a session in an order, ascending, without ties."""

IsMeant = Callable[[str], bool]
"""Whether a name is meant by a text that isn't in it: a country in another language."""


def never(_: str) -> bool:
    return False


class Order(StrEnum):
    """``SEEN``: the latest activity first. ``HERE``: the longest visit first. ``PAGES``: the most
    pageviews first."""

    SEEN = "seen"
    HERE = "here"
    PAGES = "pages"


KEYS: dict[Order, Callable[[Session], Key]] = {
    Order.SEEN: lambda s: (-max(s.latest_number, ~s.latest_number), 0),
    Order.HERE: lambda s: (s.first_number, 0),
    Order.PAGES: lambda s: (-s.pageviews, -max(s.latest_number, ~s.latest_number)),
}


class FoundPeople(NamedTuple):
    """A page of sessions in their order; ``total`` is how many were found on all pages, ``cursor``
    where the next page begins, None without one."""

    sessions: list[Session]
    total: int
    cursor: Key | None


def find_people(
    model: Model,
    filter_: Filter,
    *,
    order: Order = Order.SEEN,
    text: str = "",
    is_country: IsMeant = never,
    after: Key | None = None,
    most: int = 50,
) -> Generator[None, None, FoundPeople]:
    """The sessions that a filter selects and that have a text in their id, page, country or source,
    in any case of letters, or whose country is meant by it. ``after`` is the cursor of the page
    before."""
    looked, key_of = text.casefold(), KEYS[order]
    everyone = counts_of(model, filter_).sessions() if filter_ else model.sessions.running.values()
    best: list[tuple[Key, Session]] = []
    total = 0
    for some in in_pieces(list(everyone), PEOPLE_A_STEP):
        found = [
            s for s in some if not looked or looked in _text_of(s) or is_country(s.country or "")
        ]
        total += len(found)
        keyed = ((key_of(session), session) for session in found)
        best = _first(most + 1, (*best, *(each for each in keyed if not after or each[0] > after)))
        yield
    cursor = best[most - 1][0] if len(best) > most else None
    return FoundPeople([session for _, session in best[:most]], total, cursor)


class FoundNames(NamedTuple):
    """The largest counts of the names found, and how many names these are in all."""

    counts: dict[str, int]
    names: int


def find_names(
    model: Model,
    which: WhichList,
    text: str,
    most: int,
    is_meant: IsMeant = never,
) -> Generator[None, None, FoundNames]:
    """The names of a list that have a text in them, in any case of letters, or are meant by it."""
    looked = text.casefold()
    counts = all_counts(model, which)
    best: list[tuple[int, str]] = []
    names = 0
    for some in in_pieces(list(counts.items()), NAMES_A_STEP):
        found = [(-n, name) for name, n in some if looked in name.casefold() or is_meant(name)]
        names += len(found)
        best = nsmallest(most, best + found)
        yield
    return FoundNames({name: -count for count, name in best}, names)


def _first(most: int, keyed: Iterable[tuple[Key, Session]]) -> list[tuple[Key, Session]]:
    return nsmallest(most, keyed, key=itemgetter(0))


def _text_of(session: Session) -> str:
    source = session.labels[SOURCE]
    return f"{session.id}\n{session.current_page}\n{session.country}\n{source}".casefold()
