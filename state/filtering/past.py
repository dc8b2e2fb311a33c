"""The past of a filter: the sessions that have ended, as far as they are remembered."""

from collections.abc import Callable, Iterator
from math import inf, nextafter
from typing import Protocol

from state.checkpoint_pieces import in_pieces
from state.filtering.filter import Filter
from state.filtering.history import MemberHistory
from state.sessions.session import Session
from state.sessions.store import SessionStore

ENDED_A_STEP = 500


class PastSource(Protocol):
    """The source of the sessions that have ended."""

    now: float
    sessions: SessionStore


def add_past(
    history: MemberHistory,
    filter_: Filter,
    source: PastSource,
    is_counted: Callable[[Session], bool],
) -> Iterator[None]:
    """Count the ended sessions that match, in steps. A session is counted by what is known of it
    now, for its whole length. What that doesn't tell is unknown: who was on a page, and what is
    forgotten."""
    sessions = source.sessions
    if filter_.on is not None:
        history.is_unknown_before(source.now)
        return
    forgotten_until = sessions.ended.forgotten_until
    if filter_.page is not None:
        forgotten_until = max(forgotten_until, sessions.ended.stripped_until)
    history.is_unknown_before(forgotten_until + _stays_s(filter_, sessions))
    newer: dict[str, int] = {}
    for some in in_pieces(reversed(sessions.ended.in_order(every=True)), ENDED_A_STEP):
        for session in some:
            again = sessions.running.get(session.id)
            next_number = newer.get(session.id, again.first_number if again else None)
            newer[session.id] = session.first_number
            if not is_counted(session) and filter_.matches(session):
                left_at = _left_at(session, filter_.within_s, sessions.timeout_s)
                history.add_past(session.first_number, left_at, next_number)
        yield


def timed_out(filter_: Filter, source: PastSource) -> list[Session]:
    """The sessions that timed out within the filter's window, unless their visitor has another
    one. All of them are kept from ``timed_out_known_at`` on."""
    sessions = source.sessions
    if not _stays_s(filter_, sessions):
        return []
    since = source.now - (filter_.within_s or 0.0)
    over = (s for s in sessions.ended.in_order() if s.end_reason == "timeout")
    return [s for s in over if s.last_activity_at > since and s.id not in sessions.running]


def timed_out_known_at(filter_: Filter, source: PastSource) -> float:
    stays_s, forgotten_until = (
        _stays_s(filter_, source.sessions),
        source.sessions.ended.forgotten_until,
    )
    return forgotten_until + stays_s if stays_s and forgotten_until else 0.0


def _stays_s(filter_: Filter, sessions: SessionStore) -> float:
    """How much longer a session that timed out stays in the numbers of a filter."""
    return max(0.0, (filter_.within_s or 0.0) - sessions.timeout_s)


def _left_at(session: Session, within_s: float | None, timeout_s: float) -> float:
    """When an ended session left the numbers of a filter. A moment after an event that ended it: at
    that moment it was there."""
    ended_at, timed_out_at = session.ended_at or 0.0, session.last_activity_at + timeout_s
    if session.end_reason == "session_end":
        return nextafter(ended_at, inf)
    if session.end_reason == "left":
        return ended_at
    if within_s is not None:
        return session.last_activity_at + within_s
    return timed_out_at if timed_out_at <= ended_at else nextafter(ended_at, inf)
