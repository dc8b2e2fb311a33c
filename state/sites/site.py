"""One website: its numbers and its viewers."""

from dataclasses import dataclass

from state.analytics import Analytics
from state.hub.hub import Hub
from state.model import Model


@dataclass(frozen=True, slots=True)
class Site:
    """``key`` is that of the journal, ``name`` the one that people and programs know it by;
    ``hosts`` are its own."""

    key: str
    name: str
    hosts: tuple[str, ...]
    analytics: Analytics
    hub: Hub

    @property
    def model(self) -> Model:
        return self.analytics.model
