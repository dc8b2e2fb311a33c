"""What alerts about the usual say."""

from state.alert_rules.rule import AlertRule
from state.usual.band import Band
from state.usual.minutes import RING_DAYS
from state.watching.conditions import Sight


def started(rule: AlertRule, sight: Sight) -> str:
    if rule.kind == "silence":
        usual = f", usual {sight.band.median:,.0f} here" if sight.band else ""
        return f"No event for {rule.minutes} min{usual}"
    if rule.kind == "record":
        return f"Record: {sight.people:,} here, the most in {RING_DAYS} days"
    usual = f", usual {_range(sight.band)}" if sight.band else ""
    word = "Above" if rule.kind == "above" else "Below"
    return f"{word} usual: {sight.people:,} here{usual}"


def ended(rule: AlertRule, lasted_s: float) -> str:
    """``lasted_s`` is the time since the alert started; a silence began before that."""
    if rule.kind == "silence":
        return f"Events again after {_minutes(lasted_s + 60 * rule.minutes)}"
    if rule.kind == "record":
        return f"The record is over after {_minutes(lasted_s)}"
    return f"Back to usual after {_minutes(lasted_s)}"


def dropped(rule: AlertRule) -> str:
    return f"The rule {rule.name} was changed"


def _range(band: Band) -> str:
    return f"{band.low:,.0f} to {band.high:,.0f}"


def _minutes(seconds: float) -> str:
    return f"{max(1, round(seconds / 60)):,} min"
