"""Where a session is."""

from msgspec import Struct

from state.sessions.labels import NO_LABELS, Labels


class Place(Struct, frozen=True, gc=False):
    """The country and page of a session's latest event, and the session's labels then. The session,
    its activities and the minutes share one object until it moves. The garbage collector doesn't
    track these: ten minutes of young tuples stopped the loop for 20 ms."""

    session_id: str
    country: str
    page: str | None
    labels: Labels = NO_LABELS


NOWHERE = Place("", "", None)
"""Before the first event."""
