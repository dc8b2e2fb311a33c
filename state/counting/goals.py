"""The goals of a website: which events complete one, and how many did today."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from state.checkpoint_pieces import Piece
from state.counting.distinct import Distinct, fingerprint
from state.event import Event, EventType

PAGEVIEW, CUSTOM = EventType.PAGEVIEW, EventType.CUSTOM
VISITORS_KEPT = 50_000
"""Visitors of a goal that are counted; the number for more is unknown."""


class KeptGoal(Piece):
    """Completions of a goal today, and the fingerprints of its visitors."""

    goal: str
    completions: int
    visitors: list[bytes]
    is_full: bool


class GoalCount(NamedTuple):
    """How often a goal was completed today, and by how many visitors: None if unknown."""

    completions: int
    visitors: int | None


class Happening(Protocol):
    """What a goal is known by: an event, or a step of a session."""

    @property
    def type(self) -> EventType: ...
    @property
    def page(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...


class DayGoals:
    """Counts the goals of a day. A goal that begins with a slash is a page that is viewed, where
    ``*`` stands for any text; any other is the name of a custom event. An event completes the first
    goal that it fits."""

    def __init__(self, goals: Sequence[str]) -> None:
        self._pages = [(_pattern(goal), goal) for goal in goals if goal.startswith("/")]
        self._customs = frozenset(goal for goal in goals if not goal.startswith("/"))
        self._completions = dict.fromkeys(goals, 0)
        self._visitors = {goal: Distinct(VISITORS_KEPT) for goal in goals}

    def of(self, event: Happening) -> str | None:
        """The goal that an event completes."""
        if event.type is CUSTOM:
            return event.name if event.name in self._customs else None
        if event.type is not PAGEVIEW or event.page is None:
            return None
        return next((goal for fits, goal in self._pages if fits.fullmatch(event.page)), None)

    def count(self, event: Event) -> None:
        """Count an event that isn't known already."""
        goal = self.of(event)
        if goal is not None:
            self._completions[goal] += 1
            self._visitors[goal].add(fingerprint(event.session_id))

    def counts(self) -> dict[str, GoalCount]:
        """All goals in their order."""
        return {
            goal: GoalCount(
                done, None if self._visitors[goal].is_full else self._visitors[goal].count
            )
            for goal, done in self._completions.items()
        }

    def dump(self) -> Iterator[KeptGoal]:
        for goal, done in self._completions.items():
            visitors = self._visitors[goal]
            yield KeptGoal(goal, done, visitors.dump(), visitors.is_full)

    def load(self, kept: KeptGoal) -> None:
        visitors = Distinct.of(kept.visitors, VISITORS_KEPT)
        visitors.is_full = kept.is_full
        self._completions[kept.goal], self._visitors[kept.goal] = kept.completions, visitors


def _pattern(goal: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, goal.split("*"))), re.DOTALL)
