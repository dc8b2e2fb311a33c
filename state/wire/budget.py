"""How much a snapshot may take: sessions and events within a budget of bytes."""

from msgspec.structs import replace

from state.wire.messages import encode
from state.wire.types import EventShape, SessionShape

SNAPSHOT_BYTES = 256 * 1024
DETAILED_BYTES = 512 * 1024
"""Sessions and events stand twice in it."""

EVENTS_BYTES = 64 * 1024
"""What events may take where not all fits."""

LEAST_BYTES = 64 * 1024
"""What is left to sessions and events however large the numbers beside them are."""

ENVELOPE_BYTES = 2 * 1024
"""Names of fields, epoch, filter in its longest form aside, numbers."""

Lists = tuple[list[SessionShape], list[EventShape]]


def room(budget: int, *numbers: bytes) -> int:
    """Bytes that are left for lists beside these numbers, which are never cut."""
    return max(LEAST_BYTES, budget - ENVELOPE_BYTES - sum(map(len, numbers)))


def within(most: int, sessions: list[SessionShape], events: list[EventShape]) -> Lists:
    """These lists as they are if their JSON fits into ``most`` bytes. Else the newest events as far
    as their share goes, and the sessions in front, long journeys cut to their newest pages and
    marked as truncated."""
    if _fits(most, sessions, events):
        return sessions, events
    newest: list[EventShape] = []
    left = most
    for event in events:
        size = _size(event)
        if size > EVENTS_BYTES - (most - left):
            break
        newest.append(event)
        left -= size
    return _cut(left, sessions), newest


def _fits(most: int, sessions: list[SessionShape], events: list[EventShape]) -> bool:
    """Characters are counted first: 41 MB of journeys would take 20 ms to encode."""
    if sum(len(page) for session in sessions for page in session.journey) > most:
        return False
    return len(encode((sessions, events))) <= most


def _cut(left: int, sessions: list[SessionShape]) -> list[SessionShape]:
    """As many as fit, each with a journey that its even share has room for."""
    kept: list[SessionShape] = []
    share = left // max(1, len(sessions))
    for session in sessions:
        shown = _shortened(session, share)
        size = _size(shown)
        if size > left:
            break
        kept.append(shown)
        left -= size
    return kept


def _shortened(session: SessionShape, most: int) -> SessionShape:
    """The session with the newest pages of its journey that fit, and one in any case."""
    left = most - _size(replace(session, journey=()))
    journey = session.journey
    first = len(journey)
    while first and (left := left - _size(journey[first - 1])) >= 0:
        first -= 1
    first = min(first, max(0, len(journey) - 1))
    if not first:
        return session
    return replace(session, journey=journey[first:], journey_truncated=True)


def _size(part: object) -> int:
    """Bytes of its JSON in a list, the comma included."""
    return len(encode(part)) + 1
