"""Presence: the dashboards of this node by id, so that no order of joins and leaves can make the
number wrong, and the number of those on other nodes."""

from math import inf
from typing import Protocol

from state.wire.messages import DashboardAction


class OtherNodes(Protocol):
    """The other nodes of a cluster, which get the number of our dashboards."""

    def publish_presence(self, watching: int) -> None:
        """Send the number of our dashboards."""

    def publish_action(self, action: DashboardAction) -> None:
        """Send an action of one of our dashboards."""


class Presence:
    """Counts open pages and ``/ws`` subscribers."""

    def __init__(self) -> None:
        self.elsewhere = 0
        self.other_nodes: OtherNodes | None = None
        self._ids: dict[str, None] = {}
        self._last_seen_at = -inf

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
        self._publish()

    def leave(self, dashboard_id: str, now: float) -> None:
        del self._ids[dashboard_id]
        self._last_seen_at = now
        self._publish()

    def set_elsewhere(self, watching: int, now: float) -> None:
        """Note how many watch on other nodes."""
        if self.elsewhere:
            self._last_seen_at = now
        self.elsewhere = watching

    def expect(self, now: float) -> None:
        """Wait for dashboards to come back, as if the last one had left at ``now``."""
        self._last_seen_at = now

    def is_unwatched(self, now: float, for_s: float) -> bool:
        """True if there has been no dashboard, here or elsewhere, for longer than ``for_s``."""
        return not self.total and now > self._last_seen_at + for_s

    def _publish(self) -> None:
        if self.other_nodes is not None:
            self.other_nodes.publish_presence(len(self._ids))
