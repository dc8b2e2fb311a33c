"""The size of snapshots: sessions and events within a budget of bytes."""

from msgspec.structs import replace

from state.wire.messages import encode
from state.wire.types import EventShape, SessionShape

SNAPSHOT_BYTES = 256 * 1024
DETAILED_BYTES = 512 * 1024
"""It has its sessions and events twice."""

EVENTS_BYTES = 64 * 1024
"""The share of events where not everything fits."""

LEAST_BYTES = 64 * 1024
"""The least that sessions and events get, however large the numbers beside them are."""

ENVELOPE_BYTES = 2 * 1024
"""Field names, epoch and numbers; a filter is counted separately."""

Lists = tuple[list[SessionShape], list[EventShape]]


def left_for_lists(budget: int, *numbers: bytes) -> int:
    """Bytes that are left for lists beside these numbers, which are never cut."""
    return max(LEAST_BYTES, budget - ENVELOPE_BYTES - sum(map(len, numbers)))


def fit(most: int, sessions: list[SessionShape], events: list[EventShape]) -> Lists:
    """These lists unchanged if their JSON fits into ``most`` bytes. Else the newest events within
    their share, and the first sessions, with long journeys cut to their newest pages and marked as
    truncated."""
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
    """Counts characters first: 41 MB of journeys take 20 ms to encode."""
    if sum(len(page) for session in sessions for page in session.journey) > most:
        return False
    return len(encode((sessions, events))) <= most


def _cut(left: int, sessions: list[SessionShape]) -> list[SessionShape]:
    """As many sessions as fit, each with a journey within its equal share."""
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
    """The session with the newest pages of its journey that fit, at least one."""
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
    """Bytes of its JSON in a list, with the comma."""
    return len(encode(part)) + 1
