"""Where a session is."""

from msgspec import Struct


class Place(Struct, frozen=True, gc=False):
    """The country and page of a session's latest event. The session, its activities and the minutes
    share one object until it moves. The garbage collector doesn't track these: ten minutes of young
    tuples stopped the loop for 20 ms."""

    session_id: str
    country: str
    page: str | None


NOWHERE = Place("", "", None)
"""Before the first event."""
