"""Rows of the lists: plain dicts for the browser. Times in them are epoch seconds by the server's
clock; the browser computes ages, so that a quiet page costs the server nothing. A duration is in
seconds, and 0 for a visit of one moment: while it goes on, the browser counts how long it is here,
and how long it was is not known once it has ended."""

from typing import Any

from state.counting.recent import Received
from state.event import UNKNOWN
from state.model import Model
from state.sessions.session import Session

Row = dict[str, Any]


def feed_row(received: Received, model: Model) -> Row:
    """An event; its session's country if it has none itself."""
    event = received.event
    session = None if event.country else model.sessions.find(event.session_id, model.now)
    return {
        "n": received.seq,
        "at": received.at,
        "type": event.type.value,
        "page": event.page or "",
        "name": event.name or event.element or "",
        "country": event.country or (session and session.country) or UNKNOWN,
        "device": event.device or "",
        "session": event.session_id,
    }


def session_row(session: Session, idle_after_s: float) -> Row:
    return {
        "id": session.id,
        "page": session.current_page or "",
        "country": session.country or UNKNOWN,
        "device": session.device or "",
        "referrer": session.referrer or "",
        "duration": session.duration_s,
        "pages": session.pageviews,
        "at": session.last_activity_at,
        "idle_at": session.last_activity_at + idle_after_s,
    }
