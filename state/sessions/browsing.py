"""What signals tell of a session: its open tabs, whether its visitor is leaving, and for how long
the visitor was engaged."""

from msgspec import Struct

from state.sizes import text_bytes

MOST_TABS = 20
"""Open tabs of a session that are known; one more takes the place of the first."""

BROWSING_BYTES = 160
TOLD_EVERY_S = 10.0
"""Viewers hear of the engagement of a session at most so often."""


class Browsing(Struct, frozen=True, array_like=True, gc=False):
    """``tabs`` are the open ones. ``leaving_at`` is None, or, once all tabs were closed, the time
    of the latest sign of the session. ``engaged_ms`` is the sum of its signals, and ``told_at``
    when viewers heard of it last."""

    tabs: tuple[str, ...] = ()
    leaving_at: float | None = None
    engaged_ms: int = 0
    told_at: float = 0.0

    @property
    def bytes(self) -> int:
        return BROWSING_BYTES + sum(map(text_bytes, self.tabs))

    @property
    def knows_tabs(self) -> bool:
        """False for a session that never named a tab: it can't be left."""
        return bool(self.tabs) or self.leaving_at is not None

    def seen(self, tab: str | None, at: float) -> "Browsing":
        """After an event or heartbeat, which opens the tab that it names."""
        if tab is not None and tab not in self.tabs:
            tabs = (*self.tabs, tab)[-MOST_TABS:]
            return Browsing(tabs, None, self.engaged_ms, self.told_at)
        if self.leaving_at is None:
            return self
        return Browsing(self.tabs, at, self.engaged_ms, self.told_at)

    def closed(self, tab: str | None, at: float) -> "Browsing":
        """After a tab was closed; the last one begins the end."""
        if tab not in self.tabs:
            return self
        tabs = tuple([each for each in self.tabs if each != tab])
        return Browsing(tabs, None if tabs else at, self.engaged_ms, self.told_at)

    def engaged(self, engaged_ms: int) -> "Browsing":
        """After a signal."""
        if not engaged_ms:
            return self
        return Browsing(self.tabs, self.leaving_at, self.engaged_ms + engaged_ms, self.told_at)

    def told(self, at: float) -> "Browsing":
        """After viewers heard of the session."""
        return Browsing(self.tabs, self.leaving_at, self.engaged_ms, at)


NOTHING_KNOWN = Browsing()
