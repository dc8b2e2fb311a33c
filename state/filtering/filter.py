"""The filter of a viewer."""

from msgspec import Struct

from state.event import UNKNOWN, Event
from state.sessions.session import Session


class Filter(Struct, frozen=True):
    """Selects events by their own fields, and sessions by their country and the pages that they
    have viewed. None selects all."""

    country: str | None = None
    page: str | None = None

    def __bool__(self) -> bool:
        return self.country is not None or self.page is not None

    def matches_place(self, country: str, page: str | None) -> bool:
        """True for an event with this country and page."""
        return self.country in (None, country) and self.page in (None, page)

    def matches(self, about: Event | Session | None) -> bool:
        """True for an event or a session that is selected, and for None."""
        if about is None or not self:
            return True
        if self.country is not None and self.country != (about.country or UNKNOWN):
            return False
        if self.page is None:
            return True
        return about.page == self.page if isinstance(about, Event) else about.viewed(self.page)


EVERYTHING = Filter()
