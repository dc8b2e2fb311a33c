"""One alert rule and its state."""

from math import inf

from msgspec import Struct
from msgspec.structs import replace

from state.alert_rules.rule import AlertRule
from state.alerts import Alert, Cause, Facts
from state.usual.band import LAST_MINUTES, Band
from state.watching import sentences
from state.watching.conditions import Sight, ends, limit, shown, starts

ADAPTED_S = LAST_MINUTES * 60.0
"""After so long, "the last three hours" hold nothing from before a change."""

OPPOSITE = {"above": "below", "below": "above"}
NEVER_ENDED = -inf


class KeptWatch(Struct, array_like=True):
    """The state of a rule as it is in checkpoints."""

    rule: AlertRule
    holds_since: float | None
    quiet_until: float
    ended_at: float
    alert: Alert | None


class RuleWatch:
    """An alert starts once its condition has held at all moments of the rule's minutes, and not
    within the cooldown after the one before. It ends when what is seen is calm.

    Where only the last three hours are known, a change becomes usual while it lasts. So an alert is
    compared with what was usual at its start, for these three hours, and the opposite alert doesn't
    start within them."""

    def __init__(self, rule: AlertRule) -> None:
        self.rule = rule
        self.alert: Alert | None = None
        self.ended_at = NEVER_ENDED
        self._holds_since: float | None = None
        self._quiet_until = 0.0

    @property
    def latest_at(self) -> float:
        """When its alert ended; infinite while one lasts."""
        return self.ended_at if self.alert is None else inf

    def pause(self) -> None:
        """Note that a moment is unknown."""
        self._holds_since = None

    def see(self, sight: Sight, facts: Facts, opposite: "RuleWatch | None") -> Alert | None:
        """Returns the alert that starts or ends at this moment, if one does."""
        if self.alert is not None:
            return self._end(sight, facts, self.alert)
        if not (self.rule.enabled and starts(self.rule, sight)) or _is_aftermath(sight, opposite):
            self._holds_since = None
            return None
        if self._holds_since is None:
            self._holds_since = sight.at
        lasts = 0 if self.rule.kind == "silence" else self.rule.minutes * 60
        if sight.at < max(self._holds_since + lasts, self._quiet_until):
            return None
        return self._start(sight, facts)

    def drop(self, at: float, facts: Facts) -> Alert | None:
        """End the alert, if there is one, because its rule is replaced."""
        alert = self.alert
        if alert is None:
            return None
        message = sentences.dropped(self.rule)
        return replace(self._ended(alert, at, message, facts, alert.people), is_dropped=True)

    def dump(self) -> KeptWatch:
        return KeptWatch(self.rule, self._holds_since, self._quiet_until, self.ended_at, self.alert)

    def load(self, kept: KeptWatch) -> None:
        self._holds_since, self._quiet_until = kept.holds_since, kept.quiet_until
        self.ended_at, self.alert = kept.ended_at, kept.alert

    def _start(self, sight: Sight, facts: Facts) -> Alert:
        rule = self.rule
        self._holds_since = None
        causes = _causes(rule, sight)
        self.alert = Alert(
            sight.at,
            rule.name,
            rule.level,
            sentences.started(rule, sight),
            shown(limit(rule, sight) or 0),
            facts,
            state="started",
            people=sight.people,
            usual=sight.band,
            cause=sentences.because(causes, is_missing=False),
            causes=causes,
            kind=rule.kind,
        )
        return self.alert

    def _end(self, sight: Sight, facts: Facts, alert: Alert) -> Alert | None:
        seen = replace(sight, band=_baseline(sight, alert))
        if not ends(self.rule, seen, alert):
            return None
        self._quiet_until = sight.at + self.rule.cooldown_minutes * 60
        message = sentences.ended(self.rule, sight.at - alert.at)
        return self._ended(alert, sight.at, message, facts, sight.people)

    def _ended(
        self, alert: Alert, at: float, message: str, facts: Facts, people: int | None
    ) -> Alert:
        self.alert, self.ended_at = None, at
        return replace(
            alert, state="ended", message=message, facts=facts, ended_at=at, people=people
        )


def _causes(rule: AlertRule, sight: Sight) -> tuple[Cause, ...]:
    """A new source is its own cause. Those of other alerts are found by who is here."""
    if rule.kind != "new_source":
        return ()
    name, people = next(iter(sight.newcomers.items()))
    return (Cause("sources", name, people, people / max(people, sight.people)),)


def _baseline(sight: Sight, alert: Alert) -> Band | None:
    band, before = sight.band, alert.usual
    is_new = band is None or band.basis == "last 3 hours"
    return before if is_new and sight.at < alert.at + ADAPTED_S else band or before


def _is_aftermath(sight: Sight, opposite: RuleWatch | None) -> bool:
    """True if the last three hours, if these are all that is known, hold an opposite alert."""
    if opposite is None or sight.band is None or sight.band.basis != "last 3 hours":
        return False
    return sight.at < opposite.latest_at + ADAPTED_S
