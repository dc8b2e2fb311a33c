"""The alert rules that can be edited: plain data."""

from typing import Literal, get_args

from msgspec import Struct

Level = Literal["info", "warning", "milestone"]
AlertKind = Literal["above", "below", "silence", "record", "new_source"]

KINDS: tuple[str, ...] = get_args(AlertKind)
LEVELS: tuple[str, ...] = get_args(Level)


class AlertRule(Struct, frozen=True):
    """A rule about the people here, by what is usual. ``above`` and ``below``: more or less than
    ``factor`` times the usual band and ``least`` people beyond it, for ``minutes``. ``silence``: no
    event for ``minutes`` where ``least`` people are usual. ``record``: more people than ever known,
    and at least ``least``. ``new_source``: ``least`` people from one that brought none before. Once
    it has ended an alert doesn't start again for ``cooldown_minutes``."""

    name: str
    kind: AlertKind
    level: Level = "warning"
    enabled: bool = True
    factor: float = 2.0
    least: int = 10
    minutes: int = 0
    cooldown_minutes: int = 30


STANDARD_ALERT_RULES = (
    AlertRule("above usual", "above"),
    AlertRule("below usual", "below", minutes=5),
    AlertRule("silence", "silence", minutes=10),
    AlertRule("record", "record", level="milestone", cooldown_minutes=60),
    AlertRule("new source", "new_source", level="info"),
)
"""The rules until others are set."""
