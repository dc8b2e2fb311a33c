"""Map, flow and funnel: what a page that shows one of them is sent."""

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any

from state import query
from state.countries import code_of
from state.event import GOAL_STEP
from state.filtering.filter import Filter
from state.model import Model
from ui.texts.text import Text, plural, text
from ui.viewmodel.formats import count

Content = dict[str, Any]
Steps = Generator[None, None, Content]

MAP, FLOW, FUNNEL = "map", "flow", "funnel"
MOST_COUNTRIES = 300
MOST_UNPLACED = 20
MOST_PAGES = 12
COUNTING: Content = {"counting": True}


def makers(model: Model, steps: Sequence[str]) -> dict[str, Callable[[Filter], Steps]]:
    """What makes the content of each name; without steps there is no funnel."""
    made: dict[str, Callable[[Filter], Steps]] = {
        MAP: partial(map_content, model),
        FLOW: partial(flow_content, model),
    }
    if steps:
        made[FUNNEL] = partial(funnel_content, model, pages=steps)
    return made


def map_content(model: Model, filter_: Filter) -> Steps:
    """``places``: code, name and people of each country; names of one country are one, under the
    most frequent of them. ``unplaced`` are names that aren't countries, and ``more`` all people
    beyond the names that are looked at."""
    here = query.here_by(model, "countries", filter_, MOST_COUNTRIES)
    places: dict[str, list[Any]] = {}
    unplaced: list[tuple[str, int]] = []
    for name, people in here.counts.items():
        code = code_of(name)
        if code is None:
            unplaced.append((name, people))
        else:
            places.setdefault(code, [code, name, 0])[2] += people
    yield
    return {
        "places": list(places.values()),
        "unplaced": unplaced[:MOST_UNPLACED],
        "more": here.total
        - sum(place[2] for place in places.values())
        - sum(people for _, people in unplaced[:MOST_UNPLACED]),
        "total": here.total,
    }


def flow_content(model: Model, filter_: Filter) -> Steps:
    """``pages``, the most frequent first, and ``moves`` between them by place: from, to, count. An
    empty name are all other pages."""
    found = yield from query.page_moves(model, filter_, MOST_PAGES)
    pages = list(dict.fromkeys(page for move in found.moves for page in move))
    places = {page: place for place, page in enumerate(pages)}
    return {
        "pages": pages,
        "moves": [[places[a], places[b], moves] for (a, b), moves in found.moves.items()],
        "of": _of(found.people, is_whole=found.is_whole),
    }


def funnel_content(model: Model, filter_: Filter, pages: Sequence[str]) -> Steps:
    """A row for each step, a page or a ``goal``: numbers, and ``share`` of those who have seen the
    most frequent one."""
    found = yield from query.funnel(model, filter_, pages)
    most = max((step.seen for step in found.steps), default=0) or 1
    return {
        "steps": [
            {
                "page": step.page.removeprefix(GOAL_STEP),
                "goal": step.page.startswith(GOAL_STEP),
                "here": count(step.here),
                "median": None if step.median_s is None else round(step.median_s),
                "seen": count(step.seen),
                "share": step.seen / most,
                "onward": _onward(step),
            }
            for step in found.steps
        ],
        "of": _of_hour(found),
    }


def _onward(step: query.FunnelStep) -> Text | None:
    """Of those who have seen a step, how many went on to the next one."""
    if step.went_on is None:
        return None
    if not step.seen:
        return text("{n} of {all} went on", n=step.went_on, all=step.seen)
    share = round(step.went_on / step.seen * 100)
    return text("{n} of {all} went on ({share} %)", n=step.went_on, all=step.seen, share=share)


def _of_hour(found: query.Funnel) -> Text:
    here = plural("1 person here now", "{n} people here now", found.people)
    if found.is_whole:
        return text("{people}, {hour} in the last hour", people=here, hour=found.in_hour)
    return text("a sample: {people}, {hour} in the last hour", people=here, hour=found.in_hour)


def _of(people: int, *, is_whole: bool) -> Text:
    here = plural("1 person here now", "{n} people here now", people)
    return here if is_whole else text("a sample: {people}, their latest pages", people=here)
