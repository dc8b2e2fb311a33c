"""Events, and the other kinds of entry that a journal record holds."""

from enum import StrEnum
from sys import intern
from typing import Any

from msgspec import Struct

from state.alert_rules.rule import AlertRule

UNKNOWN = "Unknown"
"""The name of a missing country, device or referrer on the wire."""

MAX_SKEW_S = 300.0
"""Seconds. A timestamp further ahead is a wrong clock; the receive time replaces it."""

LONGEST_PAGE = 2048
LONGEST_COUNTRY = 64
"""Characters, for events and filters alike."""

GOAL_STEP = "goal:"
"""How a step of a funnel begins that is a goal and no page."""

LONGEST_LABEL = 256
"""Characters of a device or referrer; longer ones are cut."""


class EventType(StrEnum):
    PAGEVIEW = "pageview"
    CLICK = "click"
    SESSION_END = "session_end"
    CUSTOM = "custom"
    HEARTBEAT = "heartbeat"
    LEAVE = "leave"


SIGNALS = (EventType.HEARTBEAT, EventType.LEAVE)
"""Types that say who is here, and for how long. They are no steps of a session."""


class Event(Struct, frozen=True, gc=False, omit_defaults=True):
    """One validated event as its sender described it. ``timestamp`` is the sender's clock in epoch
    seconds, None without one. The receive time is the journal's (``Record.at``).

    ``tab`` names a page load. A signal has ``engaged_ms``, the milliseconds in which the page was
    used since the last signal of its tab, and ``scroll``, how far down the page was read in
    percent. The ``id`` of a signal is empty unless its sender gave it one: then it counts once.
    ``site`` is the key of its site, here and in other entries; empty: the first one."""

    id: str
    type: EventType
    session_id: str
    page: str | None = None
    name: str | None = None
    timestamp: float | None = None
    country: str | None = None
    metadata: dict[str, Any] | None = None
    tab: str | None = None
    engaged_ms: int | None = None
    scroll: int | None = None
    site: str = ""

    @property
    def is_signal(self) -> bool:
        return self.type in SIGNALS

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
        """True if the sender's clock runs more than five minutes ahead of ours."""
        return self.timestamp is not None and self.own_at(received_at) != self.timestamp

    def own_at(self, received_at: float) -> float:
        """The event's timestamp, or the receive time where that is missing or in the future."""
        own_at = self.timestamp
        return received_at if own_at is None or own_at > received_at + MAX_SKEW_S else own_at

    def _label(self, key: str) -> str | None:
        return label_of(self.metadata.get(key)) if self.metadata else None


def label_of(value: object) -> str | None:
    """A text of the metadata, cut to 256 characters; None where it is missing, empty or no text."""
    return intern(value[:LONGEST_LABEL]) if isinstance(value, str) and value else None


class Tick(Struct, frozen=True):
    """Lets time pass: an expiry, a falling number, midnight or a rule is due."""


class Reset(Struct, frozen=True):
    """Starts all numbers at zero. ``by`` is the source of the request."""

    by: str
    site: str = ""


class Logout(Struct, frozen=True):
    """Ends a login before it expires. ``login`` is its public part; ``until`` is when it would have
    expired, in epoch seconds."""

    login: str
    until: float


class SetAlertRules(Struct, frozen=True):
    """Replaces all rules of alerts about what is usual. ``by`` is the source of the request."""

    rules: tuple[AlertRule, ...]
    by: str
    site: str = ""


class Acknowledge(Struct, frozen=True):
    """Marks an alert as seen, for all viewers. ``by`` is a name, or the source of the request."""

    alert: int
    by: str
    site: str = ""


class BotHit(Struct, frozen=True):
    """A request that a bot sent; ``name`` says which one, or how it was told."""

    name: str
    site: str = ""


Entry = Event | Tick | Reset | Logout | SetAlertRules | Acknowledge | BotHit
