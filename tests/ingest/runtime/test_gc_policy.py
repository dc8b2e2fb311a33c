"""The collector walks what is old only when nobody waits, but it does."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

from ingest.runtime import gc_policy
from main import build
from state.settings.settings import load
from tests.support import BOUND_S


class Circle:
    """Refers to itself, so that only the collector can find out that nobody else does."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _own_thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def old_garbage(freed: Callable[[], None] = lambda: None) -> weakref.ref[Circle]:
    circle = Circle()
    found = weakref.ref(circle, lambda _: freed())
    gc.collect(0)
    gc.collect(1)
    return found


def test_old_objects_are_not_walked_by_the_way() -> None:
    gc_policy.freeze_startup_objects()
    garbage = old_garbage()
    kept = [[] for _ in range(200_000)]  # type: ignore[var-annotated]
    assert garbage() is not None
    assert len(kept) == 200_000


@pytest.mark.anyio
async def test_what_viewers_left_behind_is_collected_in_a_quiet_moment() -> None:
    parts = build(load([]))
    gc_policy.freeze_startup_objects()
    freed = asyncio.Event()
    garbage = old_garbage(freed.set)
    keeping = asyncio.create_task(gc_policy.collect_when_idle(parts.sites, parts.pipeline))
    await asyncio.sleep(0)
    for number in range(gc_policy.SOME_LEFT):
        parts.hub.join(f"page-{number}", 0.0)
        parts.hub.leave(f"page-{number}", 0.0)
    async with asyncio.timeout(BOUND_S):
        await freed.wait()
    assert garbage() is None
    keeping.cancel()


@pytest.mark.anyio
async def test_nothing_old_is_collected_while_many_pages_are_in_memory() -> None:
    """A collection would take a second with a thousand of them; it comes once they are few."""
    parts, pages = build(load([])), [gc_policy.MOST_PAGES + 1]
    gc_policy.freeze_startup_objects()
    freed, asked = asyncio.Event(), asyncio.Event()
    garbage = old_garbage(freed.set)

    def pages_in_memory() -> int:
        asked.set()
        return pages[-1]

    keeping = asyncio.create_task(
        gc_policy.collect_when_idle(parts.sites, parts.pipeline, pages_in_memory)
    )
    await asyncio.sleep(0)
    for number in range(10_000):
        parts.hub.join(f"page-{number}", 0.0)
        parts.hub.leave(f"page-{number}", 0.0)
    async with asyncio.timeout(BOUND_S):
        await asked.wait()
        await asyncio.sleep(0)
        assert garbage() is not None
        pages.append(gc_policy.MOST_PAGES)
        await freed.wait()
    keeping.cancel()
