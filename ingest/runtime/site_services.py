"""Services of which each site has one, like the counting of its filters."""

import asyncio
from asyncio import Task
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from state.journal.tasks import end
from state.sites.site import Site


class Service(Protocol):
    """Something that runs beside the numbers of a site."""

    async def run(self) -> None:
        """Run until cancelled."""


S = TypeVar("S", bound=Service)


class SiteServices(Generic[S]):
    """Makes the service of a site when it is first asked for, and runs it from then on: a hundred
    sites that nobody looks at cost nothing. ``run`` must be running."""

    def __init__(self, make: Callable[[Site], S]) -> None:
        self._make = make
        self._made: dict[str, S] = {}
        self._tasks: list[Task[None]] | None = None

    def of(self, site: Site) -> S:
        """The service of a site."""
        service = self._made.get(site.key)
        if service is None:
            service = self._made[site.key] = self._make(site)
            if self._tasks is not None:
                self._tasks.append(asyncio.create_task(service.run()))
        return service

    async def run(self) -> None:
        """Run all services until cancelled."""
        self._tasks = [asyncio.create_task(service.run()) for service in self._made.values()]
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await end(self._tasks)
