"""Pageviews of the sessions that a filter selects."""

from collections import Counter

from state.counting.top_counter import largest
from state.sessions.session import Session

MOST_PAGES = 20_000
"""Pages of the matching sessions; finding the largest among so many takes 2 ms."""


class PageViews:
    """Counts the pageviews of sessions that come and go. ``knows_pages`` is False once one of them
    has viewed more pages than it remembers."""

    def __init__(self) -> None:
        self.knows_pages = True
        self._pages: Counter[str] = Counter()

    def add(self, session: Session) -> None:
        """Count all views of a session."""
        self.look_at(session)
        self._pages.update(session.views())

    def add_view(self, page: str) -> None:
        self._pages[page] += 1

    def look_at(self, session: Session) -> None:
        if not session.knows_views:
            self.knows_pages = False

    def remove(self, session: Session) -> None:
        counts = self._pages
        for name, number in session.views().items():
            counts[name] -= number
            if counts[name] <= 0:
                del counts[name]

    def named(self) -> dict[str, int] | None:
        """At most 50 pages and "(other)"; None where they aren't known."""
        is_known = self.knows_pages and len(self._pages) <= MOST_PAGES
        return largest(self._pages) if is_known else None
