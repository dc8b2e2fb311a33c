"""The ticker: each change to every open page, and one view for all that share a filter."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from state.alerts import standard_rules
from state.filtering.filter import EVERYTHING, Filter
from state.hub.hub import Hub
from tests.support import BOUND_S, NOON, Timeline
from ui import ticker
from ui.ticker import Ticker, pause
from ui.viewmodel.view import View

pytestmark = pytest.mark.anyio


class Screen:
    """A page that remembers what it was shown."""

    def __init__(self, wanted: Filter = EVERYTHING) -> None:
        self.filter = wanted
        self.views: list[View] = []
        self.shown = asyncio.Event()

    def update_view(self, view: View) -> None:
        self.views.append(view)
        self.shown.set()

    async def next(self) -> View:
        await asyncio.wait_for(self.shown.wait(), BOUND_S)
        self.shown.clear()
        return self.views[-1]


class House:
    def __init__(self) -> None:
        rules = standard_rules(spike_threshold=25, cooldown_s=60, milestones=(10,))
        self.timeline = Timeline(*rules)
        self.hub = Hub(self.timeline.analytics, epoch="e")
        self.ticker = Ticker(self.timeline.model, self.hub, lambda wanted: True, lambda: NOON)

    def visit(self, *session_ids: str) -> None:
        for session_id in session_ids:
            applied = self.timeline.event(NOON, "pageview", session_id)
            self.hub.publish(applied.messages)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.ticker.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_every_open_page_is_shown_each_change() -> None:
    house, screens = House(), [Screen(), Screen(Filter(country="India"))]
    async with house.running():
        for number, screen in enumerate(screens):
            house.ticker.enter(str(number), screen)
        house.visit("ann")
        assert [(await screen.next()).active for screen in screens] == ["1", "0"]
        house.visit("bob")
        assert [(await screen.next()).active for screen in screens] == ["2", "0"]


async def test_pages_with_the_same_filter_share_one_view() -> None:
    house, first, second = House(), Screen(), Screen()
    async with house.running():
        house.ticker.enter("1", first)
        house.ticker.enter("2", second)
        house.visit("ann")
        assert await first.next() is await second.next()


async def test_no_two_views_have_the_same_number() -> None:
    house, screens = House(), [Screen(), Screen(Filter(country="India"))]
    async with house.running():
        for number, screen in enumerate(screens):
            house.ticker.enter(str(number), screen)
        for visitor in ("ann", "bob"):
            house.visit(visitor)
            for screen in screens:
                await screen.next()
    numbers = [view.number for screen in screens for view in screen.views]
    assert len(set(numbers)) == len(numbers) >= 4


async def test_a_burst_between_two_ticks_is_one_update() -> None:
    house, screen = House(), Screen()
    async with house.running():
        house.ticker.enter("1", screen)
        house.visit(*map(str, range(100)))
        assert (await screen.next()).active == "100"
    assert len(screen.views) == 1


async def test_a_page_that_has_left_is_told_nothing() -> None:
    house, gone, there = House(), Screen(), Screen()
    async with house.running():
        house.ticker.enter("1", gone)
        house.ticker.enter("2", there)
        house.ticker.leave("1")
        house.visit("ann")
        await there.next()
    assert gone.views == []


async def test_a_coming_or_going_dashboard_is_a_change() -> None:
    house, screen = House(), Screen()
    async with house.running():
        house.ticker.enter("1", screen)
        house.hub.join("1", NOON)
        assert (await screen.next()).dashboards == "1"


def test_the_pause_grows_with_the_load_and_is_short_while_it_is_quiet() -> None:
    pauses = [pause(rate) for rate in (0.1, 10, 22, 120, 122, 20_000)]
    assert pauses == sorted(pauses)
    assert pauses[0] == pauses[1] == ticker.QUIET_S
    assert pauses[-1] == ticker.CROWDED_S
