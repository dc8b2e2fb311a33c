"""The view model: rows, labels and series of the page, computed from the model. No NiceGUI here.

Rows are plain dicts for the browser. Times in them are epoch seconds by the server's clock; the
browser computes ages, so that a quiet page costs the server nothing."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

import msgspec

from state import query
from state.alerts import Alert
from state.counting.recent import Received
from state.counting.top_counter import OTHER
from state.event import UNKNOWN
from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.model import Model
from state.query import Audience
from state.sessions.session import Session
from state.wire.types import Figures

FEED_ROWS = 50
SESSION_ROWS = 50
BARS = {"pages": 6, "countries": 4, "referrers": 3, "devices": 3}
THIN_SPACE = "\u202f"
NOT_KNOWN = "\N{EN DASH}"

COUNTING = "counting…"

UNCOUNTED = Figures(None, None, None, None, [None] * 10)
NO_AUDIENCE = Audience({}, {}, {})
"""The numbers under a filter that isn't counted yet."""

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class View:
    """One moment under one filter. Pages with the same filter share it, and what is made of it. No
    two views of a process have the same ``number``."""

    number: int
    filter: Filter
    is_counted: bool
    epoch: str
    seq: int
    cleared_seq: int
    active: str
    active_window: str
    today: str
    events_per_minute: str
    dashboards: str
    minutes: list[int | None]
    feed: list[Row]
    sessions: list[Row]
    more_sessions: int
    totals: dict[str, list[Row]]
    totals_of: str
    known_countries: list[str]
    known_pages: list[str]
    alerts: list[Row]
    latest_at: float | None
    newest_visit: int
    nothing_yet: bool
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def scope(self) -> str:
        """What the lists are about: another history, a reset or another filter is another scope."""
        country, page = self.filter.country or "", self.filter.page or ""
        return f"{self.epoch} {self.cleared_seq} {country} {page}"

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` returns, called once for all pages with this view."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def json(self, content: Callable[..., Any], *more: Hashable) -> str:
        """``content(view, *more)`` as JSON, encoded once for all pages with this view."""
        return self.once((content, more), lambda: as_json(content(self, *more)))


def view(
    model: Model, hub: Hub, filter_: Filter, *, number: int = 0, is_counted: bool = True
) -> View:
    """The view as of the latest journal record. The numbers are unknown unless the filter is
    counted."""
    numbers = query.figures(model, filter_) if is_counted else UNCOUNTED
    sessions = query.sessions_shown(model, filter_, SESSION_ROWS) if is_counted else []
    today, latest = query.audience(model), model.recent.latest
    audience = query.audience(model, filter_) if is_counted else NO_AUDIENCE
    return View(
        number=number,
        filter=filter_,
        is_counted=is_counted,
        epoch=hub.epoch,
        seq=model.seq,
        cleared_seq=model.cleared_seq,
        active=count(numbers.total_active),
        active_window=window(model.options.session_timeout_s),
        today=count(numbers.total_today),
        events_per_minute=count(query.events_per_minute(model, filter_) if is_counted else None),
        dashboards=count(hub.total_dashboards),
        minutes=numbers.visitors_per_minute,
        feed=[feed_row(r, model) for r in query.recent(model, filter_, FEED_ROWS)],
        sessions=[session_row(s, model.options.idle_after_s) for s in sessions],
        more_sessions=max(0, (numbers.total_active or 0) - len(sessions)),
        totals={
            "pages": bars(numbers.pages_visited or {}, BARS["pages"]),
            "countries": bars(audience.countries, BARS["countries"]),
            "referrers": bars(audience.referrers, BARS["referrers"]),
            "devices": bars(audience.devices, BARS["devices"]),
        },
        totals_of=_totals_of(filter_) if is_counted else COUNTING,
        known_countries=names(today.countries),
        known_pages=names(model.day.pages.named()),
        alerts=[alert_row(alert) for alert in reversed(model.alerts)],
        latest_at=latest.at if latest else None,
        newest_visit=max((s.first_seq for s in sessions), default=0),
        nothing_yet=latest is None and not filter_,
    )


def _totals_of(filter_: Filter) -> str:
    return "active sessions that match" if filter_ else "today"


def as_json(content: Any) -> str:
    return msgspec.json.encode(content).decode()


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
    }


def session_row(session: Session, idle_after_s: float) -> Row:
    return {
        "id": session.id,
        "page": session.current_page or "",
        "country": session.country or UNKNOWN,
        "duration": _visit_duration(session),
        "at": session.last_activity_at,
        "idle_at": session.last_activity_at + idle_after_s,
    }


def _visit_duration(session: Session) -> str:
    """Empty for a visit of one moment that goes on: the browser counts how long it is here. How
    long it was is not known once it has ended."""
    if session.duration_s:
        return duration(session.duration_s)
    return NOT_KNOWN if session.ended_at is not None else ""


def journey(session: Session, idle_after_s: float) -> Row:
    """A session as a timeline: a stop for each page, with its stay and actions."""
    stops: list[Row] = []
    steps = session.latest_steps
    for step in steps:
        if not stops or (step.page and step.page != stops[-1]["page"]):
            stops.append({"page": step.page or "", "at": step.at, "stay": "", "acts": []})
        if step.type.value != "pageview":
            label = step.name or step.element or ""
            stops[-1]["acts"].append({"type": step.type.value, "label": label, "at": step.at})
    for stop, following in pairwise(stops):
        stop["stay"] = duration(max(0, int(following["at"] - stop["at"])))
    if stops and session.ended_at is not None:
        stay = int(session.latest_at - stops[-1]["at"])
        stops[-1]["stay"] = duration(stay) if stay > 0 else NOT_KNOWN
    return {
        **session_row(session, idle_after_s),
        "device": session.device or UNKNOWN,
        "referrer": session.referrer or UNKNOWN,
        "started": session.started_at,
        "ended": session.end_reason or "",
        "events": session.events,
        "cut": session.events - len(steps),
        "stops": stops,
    }


def alert_row(alert: Alert) -> Row:
    facts = alert.facts
    if alert.rule == "spike":
        because = f"{count(facts.visitors_last_minute)} visitors in the last minute"
    else:
        because = f"{count(facts.visitors_last_minute)} of them in the last minute"
    key = f"{alert.rule}-{alert.threshold}-{alert.at}"
    text = alert.message.replace(f"{alert.threshold:,}", count(alert.threshold))
    return {"key": key, "at": alert.at, "level": alert.level, "text": text, "why": because}


def bars(counts: dict[str, int], most: int) -> list[Row]:
    """The largest counts, each with its share of the largest; all others in one last row."""
    named = sorted(
        ((name, number) for name, number in counts.items() if name != OTHER),
        key=lambda item: (-item[1], item[0]),
    )
    shown = named[:most]
    rest = sum(counts.values()) - sum(number for _, number in shown)
    largest = shown[0][1] if shown else 1
    rows = [
        {"name": name, "count": count(number), "share": round(number / largest, 3)}
        for name, number in shown
    ]
    if rest:
        rows.append({"name": OTHER, "count": count(rest), "share": 0})
    return rows


def names(counts: dict[str, int]) -> list[str]:
    return sorted(name for name in counts if name != OTHER)


def count(number: int | None) -> str:
    """1234567 as 1 234 567 with thin spaces; a number that isn't known as a dash."""
    return NOT_KNOWN if number is None else f"{number:,}".replace(",", THIN_SPACE)


def duration(seconds: int) -> str:
    """A duration as 45 s, 4 m 12 s or 2 h 05 m."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} m"
    return f"{minutes} m {rest:02d} s" if minutes else f"{rest} s"


def window(seconds: float) -> str:
    """The window of "active": as minutes where they are whole."""
    if seconds % 60 == 0:
        return f"{int(seconds // 60)} min"
    return f"{seconds:g} s"
