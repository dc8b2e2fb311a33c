"""Who is watching: a set of ids, so that no order of comings and goings can make the number wrong;
and how many watch on other nodes."""

from math import inf
from typing import Protocol

from state.wire.messages import DashboardAction


class Neighbours(Protocol):
    """The other nodes of a cluster, which hear of our dashboards."""

    def present(self, watching: int) -> None:
        """So many watch here now."""

    def act(self, action: DashboardAction) -> None:
        """This was done here."""


class Presence:
    """Open pages and ``/ws`` clients, side by side."""

    def __init__(self) -> None:
        self.elsewhere = 0
        self.neighbours: Neighbours | None = None
        self._ids: dict[str, None] = {}
        self._alone_since: float | None = -inf

    def __contains__(self, dashboard_id: str) -> bool:
        return dashboard_id in self._ids

    @property
    def here(self) -> int:
        return len(self._ids)

    @property
    def total(self) -> int:
        return len(self._ids) + self.elsewhere

    def enter(self, dashboard_id: str) -> None:
        self._ids[dashboard_id] = None
        self._alone_since = None
        self._tell()

    def leave(self, dashboard_id: str) -> None:
        del self._ids[dashboard_id]
        self._tell()

    def expect(self, now: float) -> None:
        """Somebody may come back: as if the last one had left just now."""
        self._alone_since = now

    def was_alone(self, now: float, for_s: float) -> bool:
        """True if nobody is there, nor has been for so long."""
        if self.total:
            self._alone_since = None
            return False
        if self._alone_since is None:
            self._alone_since = now
        return now > self._alone_since + for_s

    def _tell(self) -> None:
        if self.neighbours is not None:
            self.neighbours.present(len(self._ids))
