"""What deserves a viewer's attention: rules as data, checked against facts."""

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


class Watch:
    """A rule and how many of its thresholds are behind it."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._reached = 0
        self._quiet_until = 0.0

    def check(self, facts: Facts, now: float) -> Alert | None:
        value: int = getattr(facts, self.rule.fact)
        thresholds = self.rule.thresholds
        while self._reached and value < thresholds[self._reached - 1]:
            self._reached -= 1
        if self._reached == len(thresholds) or value < thresholds[self._reached]:
            return None
        if now < self._quiet_until:
            return None
        while self._reached < len(thresholds) and value >= thresholds[self._reached]:
            self._reached += 1
        self._quiet_until = now + self.rule.cooldown_s
        return self._alert(thresholds[self._reached - 1], facts, now)

    def start_again(self) -> None:
        """Forget the thresholds that are behind it, and the alert it has to rest from."""
        self._reached = 0
        self._quiet_until = 0.0

    def _alert(self, threshold: int, facts: Facts, now: float) -> Alert:
        message = self.rule.message.format(threshold=f"{threshold:,}")
        return Alert(now, self.rule.name, self.rule.level, message, threshold, facts)


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
