"""The lifetimes of pages: an unopened one is dropped after seconds, a deleted one is taken apart.

NiceGUI builds a page for each GET: about 1,400 objects in reference cycles. The garbage collector
would stop the event loop for 1.3 ms a page, for all pages at once. Taken apart they are freed one
by one."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

from nicegui import Client

OPEN_WITHIN_S = 10.0
LOOK_S = 0.25
SETTLES_S = 2.0
"""The tasks of a deleted client have ended by then."""

AT_ONCE = 10
"""Pages between two turns of the loop: some milliseconds."""


class _Unopened(NamedTuple):
    client: Client
    address: str
    drop_at: float


class _Deleted(NamedTuple):
    parts: list[object]
    separate_at: float


class PageLifetimes:
    """Counts the pages without a socket, in all and for each address, drops them after ten seconds,
    and takes deleted pages apart. ``dropped`` is called for each page that was never opened."""

    def __init__(self, *, most: int, most_each: int, dropped: Callable[[], None]) -> None:
        self._most = most
        self._most_each = most_each
        self._dropped = dropped
        self._unopened: dict[str, _Unopened] = {}
        self._by_address: Counter[str] = Counter()
        self._deleted: deque[_Deleted] = deque()
        self._in_memory = 0

    def has_room(self, address: str) -> bool:
        """True if one more page may be built for this address."""
        return len(self._unopened) < self._most and self._by_address[address] < self._most_each

    @property
    def in_memory(self) -> int:
        """Pages that were built and aren't taken apart yet."""
        return self._in_memory

    def add(self, page_id: str, client: Client, address: str) -> None:
        """Add a page that was built; its socket is expected."""
        drop_at = asyncio.get_running_loop().time() + OPEN_WITHIN_S
        self._unopened[page_id] = _Unopened(client, address, drop_at)
        self._by_address[address] += 1
        self._in_memory += 1
        client.on_connect(lambda: self._forget(page_id))
        client.on_delete(lambda: self._delete(page_id, client))

    async def run(self) -> None:
        """Drop and take apart what is due, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            now = asyncio.get_running_loop().time()
            await self._drop_overdue(now)
            await self._separate_due(now)

    async def _drop_overdue(self, now: float) -> None:
        overdue = [name for name, page in self._unopened.items() if page.drop_at <= now]
        for number, page_id in enumerate(overdue, start=1):
            page = self._unopened.get(page_id)
            if page is not None:  # else it was opened meanwhile
                page.client.delete()
                self._dropped()
            await _yield(number)

    async def _separate_due(self, now: float) -> None:
        number = 0
        while self._deleted and self._deleted[0].separate_at <= now:
            _separate(self._deleted.popleft().parts)
            self._in_memory -= 1
            number += 1
            await _yield(number)

    def _forget(self, page_id: str) -> None:
        page = self._unopened.pop(page_id, None)
        if page is None:
            return
        self._by_address[page.address] -= 1
        if not self._by_address[page.address]:
            del self._by_address[page.address]

    def _delete(self, page_id: str, client: Client) -> None:
        """Note a deleted client while it has its elements, which are in use for a moment more."""
        self._forget(page_id)
        separate_at = asyncio.get_running_loop().time() + SETTLES_S
        self._deleted.append(_Deleted(_parts(client), separate_at))


def _parts(client: Client) -> list[object]:
    """All objects that are in a reference cycle."""
    parts: list[object] = [client]
    for element in client.elements.values():
        parts += (element, element.classes, element.style, element.props, *element.slots.values())
    return parts


def _separate(parts: list[object]) -> None:
    for part in parts:
        vars(part).clear()


async def _yield(number: int) -> None:
    if number % AT_ONCE == 0:
        await asyncio.sleep(0)
