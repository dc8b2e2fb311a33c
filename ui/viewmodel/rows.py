"""Rows of the lists: plain dicts for the browser. Times in them are epoch seconds by the server's
clock; the browser computes ages, so that a quiet page costs the server nothing. A duration is in
seconds, and 0 for a visit of one moment: while it goes on, the browser counts how long it is here,
and how long it was is not known once it has ended."""

from heapq import merge
from itertools import islice
from typing import Any

from state.counting.recent import Received
from state.event import UNKNOWN, EventType
from state.filtering.filter import Filter
from state.model import Model
from state.query import recent
from state.sessions.departures import Departure
from state.sessions.labels import DEVICE
from state.sessions.session import Session

Row = dict[str, Any]


def feed_rows(model: Model, filter_: Filter, limit: int) -> list[Row]:
    """The newest events that match, and the sessions that were left among them, newest first."""
    events = (feed_row(received, model) for received in recent(model, filter_, limit))
    departures = reversed(model.departures)
    left = (left_row(each) for each in departures if filter_.matches_place(each.place))
    return list(islice(merge(events, left, key=lambda row: row["n"], reverse=True), limit))


def left_row(departure: Departure) -> Row:
    """A session that ended because its last tab was closed."""
    place = departure.place
    return {
        "n": departure.seq,
        "at": departure.at,
        "type": EventType.SESSION_END.value,
        "page": place.page or "",
        "name": "",
        "country": place.country,
        "device": place.labels[DEVICE] or "",
        "session": place.session_id,
    }


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
