"""One ticker for all open pages: it shows them what has changed."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Protocol

from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.model import Model
from ui.viewmodel.view import SiteRows, View, view

QUIET_S = 0.04
BUSY_S = 0.25
CROWDED_S = 0.3
BUSY_AT = 20.0
CROWDED_AT = 120.0
MOST_OF_A_CORE = 0.3
LONGEST_S = 1.0
BEAT_S = 1.0
PAGES_AT_ONCE = 8


class OpenPage(Protocol):
    """A page, as far as the ticker knows it."""

    filter: Filter

    def update_view(self, view: View) -> None: ...

    def beat(self) -> None: ...


class Ticker:
    """Passes a view to every open page when the numbers change: at once while it is quiet, a few
    times a second under load, with 30 % of a core unless that would make the pages wait for more
    than a second. A view is made once per filter and moment, whatever the number of pages.
    ``request_counts`` has a filter counted, and returns whether its counts are complete. ``clock``
    gives epoch seconds, ``sites`` the rows of all sites: viewers see their numbers within a
    second."""

    def __init__(
        self,
        model: Model,
        hub: Hub,
        request_counts: Callable[[Filter], bool],
        clock: Callable[[], float],
        sites: Callable[[], SiteRows] = tuple,
    ) -> None:
        self._model = model
        self._hub = hub
        self._request_counts = request_counts
        self._clock = clock
        self._sites = sites
        self._seen_sites = sites()
        self._open: dict[str, OpenPage] = {}
        self._listening: dict[str, Callable[[], None]] = {}
        self._told_alert = self._latest_alert
        self._views: dict[Filter, View] = {}
        self._numbers = count(1)
        self._changed = asyncio.Event()
        hub.on_change(self._change)

    def view(self, filter_: Filter) -> View:
        """The view of this moment under a filter."""
        if filter_ not in self._views:
            self._seen_sites = self._sites()
            self._views[filter_] = view(
                self._model,
                self._hub,
                filter_,
                number=next(self._numbers),
                is_counted=self._request_counts(filter_),
                made_at=self._clock(),
                sites=self._seen_sites,
            )
        return self._views[filter_]

    def enter(self, page_id: str, page: OpenPage) -> None:
        """Pass views to this page from now on."""
        self._listening.pop(page_id, None)
        self._open[page_id] = page

    def leave(self, page_id: str) -> None:
        """Pass no more views to this page."""
        self._open.pop(page_id, None)
        self._listening.pop(page_id, None)

    def listen(self, page_id: str, tell: Callable[[], None]) -> None:
        """Pass no more views to this page, which is hidden; call ``tell`` when an alert starts."""
        self.leave(page_id)
        self._listening[page_id] = tell

    async def run(self) -> None:
        """Tick until cancelled."""
        clock = asyncio.get_running_loop().time
        seen, started = self._model.seq, clock()
        while True:
            await self._next_change()
            messages, elapsed = self._model.seq - seen, clock() - started
            seen, started = self._model.seq, clock()
            await self._tick()
            spent = clock() - started
            await asyncio.sleep(
                max(pause(messages / max(elapsed, QUIET_S)), min(spent / MOST_OF_A_CORE, LONGEST_S))
            )

    async def _next_change(self) -> None:
        """Wait for it; every second without one is a beat, so that pages can tell a quiet website
        from a lost connection."""
        while not self._changed.is_set():
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._changed.wait()
            except TimeoutError:
                self._let_pass()
                if self._open and self._sites() != self._seen_sites:
                    self._change()
                for page in list(self._open.values()):
                    page.beat()
        self._changed.clear()

    def _let_pass(self) -> None:
        """Show what time alone has changed: people leave the window of a filter."""
        pages = [page for page in self._open.values() if page.filter.within_s is not None]
        for filter_ in {page.filter for page in pages}:
            self._views.pop(filter_, None)
        for page in pages:
            page.update_view(self.view(page.filter))

    @property
    def _latest_alert(self) -> int:
        """The id of the latest alert."""
        return self._model.alerts[-1].id if self._model.alerts else 0

    async def _tick(self) -> None:
        if self._told_alert != (latest := self._latest_alert):
            self._told_alert = latest
            for tell in list(self._listening.values()):
                tell()
        for number, page in enumerate(list(self._open.values()), start=1):
            page.update_view(self.view(page.filter))
            if number % PAGES_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _change(self) -> None:
        self._views.clear()
        self._changed.set()


def pause(messages_per_s: float) -> float:
    """Seconds between two ticks: chosen for the eye, which can't follow more under load."""
    if messages_per_s <= BUSY_AT:
        return QUIET_S
    return BUSY_S if messages_per_s <= CROWDED_AT else CROWDED_S
