"""The latest sessions that were left: they are in the feed of the page, and are no events."""

from collections import deque
from collections.abc import Iterator
from sys import intern
from typing import NamedTuple

from state.checkpoint_pieces import Piece
from state.sessions.labels import Labels, shared
from state.sessions.place import Place

DEPARTURES_KEPT = 50


class KeptDepartures(Piece):
    """Departures, the oldest first: seq, when, session id, country, page, labels."""

    departures: list[tuple[int, float, str, str, str | None, Labels]]


class Departure(NamedTuple):
    """A session that was left: the seq of the message about it, when, and where."""

    seq: int
    at: float
    place: Place


class Departures:
    """The latest 50 departures."""

    def __init__(self) -> None:
        self._latest: deque[Departure] = deque(maxlen=DEPARTURES_KEPT)

    def __reversed__(self) -> Iterator[Departure]:
        """The newest first."""
        return reversed(self._latest)

    def add(self, departure: Departure) -> None:
        self._latest.append(departure)

    def dump(self) -> Iterator[KeptDepartures]:
        kept = [
            (d.seq, d.at, d.place.session_id, d.place.country, d.place.page, d.place.labels)
            for d in self._latest
        ]
        if kept:
            yield KeptDepartures(kept)

    def load(self, kept: KeptDepartures) -> None:
        for seq, at, session_id, country, page, labels in kept.departures:
            place = Place(session_id, intern(country), page and intern(page), shared(labels))
            self._latest.append(Departure(seq, at, place))
