"""Applies heartbeats and leaves: who is here, and for how long."""

from typing import NamedTuple

from state.arriving.arrivals import Arrivals
from state.event import Event, EventType
from state.model import Model
from state.sessions.browsing import NOTHING_KNOWN, TOLD_EVERY_S, Browsing
from state.sessions.expiry.activity_queue import Activity
from state.sessions.people import NO_PAGE
from state.sessions.session import Session

LEAVE = EventType.LEAVE


class SignalEffect(NamedTuple):
    """``session``: whose message viewers should get, if any. ``has_news`` is True if a number that
    viewers know has changed."""

    session: Session | None
    has_news: bool


def apply_signal(model: Model, arrivals: Arrivals, signal: Event, now: float) -> SignalEffect:
    """Count a signal at ``now``."""
    model.day.signals += 1
    sessions = model.sessions
    session, before = sessions.running.get(signal.session_id), sessions.last_minute.inside
    if signal.type is LEAVE:
        told = None if session is None else _leave(model, session, signal, now)
        return SignalEffect(told, False)
    told = _heartbeat(model, arrivals, session, signal, now)
    was_resumed = session is None and told is not None
    return SignalEffect(told, was_resumed or before != sessions.last_minute.inside)


def note_tab(model: Model, session: Session, tab: str | None, now: float) -> None:
    """Note that an event or heartbeat of a running session came from a tab; None: it names none."""
    _set(model, session, (session.browsing or NOTHING_KNOWN).seen(tab, now))


def _heartbeat(
    model: Model, arrivals: Arrivals, session: Session | None, signal: Event, now: float
) -> Session | None:
    is_new = session is None
    if session is None:
        ended = model.sessions.find_resumable(signal.session_id, now)
        if ended is None:
            return None
        session, seen_at = model.resume(ended, now)
    else:
        seen_at = session.last_activity_at
    was_idle = now - session.last_activity_at >= model.options.idle_after_s
    model.activities += 1
    session.stretch(signal.own_at(now))
    session.last_activity_at, session.latest_number = now, model.activities
    note_tab(model, session, signal.tab, now)
    beat = Activity(now, model.activities, session, session.place, True)
    arrivals.add(model, beat, seen_at, None, False)
    has_told = _engage(model, session, signal, now, leaves=0)
    return session if is_new or was_idle or has_told else None


def _leave(model: Model, session: Session, signal: Event, now: float) -> Session | None:
    before = session.browsing or NOTHING_KNOWN
    session.stretch(signal.own_at(now))
    _set(model, session, before.closed(signal.tab, now))
    is_first = signal.tab in before.tabs or not before.knows_tabs
    return session if _engage(model, session, signal, now, leaves=int(is_first)) else None


def _engage(model: Model, session: Session, signal: Event, now: float, *, leaves: int) -> bool:
    """Add up the engagement. Returns True if it is time to tell viewers."""
    engaged_ms = signal.engaged_ms or 0
    page = signal.page or session.current_page or NO_PAGE
    if page and (engaged_ms or leaves):
        model.day.engagement.add(page, engaged_ms, leaves)
    if not engaged_ms:
        return False
    browsing = (session.browsing or NOTHING_KNOWN).engaged(engaged_ms)
    is_due = now >= browsing.told_at + TOLD_EVERY_S
    _set(model, session, browsing.told(now) if is_due else browsing)
    return is_due


def _set(model: Model, session: Session, browsing: Browsing) -> None:
    before = session.browsing
    if browsing is before or (before is None and browsing is NOTHING_KNOWN):
        return
    model.sessions.set_browsing(session, browsing)
    leaving_at = browsing.leaving_at
    if leaving_at is not None and (before is None or before.leaving_at != leaving_at):
        model.sessions.leaving.add(session, leaving_at)
