"""What a viewer wants to see."""

from msgspec import Struct

from state.event import UNKNOWN, Event
from state.sessions.session import Session


class Filter(Struct, frozen=True):
    """What a viewer wants to see. An event matches by its own fields, a session by its country
    and by having viewed the page. None lets everything through."""

    country: str | None = None
    page: str | None = None

    def __bool__(self) -> bool:
        return self.country is not None or self.page is not None

    def matches_place(self, country: str, page: str | None) -> bool:
        """The same for an event of which only this is known."""
        return self.country in (None, country) and self.page in (None, page)

    def matches(self, about: Event | Session | None) -> bool:
        """True for what concerns everybody (None), and for an event or a session that fits."""
        if about is None or not self:
            return True
        if self.country is not None and self.country != (about.country or UNKNOWN):
            return False
        if self.page is None:
            return True
        return about.page == self.page if isinstance(about, Event) else about.viewed(self.page)


EVERYTHING = Filter()
