"""One moment of all numbers under one filter, which all pages with that filter show."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from state import query
from state.counting.bots import Bots
from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.model import Model
from state.query import Order
from state.query.finding import KEYS, Key
from state.wire.types import Figures
from ui.texts.text import Text
from ui.viewmodel.alerts.rows import alert_rows
from ui.viewmodel.filters import unknown_fields
from ui.viewmodel.formats import as_json, count, window
from ui.viewmodel.here import NO_HISTORY, HereHistory, here_history
from ui.viewmodel.rows import Row, feed_rows, session_row
from ui.viewmodel.top_lists import DIMENSIONS, TopLists, top_lists
from ui.viewmodel.unusual import Unusual, unusual

FEED_ROWS = 50
SESSION_ROWS = 50

UNCOUNTED = Figures(None, None, None, None, [None] * 10)
NO_LISTS: TopLists = {each.name: {} for each in DIMENSIONS}
"""The numbers under a filter that isn't counted yet."""

SiteRows = tuple[tuple[str, int], ...]
"""The name of each site and how many are active there; empty while there is one site."""

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
    active_window: Text
    usual_window_s: float
    people: int | None
    here: HereHistory
    unusual: Unusual
    today: str
    events_per_minute: str
    dashboards: str
    minutes: list[int | None]
    feed: list[Row]
    sessions: list[Row]
    more_sessions: int
    people_cursor: Key | None
    lists: TopLists
    unknown_fields: list[str]
    alerts: list[Row]
    latest_at: float | None
    newest_visit: int
    nothing_yet: bool
    bots: Bots | None
    sites: SiteRows
    made_at: float
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def scope(self) -> str:
        """What the lists are about: another history, a reset or another filter is another scope."""
        values = " ".join(f"{name}={value}" for name, value in self.filter.values().items())
        return f"{self.epoch} {self.cleared_seq} {self.filter.within_s} {values}"

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
    model: Model,
    hub: Hub,
    filter_: Filter,
    *,
    number: int = 0,
    is_counted: bool = True,
    made_at: float = 0.0,
    sites: SiteRows = (),
) -> View:
    """The view as of the latest journal record, made at ``made_at`` by the server's clock. The
    numbers are unknown unless the filter is counted. ``sites`` are all of the server."""
    numbers = query.figures(model, filter_) if is_counted else UNCOUNTED
    sessions = query.sessions_shown(model, filter_, SESSION_ROWS) if is_counted else []
    latest = model.recent.latest
    return View(
        number=number,
        filter=filter_,
        is_counted=is_counted,
        epoch=hub.epoch,
        seq=model.seq,
        cleared_seq=model.cleared_seq,
        active=count(numbers.total_active),
        active_window=window(filter_.within_s or model.options.session_timeout_s),
        usual_window_s=model.options.session_timeout_s,
        people=numbers.total_active,
        here=here_history(model, filter_) if is_counted else NO_HISTORY,
        unusual=unusual(model, filter_, numbers.total_active),
        today=count(numbers.total_today),
        events_per_minute=count(query.events_per_minute(model, filter_) if is_counted else None),
        dashboards=count(hub.total_dashboards),
        minutes=numbers.visitors_per_minute,
        feed=feed_rows(model, filter_, FEED_ROWS),
        sessions=[session_row(s, model.options.idle_after_s) for s in sessions],
        people_cursor=KEYS[Order.SEEN](sessions[-1]) if sessions else None,
        more_sessions=max(0, (numbers.total_active or 0) - len(sessions)),
        lists=top_lists(model, filter_) if is_counted else NO_LISTS,
        unknown_fields=unknown_fields(model, filter_),
        alerts=alert_rows(model),
        latest_at=latest.at if latest else None,
        newest_visit=max((s.first_number for s in sessions), default=0),
        nothing_yet=latest is None and not filter_,
        bots=model.bots.counts(model.now) if model.bots.today else None,
        sites=sites,
        made_at=made_at,
    )
