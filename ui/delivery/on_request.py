"""Content that only a few pages show: it is made when a page asks for it, and shared."""

import asyncio
from asyncio import Task
from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple

from state.filtering.filter import Filter
from state.model import Model
from ui.steps import finish
from ui.viewmodel.formats import as_json
from ui.viewmodel.plots import makers

EVERY_S = 2.0
Make = Callable[[Filter], Generator[None, None, Any]]


def shared_plots(model: Model, steps: Sequence[str]) -> "OnRequest":
    """The contents of map, flow and, with steps, funnel, for all pages."""
    return OnRequest(makers(model, steps))


class _Made(NamedTuple):
    at: float
    content: "Task[str]"


class OnRequest:
    """Makes content by name and filter, in steps, one at a time, at most every two seconds each,
    whatever the number of pages that ask for it. Nobody asks while nobody looks."""

    def __init__(self, makers: dict[str, Make]) -> None:
        self.names = frozenset(makers)
        self._makers = makers
        self._one = asyncio.Lock()
        self._made: dict[tuple[str, Filter], _Made] = {}

    async def get(self, name: str, filter_: Filter) -> str:
        """The content as JSON, at most two seconds old."""
        now = asyncio.get_running_loop().time()
        key = name, filter_
        made = self._made.get(key)
        if made is None or (made.content.done() and now >= made.at + EVERY_S):
            self._forget_old(now)
            made = self._made[key] = _Made(now, asyncio.create_task(self._make(name, filter_)))
        return await asyncio.shield(made.content)

    async def _make(self, name: str, filter_: Filter) -> str:
        async with self._one:
            return as_json(await finish(self._makers[name](filter_)))

    def _forget_old(self, now: float) -> None:
        old = [
            key
            for key, made in self._made.items()
            if made.content.done() and now >= made.at + EVERY_S
        ]
        for key in old:
            del self._made[key]
