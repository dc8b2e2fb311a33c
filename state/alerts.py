"""Alerts: rules as data, checked against facts."""

from collections.abc import Iterable
from math import inf
from typing import Literal, NamedTuple

from msgspec import Struct

from state.alert_rules.rule import AlertKind, Level
from state.usual.band import Band


class Facts(NamedTuple):
    """The numbers that rules look at, the one list of them; ``Model.facts`` works them out. A fact
    rises by at most one with an event. It falls by at most one when an activity expires or a
    session ends, and freely at midnight."""

    visitors_in_window: int
    visitors_last_minute: int
    visitors_today: int


class Rule(Struct, frozen=True):
    """Raises an alert each time ``fact`` (a field of ``Facts``) climbs over one of ``thresholds``
    (ascending). A threshold fires again only after the fact was below it, and not within
    ``cooldown_s`` of the rule's last alert. ``{threshold}`` in ``message`` stands for the threshold
    that was reached."""

    name: str
    fact: str
    thresholds: tuple[int, ...]
    level: Level
    message: str
    cooldown_s: float = 0.0


class Cause(Struct, frozen=True):
    """A part of a change: ``share`` of it (0 to 1) are people with a ``name`` in a ``dimension``,
    of whom there are now ``change`` more than before."""

    dimension: str
    name: str
    change: int
    share: float


class Alert(Struct, frozen=True):
    """One alert that was raised; ``at`` in epoch seconds. ``id`` is the seq of its first message.
    An alert about what is usual has the ``kind`` of its rule, a ``state``, the people here at the
    time of that state, what was usual at its start, and perhaps causes, the largest first, which
    ``cause`` says; ``end`` says how it ended. ``is_dropped``: by a change of its rule."""

    at: float
    rule: str
    level: Level
    message: str
    threshold: int
    facts: Facts
    id: int = 0
    state: Literal["started", "ended"] | None = None
    people: int | None = None
    usual: Band | None = None
    cause: str | None = None
    causes: tuple[Cause, ...] = ()
    ended_at: float | None = None
    end: str | None = None
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    kind: AlertKind | None = None
    is_dropped: bool = False


class RuleState:
    """A rule and how many of its thresholds its fact has ``reached``. While the fact is at least
    ``low`` and below ``high``, ``check`` has nothing to do.

    Raises:
        ValueError: the rule's fact is none of ``Facts``.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._place = Facts._fields.index(rule.fact)
        self.set(0, 0.0)

    def set(self, reached: int, quiet_until: float) -> None:
        """Continue with ``reached`` thresholds, and without an alert before ``quiet_until``."""
        self.reached = reached
        self.quiet_until = quiet_until
        self._set_bounds()

    def slack(self, facts: Facts) -> tuple[float, float]:
        """How far the fact is from its upper and its lower bound; 0 or less if it is outside."""
        value = facts[self._place]
        return self.high - value, value - self.low + 1

    def check(self, facts: Facts, now: float) -> Alert | None:
        """Returns the alert that the facts raise at ``now``, if they raise one."""
        alert = self._check(facts, now)
        self._set_bounds()
        return alert

    def _check(self, facts: Facts, now: float) -> Alert | None:
        value = facts[self._place]
        thresholds = self.rule.thresholds
        while self.reached and value < thresholds[self.reached - 1]:
            self.reached -= 1
        if self.reached == len(thresholds) or value < thresholds[self.reached]:
            return None
        if now < self.quiet_until:
            return None
        while self.reached < len(thresholds) and value >= thresholds[self.reached]:
            self.reached += 1
        self.quiet_until = now + self.rule.cooldown_s
        return self._alert(thresholds[self.reached - 1], facts, now)

    def _set_bounds(self) -> None:
        thresholds = self.rule.thresholds
        self.low = thresholds[self.reached - 1] if self.reached else 0
        self.high = thresholds[self.reached] if self.reached < len(thresholds) else inf

    def _alert(self, threshold: int, facts: Facts, now: float) -> Alert:
        message = self.rule.message.format(threshold=f"{threshold:,}")
        return Alert(now, self.rule.name, self.rule.level, message, threshold, facts)


class Rules:
    """All rules and their states. Nearly every event leaves every fact within its bounds: ``slack``
    says for how long no rule needs to be checked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._states = [RuleState(rule) for rule in rules]

    def slack(self, facts: Facts) -> tuple[float, float]:
        """After how many rises, and after how many falls, of a fact ``check`` may have something to
        do. 0 or less means now."""
        slacks = [state.slack(facts) for state in self._states] or [(inf, inf)]
        return min(rises for rises, _ in slacks), min(falls for _, falls in slacks)

    def check(self, facts: Facts, now: float) -> list[Alert]:
        """Returns the alerts that the facts raise at ``now``."""
        return [alert for state in self._states if (alert := state.check(facts, now))]

    def resting_until(self, now: float) -> float:
        """When the next rule may raise an alert that its cooldown holds back at ``now``."""
        return min((s.quiet_until for s in self._states if now < s.quiet_until), default=inf)

    def start_again(self) -> None:
        """Forget which thresholds were reached, and the cooldowns."""
        for state in self._states:
            state.set(0, 0.0)

    def dump(self) -> list[tuple[int, float]]:
        """Of each rule the number of thresholds reached, and until when it rests."""
        return [(state.reached, state.quiet_until) for state in self._states]

    def load(self, kept: list[tuple[int, float]]) -> None:
        for state, (reached, quiet_until) in zip(self._states, kept, strict=True):
            state.set(reached, quiet_until)


def standard_rules(
    *, spike_threshold: int, cooldown_s: float, milestones: tuple[int, ...]
) -> tuple[Rule, ...]:
    """The two rules of the specification: a spike of visitors, and milestones of the day."""
    return (
        Rule(
            "spike",
            "visitors_in_window",
            (spike_threshold,),
            "milestone",
            "Visitor spike detected!",
            cooldown_s,
        ),
        Rule("milestone", "visitors_today", milestones, "milestone", "{threshold} visitors today"),
    )
