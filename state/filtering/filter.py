"""The filter of a viewer."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from state.counting.recent import Received
from state.event import LONGEST_COUNTRY, LONGEST_LABEL, LONGEST_PAGE, UNKNOWN
from state.sessions.labels import LABELS, PLACES, Labels
from state.sessions.place import Place
from state.sessions.session import Session


class FilterField(NamedTuple):
    """A field of filters, and the most characters of its value."""

    name: str
    longest: int


FIELDS = (
    FilterField("country", LONGEST_COUNTRY),
    FilterField("page", LONGEST_PAGE),
    FilterField("on", LONGEST_PAGE),
    *(FilterField(label.field, LONGEST_LABEL) for label in LABELS),
)
"""All fields, in the order in which they are shown."""


class Filter(Struct, frozen=True):
    """Selects events and sessions. None selects all.

    ``country``: of the event itself; the latest one of a session. ``page``: of the event; a session
    has viewed it. ``on``: of the event; a session is on it now. ``labels``: what each of these
    places of a session's labels must say; an event has those of its session as of then.
    ``within_s``: sessions with an event in so many seconds, active or timed out; all events."""

    country: str | None = None
    page: str | None = None
    on: str | None = None
    labels: tuple[tuple[int, str], ...] = ()
    within_s: float | None = None

    @classmethod
    def of(cls, values: Mapping[str, str | None]) -> "Filter":
        """The filter of values by field name; an empty or missing one selects all."""
        labels = [(place, value) for field, place in PLACES.items() if (value := values.get(field))]
        return cls(
            values.get("country") or None,
            values.get("page") or None,
            values.get("on") or None,
            tuple(labels),
        )

    def values(self) -> dict[str, str]:
        """The values that are set, by field name, in the order of ``FIELDS``."""
        named = {"country": self.country, "page": self.page, "on": self.on}
        named |= {LABELS[place].field: value for place, value in self.labels}
        return {name: value for name, value in named.items() if value is not None}

    def __bool__(self) -> bool:
        return bool(self.labels) or any(
            value is not None for value in (self.country, self.page, self.on, self.within_s)
        )

    def matches_place(self, place: Place) -> bool:
        """True for an event that happened there."""
        return (
            self.country in (None, place.country)
            and self.page in (None, place.page)
            and self.on in (None, place.page)
            and (not self.labels or self._has_labels(place.labels))
        )

    def is_now(self, session: Session) -> bool:
        """True for a session that is selected by all that may change, which is all but the pages
        that it has viewed."""
        return (
            self.country in (None, session.country or UNKNOWN)
            and self.on in (None, session.current_page)
            and (not self.labels or self._has_labels(session.labels))
        )

    def matches(self, about: Received | Session | None) -> bool:
        """True for an event or a session that is selected, and for None."""
        if about is None or not self:
            return True
        if isinstance(about, Received):
            return self.matches_place(about.place)
        return self.is_now(about) and (self.page is None or about.viewed(self.page))

    def _has_labels(self, labels: Labels) -> bool:
        return all((labels[place] or UNKNOWN) == value for place, value in self.labels)


EVERYTHING = Filter()
