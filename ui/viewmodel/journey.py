"""The journey of one session as a timeline."""

from itertools import pairwise

from state.sessions.session import Session
from ui.viewmodel.rows import Row, session_row


def journey(session: Session, idle_after_s: float) -> Row:
    """A session as a timeline: a stop for each page, with its stay in seconds and actions. The
    stay is None while it goes on, and where it isn't known once the session has ended."""
    stops: list[Row] = []
    steps = session.latest_steps
    for step in steps:
        if not stops or (step.page and step.page != stops[-1]["page"]):
            stops.append({"page": step.page or "", "at": step.at, "stay": None, "acts": []})
        if step.type.value != "pageview":
            label = step.name or step.element or ""
            stops[-1]["acts"].append({"type": step.type.value, "label": label, "at": step.at})
    for stop, following in pairwise(stops):
        stop["stay"] = max(0, int(following["at"] - stop["at"]))
    if stops and session.ended_at is not None:
        stops[-1]["stay"] = int(session.latest_at - stops[-1]["at"]) or None
    return {
        **session_row(session, idle_after_s),
        "started": session.started_at,
        "ended": session.end_reason or "",
        "events": session.events,
        "engaged": session.engaged_s,
        "cut": session.events - len(steps),
        "stops": stops,
    }
