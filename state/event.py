"""The one thing that comes in: an event, and the kinds of entry that a journal holds."""

from enum import StrEnum
from sys import intern
from typing import Any

from msgspec import Struct

UNKNOWN = "Unknown"
"""What a missing country, device or referrer is called on the wire."""

MAX_SKEW_S = 300.0
"""An own timestamp further ahead than this is a wrong clock; the receive time stands in for it."""

LONGEST_PAGE = 2048
LONGEST_COUNTRY = 64
"""Characters; an event may have no more, so a filter needs no more."""

LONGEST_LABEL = 256
"""Characters of a device or referrer that are kept as its name; what is longer is cut."""


class EventType(StrEnum):
    PAGEVIEW = "pageview"
    CLICK = "click"
    SESSION_END = "session_end"
    CUSTOM = "custom"


class Event(Struct, frozen=True, gc=False):
    """One validated event, as the sender told it. ``timestamp`` is its own clock in epoch seconds,
    None when it named none. The receive time isn't here: the journal gives it (``Record.at``)."""

    id: str
    type: EventType
    session_id: str
    page: str | None = None
    name: str | None = None
    timestamp: float | None = None
    country: str | None = None
    metadata: dict[str, Any] | None = None

    @property
    def device(self) -> str | None:
        return self._label("device")

    @property
    def referrer(self) -> str | None:
        return self._label("referrer")

    @property
    def element(self) -> str | None:
        return self._label("element")

    def is_skewed(self, received_at: float) -> bool:
        """True when the sender's clock runs more than five minutes ahead of ours."""
        return self.timestamp is not None and self.timestamp > received_at + MAX_SKEW_S

    def own_at(self, received_at: float) -> float:
        """The event's own time, or the receive time where it named none or one in the future."""
        if self.timestamp is None or self.is_skewed(received_at):
            return received_at
        return self.timestamp

    def _label(self, key: str) -> str | None:
        """A text in the metadata that has a meaning; any other kind of value there has none."""
        value = self.metadata.get(key) if self.metadata else None
        return intern(value[:LONGEST_LABEL]) if isinstance(value, str) and value else None


class Tick(Struct, frozen=True):
    """Time has passed and something is due: an expiry, a falling number, midnight, a rule."""


class Reset(Struct, frozen=True):
    """Everything shown starts at zero again. ``by`` names who asked for it."""

    by: str


class Logout(Struct, frozen=True):
    """A login ended before its time. ``login`` is its public part; ``until`` is when it would have
    ended by itself, in epoch seconds."""

    login: str
    until: float


Entry = Event | Tick | Reset | Logout
