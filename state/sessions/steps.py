"""The steps of a session: a linked list, the latest step first."""

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from state.event import EventType
from state.sizes import STEP_BYTES, VIEW_BYTES, text_bytes

STEPS_SHOWN = 200
JOURNEY_SHOWN = 50
JOURNEY_BYTES = 16 * 1024
"""Bytes of the texts of a journey, which is sent with every event of the session."""

OLDER_PAGES_KEPT = 1_000
PAGEVIEW = EventType.PAGEVIEW


class Step(Struct, frozen=True, gc=False):
    """One event of a session; ``at`` is the event's own time. ``before`` is the step before it, as
    far as that is kept: so a new step costs the same whatever their number."""

    type: EventType
    page: str | None
    name: str | None
    element: str | None
    at: float
    before: "Step | None" = None


@lru_cache(maxsize=4096)
def begin_journey(page: str) -> tuple[str]:
    """The journey of all sessions that have viewed this page alone: one object."""
    return (page,)


def shortened(journey: tuple[str, ...], size: int) -> tuple[tuple[str, ...], int]:
    """Make room for one more page, which ``size`` includes. Returns the rest and its bytes."""
    while len(journey) == JOURNEY_SHOWN or (size > JOURNEY_BYTES and journey):
        size -= text_bytes(journey[0])
        journey = journey[1:]
    return journey, size


def backwards(last: Step | None) -> Iterator[Step]:
    """The steps from the last one back to the first one kept."""
    while last is not None:
        yield last
        last = last.before


def split(last: Step | None, most_bytes: int) -> tuple[Step | None, int, Step | None]:
    """Split off the oldest steps. Returns a copy of the latest 200 or fewer, as far as
    ``most_bytes`` last, the bytes it takes, and the first of the steps before them."""
    latest: list[Step] = []
    size = 0
    while last is not None and len(latest) < STEPS_SHOWN:
        larger = size + STEP_BYTES + _texts_bytes(last)
        if larger > most_bytes and latest:
            break
        size = larger
        latest.append(last)
        last = last.before
    copy = None
    for each in reversed(latest):
        copy = Step(each.type, each.page, each.name, each.element, each.at, copy)
    return copy, size, last


def add_views(last: Step | None, views: dict[str, int], most_bytes: int) -> bool:
    """Add the pageviews of the steps to ``views``, which may take ``most_bytes``. Returns False
    where that isn't enough for all pages."""
    left, has_all = most_bytes - views_bytes(views), True
    for step in backwards(last):
        page = step.page
        if step.type is not PAGEVIEW or page is None:
            continue
        if page not in views:
            left -= view_bytes(page)
        if page in views or (left >= 0 and len(views) < OLDER_PAGES_KEPT):
            views[page] = views.get(page, 0) + 1
        else:
            has_all = False
    return has_all


def views_bytes(views: dict[str, int]) -> int:
    return sum(map(view_bytes, views))


def view_bytes(page: str) -> int:
    return VIEW_BYTES + text_bytes(page)


def _texts_bytes(step: Step) -> int:
    """The page counts where it differs from that of the step before."""
    before = step.before
    size = 0 if step.name is None else text_bytes(step.name)
    if step.element is not None:
        size += text_bytes(step.element)
    if step.page is not None and (before is None or before.page != step.page):
        size += text_bytes(step.page)
    return size
