"""The counts under one filter, updated with every event while the filter is in use.

Otherwise a filtered number costs a walk over all sessions and their steps: 0.4 to 1 s at 20,000
sessions of 60 pages. ``build`` counts what is there already, in steps of about half a millisecond
between which events are counted; from then on each number is at hand."""

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import merge
from itertools import chain
from operator import itemgetter
from typing import Protocol

from state.checkpoint_pieces import in_pieces
from state.counting.top_counter import largest
from state.counting.windows import LastMinute, MinuteRing
from state.filtering.filter import Filter
from state.filtering.windows import FilteredLastMinute, FilteredMinutes
from state.sessions.activity_queue import Activity
from state.sessions.people import People, Profile, profile
from state.sessions.session import Session
from state.sessions.store import SessionStore

SESSIONS_A_STEP = 50
PLACES_A_STEP = 500
SORTED_A_STEP = 2_000
MOST_PAGES = 20_000
"""Pages of the matching sessions; finding the largest among so many takes 2 ms."""


class CountSource(Protocol):
    """The source of all that came before the first event counted here."""

    sessions: SessionStore
    last_events: LastMinute
    minutes: MinuteRing


class FilteredCounts:
    """The active sessions that match, the most recently active one last, and the counts of these
    and of the matching events. An unknown number is None.

    From the call of ``build`` on, ``add`` is called for each event and ``end`` for each session
    that ends; the counts are right once ``is_complete``."""

    def __init__(self, filter_: Filter) -> None:
        self.filter = filter_
        self.is_complete = False
        self._profiles: dict[str, Profile] = {}
        self._older: dict[str, Session] = {}
        self._recent: dict[str, Session] = {}
        self._undecided: set[str] = set()
        self._knows_pages = True
        self._pages: Counter[str] = Counter()
        self.people = People()
        self._last_minute = FilteredLastMinute(filter_.matches_place)
        self._minutes = FilteredMinutes(filter_.matches_place)

    def __len__(self) -> int:
        """Number of session ids held."""
        return len(self._profiles) + len(self._last_minute) + len(self._minutes)

    @property
    def knows_pages(self) -> bool:
        """False once a matching session has viewed more pages than it remembers."""
        return self._knows_pages

    @property
    def total_active(self) -> int | None:
        return None if self._undecided else len(self._profiles)

    @property
    def pages(self) -> dict[str, int] | None:
        """Pageviews of the matching sessions, at most 50 pages and "(other)"."""
        is_known = self._knows_pages and not self._undecided and len(self._pages) <= MOST_PAGES
        return largest(self._pages) if is_known else None

    def sessions(self) -> Iterator[Session]:
        """The matching sessions, the most recently active one first."""
        return chain(reversed(self._recent.values()), reversed(self._older.values()))

    def visitors_last_minute(self, now: float) -> int | None:
        return self._last_minute.visitors(now)

    def events_last_minute(self, now: float) -> int | None:
        return self._last_minute.events(now)

    def visitors_per_minute(self, ring: MinuteRing) -> list[int | None]:
        """Ten numbers, the oldest first; ``ring`` knows the running minute."""
        return self._minutes.counts(ring.index)

    def add(self, entry: Activity, *, is_pageview: bool) -> None:
        """Count an event that its session has already."""
        place = entry.place
        if self.filter.matches_place(place):
            self._last_minute.add(entry)
            self._minutes.add(entry)
        session, page = entry.session, place.page
        if session.ended_at is not None:
            return
        before = self._profiles.get(session.id)
        if before is None:
            if self._decide_match(session, page if is_pageview else None):
                self._enter(session)
                self._recent[session.id] = session
            return
        if is_pageview and page is not None:
            self._pages[page] += 1
        if not session.knows_views:
            self._knows_pages = False
        if not self.filter.is_now(session):
            self.end(session)
            return
        now = profile(session)
        if now != before:
            self._profiles[session.id] = now
            self.people.change(before, now)
        self._older.pop(session.id, None)
        self._recent.pop(session.id, None)
        self._recent[session.id] = session

    def end(self, session: Session) -> None:
        """Remove a session that has ended, or matches no longer."""
        self._undecided.discard(session.id)
        who = self._profiles.pop(session.id, None)
        if who is None:
            return
        self._older.pop(session.id, None)
        self._recent.pop(session.id, None)
        _subtract(self._pages, session.views())
        self.people.leave(who)

    def build(self, source: CountSource) -> Iterator[None]:
        """Count what was there before, step by step; events may be counted between two steps."""
        found: list[tuple[int, Session]] = []
        for some in in_pieces(list(source.sessions.running.values()), SESSIONS_A_STEP):
            found.extend(self._find(some))
            yield
        sorted_ones: list[list[tuple[int, Session]]] = []
        for some_found in in_pieces(found, SORTED_A_STEP):
            sorted_ones.append(sorted(some_found, key=itemgetter(0)))
            yield
        for ordered in in_pieces(merge(*sorted_ones, key=itemgetter(0)), PLACES_A_STEP):
            for _, session in ordered:
                if session.id in self._profiles and session.id not in self._recent:
                    self._older[session.id] = session
            yield
        yield from self._last_minute.build(source.last_events)
        yield from self._minutes.build(source.minutes)
        self.is_complete = True

    def _find(self, some: list[Session]) -> Iterator[tuple[int, Session]]:
        """The sessions that match, each with its ``last_seq`` of now."""
        for session in some:
            if session.ended_at is not None or session.id in self._profiles:
                continue
            if self.filter.matches(session):
                self._enter(session)
                yield session.last_seq, session
            elif not session.knows_views and self.filter.is_now(session):
                self._undecided.add(session.id)

    def _decide_match(self, session: Session, viewed: str | None) -> bool:
        """Returns whether a session matches from this event on, and notes where that can't be
        known. A session that ``build`` hasn't reached yet, and that this event doesn't bring in,
        will be found by it."""
        page = self.filter.page
        if not self.filter.is_now(session):
            self._undecided.discard(session.id)
            return False
        if page is None or page == viewed:
            return True
        if self.filter == Filter(page=page):
            return False
        if session.viewed(page):
            return True
        if not session.knows_views:
            self._undecided.add(session.id)
        return False

    def _enter(self, session: Session) -> None:
        self._undecided.discard(session.id)
        self._profiles[session.id] = who = profile(session)
        if not session.knows_views:
            self._knows_pages = False
        self._pages.update(session.views())
        self.people.enter(who)


def _subtract(counts: Counter[str], less: Mapping[str, int]) -> None:
    for name, number in less.items():
        counts[name] -= number
        if counts[name] <= 0:
            del counts[name]
