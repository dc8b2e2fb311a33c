"""The ways of the people here: from page to page, and along the steps of a funnel.

Each is a generator: it yields after a millisecond or two of work, and returns what it found."""

from collections import Counter
from collections.abc import Container, Generator, Sequence
from itertools import islice, pairwise
from statistics import median
from typing import NamedTuple

from state.checkpoint_pieces import in_pieces
from state.counting.goals import DayGoals
from state.event import GOAL_STEP
from state.filtering.filter import Filter
from state.model import Model
from state.query.numbers import counts_of
from state.sessions.session import Session
from state.sessions.steps import backwards

SESSIONS_A_STEP = 500
MOST_SESSIONS = 20_000
"""Of more people than these the latest active are a sample: half a second of work."""

HOUR_S = 3_600.0

OTHER_PAGES = ""
"""Stands for all pages that aren't among the most frequent ones."""


class PageMoves(NamedTuple):
    """``moves``: how often people went from a page to another one, the most frequent pages alone.
    ``people``: whose moves these are. ``is_whole`` is False for a sample, or if a journey has lost
    its beginning."""

    moves: dict[tuple[str, str], int]
    people: int
    is_whole: bool


class FunnelStep(NamedTuple):
    """``here``: people on the page now, in the median for ``median_s``, None without any. ``seen``:
    those of the last hour who were on it in their latest visit; of these ``went_on`` were on the
    next step's page after it, None for the last step. A goal (``goal:signup``) is a page on which
    people are from its completion until they view another one."""

    page: str
    here: int
    median_s: float | None
    seen: int
    went_on: int | None


class Funnel(NamedTuple):
    """``people`` are here now, ``in_hour`` those with an event in the last hour. ``is_whole`` is
    False for a sample, or if a journey has lost its beginning."""

    steps: list[FunnelStep]
    people: int
    in_hour: int
    is_whole: bool


def page_moves(model: Model, filter_: Filter, most_pages: int) -> Generator[None, None, PageMoves]:
    """The moves of the people here, in all of their visit. Pages beyond the ``most_pages`` most
    frequent ones, in moves, are one."""
    sessions, is_whole = _people(model, filter_)
    moves: Counter[tuple[str, str]] = Counter()
    for some in in_pieces(sessions, SESSIONS_A_STEP):
        for session in some:
            moves.update(pairwise(_way(session)))
            is_whole &= not session.journey_truncated
        yield
    return PageMoves(_largest(moves, most_pages), len(sessions), is_whole)


def funnel(model: Model, filter_: Filter, pages: Sequence[str]) -> Generator[None, None, Funnel]:
    """Where the people here stand on the steps, and how many of the last hour went on. The state
    keeps ended sessions for that hour if it is told to (``CountingOptions.ended_kept_s``)."""
    sessions, is_whole = _people(model, filter_)
    left, has_all_left = yield from _left_in_hour(model, filter_, MOST_SESSIONS - len(sessions))
    stays: list[list[float]] = [[] for _ in pages]
    seen, went_on = [0] * len(pages), [0] * len(pages)
    places = {page: place for place, page in enumerate(pages)}
    goals = model.day.goals if any(page.startswith(GOAL_STEP) for page in pages) else None
    for some in in_pieces(sessions, SESSIONS_A_STEP):
        for session in some:
            way = _way(session) if goals is None else _marks(session, goals, places)
            place = places.get(way[-1]) if way else None
            if place is not None:
                since = _arrived_at(session, goals, way[-1])
                stays[place].append(max(0.0, model.now - since))
        yield
    for some in in_pieces([*sessions, *left], SESSIONS_A_STEP):
        for session in some:
            way = _way(session) if goals is None else _marks(session, goals, places)
            _follow(way, pages, seen, went_on)
            is_whole &= not session.journey_truncated
            is_whole &= goals is None or session.older_views is None
        yield
    steps = [
        FunnelStep(
            page,
            len(stays[place]),
            median(stays[place]) if stays[place] else None,
            seen[place],
            went_on[place] if place + 1 < len(pages) else None,
        )
        for place, page in enumerate(pages)
    ]
    return Funnel(steps, len(sessions), len(sessions) + len(left), is_whole and has_all_left)


def _people(model: Model, filter_: Filter) -> tuple[list[Session], bool]:
    """The active sessions that match, the latest active first, and whether these are all."""
    matching = counts_of(model, filter_).sessions() if filter_ else model.sessions.newest_first()
    sessions = list(islice(matching, MOST_SESSIONS + 1))
    return sessions[:MOST_SESSIONS], len(sessions) <= MOST_SESSIONS


def _left_in_hour(
    model: Model, filter_: Filter, most: int
) -> Generator[None, None, tuple[list[Session], bool]]:
    """The visitors that match and have left, with an event in the last hour, the last to leave
    first, and whether these are all: each with the latest visit."""
    since, ended, running = model.now - HOUR_S, model.sessions.ended, model.sessions.running
    if filter_.on is not None:  # who has left is on no page
        return [], True
    found: list[Session] = []
    for some in in_pieces(reversed(ended.in_order()), SESSIONS_A_STEP):
        of_hour = (s for s in some if s.last_activity_at > since and s.id not in running)
        found += [session for session in of_hour if filter_.matches(session)]
        if len(found) > most:
            return found[:most], False
        yield
    return found, ended.forgotten_until <= since


def _way(session: Session) -> tuple[str, ...]:
    """The pages of a session in their order. It may be on a page without having viewed it: other
    events name pages, too."""
    page, journey = session.current_page, session.journey
    return (*journey, page) if page and journey[-1:] != (page,) else journey


def _marks(session: Session, goals: DayGoals, wanted: Container[str]) -> tuple[str, ...]:
    """The same with the goals among the ``wanted`` steps, each where it was completed."""
    marks: list[str] = []
    page = None
    for step in reversed(list(backwards(session.latest_step))):
        if step.page is not None and step.page != page:
            page = step.page
            marks.append(page)
        goal = GOAL_STEP + (goals.of(step) or "")
        if goal in wanted:
            marks.append(goal)
    return tuple(marks)


def _largest(moves: Counter[tuple[str, str]], most_pages: int) -> dict[tuple[str, str], int]:
    pages: Counter[str] = Counter()
    for (before, after), count in moves.items():
        pages[before] += count
        pages[after] += count
    ranked = sorted(pages, key=lambda page: (-pages[page], page))
    kept = set(ranked[: most_pages if len(ranked) <= most_pages else most_pages - 1])
    found: Counter[tuple[str, str]] = Counter()
    for (before, after), count in moves.items():
        ends = (each if each in kept else OTHER_PAGES for each in (before, after))
        found[next(ends), next(ends)] += count
    return dict(sorted(found.items(), key=lambda move: (-move[1], move[0])))


def _follow(
    way: tuple[str, ...], pages: Sequence[str], seen: list[int], went_on: list[int]
) -> None:
    for place, page in enumerate(pages):
        if page in way:
            seen[place] += 1
            if place + 1 < len(pages) and pages[place + 1] in way[way.index(page) + 1 :]:
                went_on[place] += 1


def _arrived_at(session: Session, goals: DayGoals | None, mark: str) -> float:
    """Since when a session has been on its page, or at the goal that it completed last, by the
    times of its events."""
    at = session.last_activity_at
    for step in backwards(session.latest_step):
        if goals is not None and mark == GOAL_STEP + (goals.of(step) or ""):
            return step.at
        if step.page is not None and step.page != session.current_page:
            break
        at = step.at
    return at
