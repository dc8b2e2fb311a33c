"""What deserves a viewer's attention: rules as data, checked against facts."""

from collections.abc import Iterable
from math import inf
from typing import Literal, NamedTuple

from msgspec import Struct

Level = Literal["info", "warning", "milestone"]
Fact = Literal["visitors_in_window", "visitors_today"]


class Facts(NamedTuple):
    """The numbers that rules look at."""

    visitors_in_window: int
    visitors_last_minute: int
    visitors_today: int


class Rule(Struct, frozen=True):
    """An alert each time ``fact`` climbs over one of ``thresholds`` (ascending). A threshold fires
    again only after the fact has been below it, and not within ``cooldown_s`` of the rule's last
    alert. ``{threshold}`` in ``message`` stands for the threshold that was reached."""

    name: str
    fact: Fact
    thresholds: tuple[int, ...]
    level: Level
    message: str
    cooldown_s: float = 0.0


class Alert(Struct, frozen=True):
    """One alert that was raised; ``at`` in epoch seconds."""

    at: float
    rule: str
    level: Level
    message: str
    threshold: int
    facts: Facts


class RuleState:
    """A rule and how many of its thresholds are behind it. While its fact is at least ``low`` and
    below ``high``, ``check`` has nothing to do."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.start_again()

    def start_again(self) -> None:
        """Forget the thresholds that are behind it, and the alert it has to rest from."""
        self.stand(0, 0.0)

    def stand(self, reached: int, quiet_until: float) -> None:
        """Have so many thresholds behind it, and rest until then."""
        self.reached = reached
        self.quiet_until = quiet_until
        self._bound()

    def check(self, facts: Facts, now: float) -> Alert | None:
        alert = self._check(facts, now)
        self._bound()
        return alert

    def _check(self, facts: Facts, now: float) -> Alert | None:
        value: int = getattr(facts, self.rule.fact)
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

    def _bound(self) -> None:
        thresholds = self.rule.thresholds
        self.low = thresholds[self.reached - 1] if self.reached else 0
        self.high = thresholds[self.reached] if self.reached < len(thresholds) else inf

    def _alert(self, threshold: int, facts: Facts, now: float) -> Alert:
        message = self.rule.message.format(threshold=f"{threshold:,}")
        return Alert(now, self.rule.name, self.rule.level, message, threshold, facts)


class Watches:
    """All rules together. Nearly every event leaves every fact between its bounds: that is found
    out by comparing numbers, and no rule is asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._watches = [RuleState(rule) for rule in rules]
        self._bound()

    def are_calm(self, visitors_in_window: int, visitors_today: int) -> bool:
        """True if ``check`` has nothing to do while the facts that rules look at are these."""
        return (
            self._window_low <= visitors_in_window < self._window_high
            and self._today_low <= visitors_today < self._today_high
        )

    def check(self, facts: Facts, now: float) -> list[Alert]:
        alerts = [alert for watch in self._watches if (alert := watch.check(facts, now))]
        self._bound()
        return alerts

    def resting_until(self, now: float) -> float:
        """When the next rule may raise an alert that its cooldown holds back at ``now``."""
        return min((w.quiet_until for w in self._watches if now < w.quiet_until), default=inf)

    def start_again(self) -> None:
        for watch in self._watches:
            watch.start_again()
        self._bound()

    def dump(self) -> list[tuple[int, float]]:
        """Of each rule, how many thresholds are behind it, and until when it rests."""
        return [(watch.reached, watch.quiet_until) for watch in self._watches]

    def load(self, kept: list[tuple[int, float]]) -> None:
        for watch, (reached, quiet_until) in zip(self._watches, kept, strict=True):
            watch.stand(reached, quiet_until)
        self._bound()

    def _bound(self) -> None:
        self._window_low, self._window_high = self._bounds("visitors_in_window")
        self._today_low, self._today_high = self._bounds("visitors_today")

    def _bounds(self, fact: Fact) -> tuple[float, float]:
        watches = [watch for watch in self._watches if watch.rule.fact == fact]
        low = max((watch.low for watch in watches), default=0)
        return low, min((watch.high for watch in watches), default=inf)


def standard_rules(
    *, spike_threshold: int, cooldown_s: float, milestones: tuple[int, ...]
) -> tuple[Rule, ...]:
    """The specification's two: a spike of visitors, and milestones of the day."""
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
