"""Silent connections: those without a request under way, before the first whole head or after the
last response. Each costs an open file, so they are closed first when files run out."""

import logging
from asyncio import Transport
from collections.abc import Callable
from time import monotonic
from typing import Protocol
from weakref import WeakValueDictionary

from ingest.access.addresses import Addresses, bucket
from state.settings.rules import is_loopback
from state.settings.settings import Settings

CLOSED_AT_ONCE = 16
"""A sixteenth of all connections is closed at once, so that the search for them is rare."""

REFUSED_S = 0.1
log = logging.getLogger("visitors.connections")


class SilentConnection(Protocol):
    """A connection, and since when it has been silent by the clock of its loop. None: it isn't."""

    transport: Transport
    silent_since: float | None


class Group(dict[SilentConnection, float | None]):
    """The silent connections of an address and since when. A request may have come meanwhile: the
    first one for which that still is true has been silent longest."""

    __slots__ = ("__weakref__", "is_spared")
    is_spared: bool


class SilentConnections:
    """The silent connections of a server. An address has at most
    ``max_silent_connections_per_address``; trusted proxies are exempt, and, with that setting
    unset, this machine. At most ``most_open`` connections are open in all, silent or not."""

    def __init__(
        self,
        settings: Settings,
        addresses: Addresses,
        most_open: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._most_each = settings.max_silent_connections_per_address
        self._spares_loopback = (
            "max_silent_connections_per_address" not in settings.model_fields_set
        )
        self._addresses = addresses
        self._most_open = most_open
        self._clock = clock
        self._full_until = 0.0
        self._groups: WeakValueDictionary[str, Group] = WeakValueDictionary()

    def admit(self, connection: SilentConnection, peer: str, open_now: int) -> Group | None:
        """Add a new connection to the group of its address, and return that; None: there is no
        room. ``open_now`` is the number of connections with this one. Others may be closed for
        it."""
        if open_now > self._most_open and not self._make_room():
            return None
        group = self._group_of(peer)
        if len(group) >= self._most_each and not group.is_spared:
            self._close(group, len(group) - self._most_each + 1)
        group[connection] = connection.silent_since
        return group

    def _group_of(self, peer: str) -> Group:
        address = bucket(peer)
        group = self._groups.get(address)
        if group is None:
            group = self._groups[address] = Group()
            group.is_spared = self._addresses.trusts(peer) or (
                self._spares_loopback and is_loopback(address)
            )
        return group

    def _make_room(self) -> bool:
        """Close silent connections of the addresses with most of them, exempt addresses last.
        Returns False if there are none."""
        log.warning(
            "All %s connections are taken; silent ones are closed for new ones", self._most_open
        )
        if self._clock() < self._full_until:
            return False
        left = number = max(1, self._most_open // CLOSED_AT_ONCE)
        groups = sorted(self._groups.values(), key=lambda group: (group.is_spared, -len(group)))
        for group in groups:
            left -= self._close(group, left)
            if not left:
                break
        if left == number:
            self._full_until = self._clock() + REFUSED_S
        return left < number

    def _close(self, group: Group, most: int) -> int:
        """Close the connections of a group that have been silent longest. Those that had a request
        meanwhile go to its end; each is passed twice at most."""
        closed = 0
        for _ in range(2 * len(group)):
            if closed == most:
                break
            connection, since = next(iter(group.items()))
            del group[connection]
            if connection.silent_since is not None and connection.silent_since == since:
                connection.transport.abort()
                closed += 1
            else:
                group[connection] = connection.silent_since
        return closed
