"""The counts under one filter, updated with every event while the filter is in use.

Otherwise a filtered number costs a walk over all sessions and their steps: 0.4 to 1 s at 20,000
sessions of 60 pages. ``build`` counts what is there already, in steps of about half a millisecond
between which events are counted; from then on each number is at hand."""

from collections.abc import Iterator
from heapq import merge
from operator import itemgetter
from typing import Protocol

from state.changes.tops import PeopleTops
from state.checkpoint_pieces import in_pieces
from state.counting.windows import LastMinute, MinuteRing
from state.filtering.filter import Filter
from state.filtering.history import MemberHistory
from state.filtering.members import Members
from state.filtering.past import add_past, timed_out, timed_out_known_at
from state.filtering.views import PageViews
from state.filtering.windows import FilteredLastMinute, FilteredMinutes
from state.sessions.expiry.activity_queue import Activity
from state.sessions.people import People
from state.sessions.session import Session
from state.sessions.store import SessionStore
from state.usual.history import PeopleHistory

SESSIONS_A_STEP = 50
PLACES_A_STEP = 500
SORTED_A_STEP = 2_000


class CountSource(Protocol):
    """The source of all that came before the first event counted here."""

    now: float
    activities: int
    sessions: SessionStore
    people: PeopleHistory
    last_events: LastMinute
    minutes: MinuteRing


class FilteredCounts:
    """The sessions that a filter selects, and the counts of these and of the matching events. An
    unknown number is None. These are the active sessions; with ``within_s`` those with an event in
    so many seconds, unless a ``session_end`` ended them.

    From the call of ``build`` on, ``add`` is called for each event and ``end`` for each session
    that ends; the counts are right once ``is_complete``. ``tops`` has the largest of the minutes
    since then."""

    def __init__(self, filter_: Filter, source: CountSource) -> None:
        self.filter = filter_
        self.is_complete = False
        self._source = source
        self._members = Members()
        self._undecided: set[str] = set()
        self._left: set[int] = set()
        self._known_at = 0.0
        self._views = PageViews()
        self._last_minute = FilteredLastMinute(filter_.matches_place)
        self._minutes = FilteredMinutes(filter_.matches_place)
        self.tops = PeopleTops()
        self._history = MemberHistory(source.people.moments, source.people.next_at)

    def __len__(self) -> int:
        """Number of session ids held."""
        return len(self._members) + len(self._last_minute) + len(self._minutes)

    @property
    def knows_pages(self) -> bool:
        """False once a matching session has viewed more pages than it remembers."""
        return self._views.knows_pages

    @property
    def total_active(self) -> int | None:
        is_known = not self._undecided and self._source.now >= self._known_at
        return len(self._members) if is_known else None

    @property
    def people(self) -> People:
        """The matching sessions by dimension."""
        return self._members.people

    @property
    def pages(self) -> dict[str, int] | None:
        """Pageviews of the matching sessions, at most 50 pages and "(other)". Not known within a
        window: it holds sessions whose pages may be forgotten."""
        if self.filter.within_s is not None or self._undecided:
            return None
        return self._views.named()

    def sessions(self) -> Iterator[Session]:
        """The matching sessions, the most recently active one first."""
        return iter(self._members)

    def history(self) -> list[tuple[float, int | None]]:
        """The matching sessions at each ten seconds of half an hour, the oldest first."""
        return list(self._history.counts())

    def visitors_last_minute(self, now: float) -> int | None:
        return self._last_minute.visitors(now)

    def events_last_minute(self, now: float) -> int | None:
        return self._last_minute.events(now)

    def visitors_per_minute(self, ring: MinuteRing) -> list[int | None]:
        """Ten numbers, the oldest first; ``ring`` knows the running minute."""
        return self._minutes.counts(ring.index)

    def advance(self, now: float) -> None:
        """Let time pass: boundaries of the history, and members that leave ``within_s``."""
        if now >= self._history.next_at:
            self._history.advance(now, self._source.activities, is_known=not self._undecided)
        if self.is_complete:
            self.tops.advance(now, self._members.people)
        within_s = self.filter.within_s
        if within_s is not None:
            for session, seen_at in self._members.inactive_since(now - within_s):
                self._leave(session, seen_at + within_s)

    def add(self, entry: Activity, *, is_pageview: bool) -> None:
        """Count an event that its session has already."""
        if entry.at >= self._history.next_at:
            self.advance(entry.at)
        if self.filter.matches_place(entry.place):
            self._last_minute.add(entry)
            self._minutes.add(entry)
        session, page = entry.session, entry.place.page
        held = self._members.find(session.id)
        if session.ended_at is not None:
            return
        if held is not None and held is not session:
            self._leave(held)
            held = None
        if held is None:
            if self._decide_match(session, page if is_pageview else None):
                self._history.begin_now()
                self._enter(session)
                self._members.touch(session)
            return
        if is_pageview and page is not None:
            self._views.add_view(page)
        self._views.look_at(session)
        if self.filter.is_now(session):
            self._members.touch(session)
        else:
            self._leave(session)

    def resume(self, session: Session, now: float) -> None:
        """Count a session that had ended and goes on."""
        if now >= self._history.next_at:
            self.advance(now)
        if (held := self._members.find(session.id)) is not None:
            self._leave(held)
        if not self.filter.is_now(session):
            return
        if (page := self.filter.page) is not None and not session.viewed(page):
            if not session.knows_views:
                self._undecided.add(session.id)
            return
        if self.is_complete or session.first_number in self._left:
            self._history.begin_now()
        else:
            self._history.begin_after(session.first_number)
        self._enter(session)
        self._members.touch(session)

    def end(self, session: Session, at: float) -> None:
        """Remove a session that ended at ``at``. One that timed out stays while it is within the
        filter's window."""
        self._undecided.discard(session.id)
        if at >= self._history.next_at:
            self.advance(at)
        is_over = self.filter.within_s is None or session.end_reason != "timeout"
        if is_over and self._members.find(session.id) is session:
            self._leave(session, None if session.end_reason == "session_end" else at)

    def build(self) -> Iterator[None]:
        """Count what was there before, step by step; events may be counted between two steps."""
        source = self._source
        self._known_at = timed_out_known_at(self.filter, source)
        found: list[tuple[int, Session]] = []
        here = [*source.sessions.running.values(), *timed_out(self.filter, source)]
        for some in in_pieces(here, SESSIONS_A_STEP):
            found.extend(self._find(some))
            yield
        sorted_ones: list[list[tuple[int, Session]]] = []
        for some_found in in_pieces(found, SORTED_A_STEP):
            sorted_ones.append(sorted(some_found, key=itemgetter(0)))
            yield
        for ordered in in_pieces(merge(*sorted_ones, key=itemgetter(0)), PLACES_A_STEP):
            self._members.arrange(session for _, session in ordered)
            yield
        yield from self._last_minute.build(source.last_events)
        yield from self._minutes.build(source.minutes)
        yield from add_past(self._history, self.filter, source, self._is_counted)
        self.is_complete = True
        self._left.clear()

    def _find(self, some: list[Session]) -> Iterator[tuple[int, Session]]:
        """The sessions that match, each with the number of its latest activity until now."""
        keeps_timed_out = self.filter.within_s is not None
        for session in some:
            if session.id in self._members:
                continue
            if session.ended_at is not None:
                is_again = session.id in self._source.sessions.running
                if not keeps_timed_out or session.end_reason != "timeout" or is_again:
                    continue
            if self.filter.matches(session):
                self._history.begin_after(session.first_number)
                self._enter(session)
                yield max(session.latest_number, ~session.latest_number), session
            elif not session.knows_views and self.filter.is_now(session):
                self._undecided.add(session.id)

    def _is_counted(self, session: Session) -> bool:
        """True for a session that the history has since it was found."""
        return session.first_number in self._left or self._members.find(session.id) is session

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
        self._members.enter(session)
        self._views.add(session)

    def _leave(self, session: Session, at: float | None = None) -> None:
        self._members.leave(session.id)
        self._history.end(at)
        if not self.is_complete:
            self._left.add(session.first_number)
        self._views.remove(session)
