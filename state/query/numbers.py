"""The numbers of the protocol, as REST and ``/ws`` tell them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from state.counting.recent import Received
from state.counting.top_counter import OTHER
from state.filtering.counts import FilteredCounts
from state.filtering.filter import EVERYTHING, Filter
from state.model import Model
from state.sessions.session import Session
from state.wire.budget import DETAILED_BYTES, fit, left_for_lists
from state.wire.messages import (
    BotsShape,
    DetailedStats,
    FilteredStats,
    SessionPage,
    Summary,
    encode,
)
from state.wire.types import (
    BotsToday,
    EventShape,
    Figures,
    FilterShape,
    GoalShape,
    SessionShape,
    Stats,
    iso,
)

SESSIONS_SHOWN = 100
EVENTS_SHOWN = 50


def stats(model: Model) -> Stats:
    """The numbers in every ``visitor_update``."""
    return Stats(
        len(model.sessions),
        model.day.visitors_count,
        model.day.pages.json(),
        model.sessions.last_minute.inside,
        BotsToday(model.bots.today) if model.bots.today else UNSET,
        goals(model) if model.day.goals else UNSET,
    )


def goals(model: Model) -> dict[str, GoalShape]:
    """The goals of today, in their order; none without the setting."""
    counted = model.day.goals.counts() if model.day.goals else {}
    return {name: GoalShape(*count) for name, count in counted.items()}


def figures(model: Model, filter_: Filter = EVERYTHING) -> Figures:
    """All numbers under a filter. Under a filter that isn't counted yet they are counted now, which
    takes as long as a walk over all sessions (``FilterBuilder`` does it in steps before)."""
    if not filter_:
        return Figures(
            total_active=len(model.sessions),
            total_today=model.day.visitors_count,
            pages_visited=model.day.pages.named(),
            visitors_last_minute=model.sessions.last_minute.inside,
            visitors_per_minute=model.minutes.counts(),
        )
    counts = counts_of(model, filter_)
    return Figures(
        total_active=counts.total_active,
        total_today=_visitors_today(model, filter_),
        pages_visited=counts.pages,
        visitors_last_minute=counts.visitors_last_minute(model.now),
        visitors_per_minute=counts.visitors_per_minute(model.minutes),
    )


def events_per_minute(model: Model, filter_: Filter = EVERYTHING) -> int | None:
    """Events of the last 60 seconds; None while there were more than are remembered."""
    if not filter_:
        return model.last_events.events(model.now)
    return counts_of(model, filter_).events_last_minute(model.now)


def recent_events(
    model: Model, filter_: Filter = EVERYTHING, limit: int = EVENTS_SHOWN
) -> list[EventShape]:
    """The newest events that match, newest first, in the form of the wire."""
    found, goals_ = recent(model, filter_, limit), model.day.goals
    if goals_ is None:
        return [EventShape.of(r.event, r.at) for r in found]
    return [EventShape.of(r.event, r.at, goals_.of(r.event)) for r in found]


def recent(model: Model, filter_: Filter, limit: int) -> list[Received]:
    """The newest events that match, newest first."""
    matching = (r for r in reversed(model.recent) if filter_.matches(r))
    return list(islice(matching, limit))


def sessions_shown(model: Model, filter_: Filter, limit: int) -> list[Session]:
    """The active sessions that match, most recent activity first, at most ``limit``."""
    return list(islice(_matching(model, filter_), limit))


class IngestTotals(NamedTuple):
    """Counts of the ledger: ``received`` is the sum of the others."""

    received: int
    accepted: int
    duplicates: int
    rejected: dict[str, int]


def summary(
    model: Model, filter_: Filter, now: float, *, dashboards: int, totals: IngestTotals
) -> Summary:
    """The answer of ``GET /api/analytics/summary``, as of ``now``."""
    numbers = figures(model, filter_)
    pages = numbers.pages_visited
    return Summary(
        total_active=numbers.total_active,
        total_today=numbers.total_today,
        total_events=model.day.events,
        pages_visited=None if pages is None else _largest_first(pages),
        countries=_of_day(model, "countries"),
        devices=_of_day(model, "devices"),
        referrers=_of_day(model, "sources"),
        visitors_last_minute=numbers.visitors_last_minute,
        visitors_per_minute=numbers.visitors_per_minute,
        total_dashboards=dashboards,
        recent_events=recent_events(model, filter_),
        as_of=iso(now),
        **totals._asdict(),
        channels=_of_day(model, "channels") or UNSET,
        browsers=_of_day(model, "browsers") or UNSET,
        systems=_of_day(model, "systems") or UNSET,
        campaigns=_of_day(model, "campaigns") or UNSET,
        bots=_bots(model, now),
        goals=goals(model) if model.day.goals else UNSET,
        signals=model.day.signals or UNSET,
        engaged_seconds=engaged(model, sorted(model.day.pages.named())) or UNSET,
    )


def engaged(model: Model, pages: Iterable[str]) -> dict[str, int]:
    """Mean seconds for which these pages were used today, of those where that is known."""
    engagement = model.day.engagement
    if not engagement:
        return {}
    means = ((page, engagement.mean_s(page)) for page in pages)
    return {page: mean for page, mean in means if mean is not None}


def _of_day(model: Model, dimension: str) -> dict[str, int]:
    """The visits begun today by name, the largest count first."""
    return _largest_first(model.day.counter(dimension).named())


def _bots(model: Model, now: float) -> BotsShape | UnsetType:
    """A website without bots hears nothing of them."""
    bots = model.bots.counts(now)
    return BotsShape(*bots) if bots.today or bots.last_minute else UNSET


def sessions(
    model: Model,
    filter_: Filter,
    now: float,
    *,
    limit: int = SESSIONS_SHOWN,
    cursor: int | None = None,
) -> SessionPage:
    """A page of the active sessions that match, most recent activity first. ``cursor`` is the
    ``latest_number`` of the last session on the page before; ``count`` is that on all pages."""
    following = (s for s in _matching(model, filter_) if cursor is None or s.latest_number < cursor)
    page = list(islice(following, limit + 1))
    count = counts_of(model, filter_).total_active if filter_ else len(model.sessions)
    more = len(page) > limit
    return SessionPage(
        count=count,
        sessions=[session_shape(model, s, now) for s in page[:limit]],
        next_cursor=str(page[limit - 1].latest_number) if more else None,
    )


def session(model: Model, session_id: str, now: float) -> SessionShape | None:
    """One session with its steps: the running one, or the last one if it ended within 30 min."""
    found = model.sessions.find(session_id, now)
    return session_shape(model, found, now, steps=True) if found else None


def session_shape(
    model: Model, session: Session, now: float, *, steps: bool = False
) -> SessionShape:
    return SessionShape.of(session, now, model.options.idle_after_s, steps=steps)


def detailed(model: Model, filter_: Filter, now: float) -> DetailedStats:
    """The answer to ``request_detailed_stats``, within ``DETAILED_BYTES``."""
    numbers, unfiltered = figures(model, filter_), stats(model)
    asked = FilterShape.of(filter_.values())
    pages = encode(numbers.pages_visited)
    left = left_for_lists(
        DETAILED_BYTES, pages, pages, bytes(unfiltered.pages_visited), encode(asked)
    )
    shown, newest = fit(
        left // 2, sessions(model, filter_, now).sessions, recent_events(model, filter_)
    )
    filtered = FilteredStats(
        total_active=numbers.total_active,
        total_today=numbers.total_today,
        pages_visited=numbers.pages_visited,
        visitors_last_minute=numbers.visitors_last_minute,
        visitors_per_minute=numbers.visitors_per_minute,
        sessions=shown,
        events=newest,
    )
    return DetailedStats(**asdict(filtered), filter=asked, stats=unfiltered, filtered=filtered)


def _matching(model: Model, filter_: Filter) -> Iterator[Session]:
    """The active sessions that match, most recent activity first."""
    return counts_of(model, filter_).sessions() if filter_ else model.sessions.newest_first()


def counts_of(model: Model, filter_: Filter) -> FilteredCounts:
    """The counts under a filter, completed now."""
    return model.filters.count_now(filter_, model, model.now)


def _visitors_today(model: Model, filter_: Filter) -> int | None:
    """Counted for everyone and per country, and under nothing else. The window of the people
    changes nothing about today."""
    about = replace(filter_, within_s=None)
    if not about:
        return model.day.visitors_count
    if about.country is None or about != Filter(about.country):
        return None
    return model.day.visitors_from(about.country)


def _largest_first(counts: dict[str, int]) -> dict[str, int]:
    """By count, then by name; "(other)" comes last."""
    return dict(sorted(counts.items(), key=lambda item: (item[0] == OTHER, -item[1], item[0])))
