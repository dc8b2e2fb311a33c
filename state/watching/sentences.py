"""What alerts about the usual say."""

from collections.abc import Sequence

from state.alert_rules.rule import AlertRule
from state.alerts import Cause
from state.usual.band import Band
from state.usual.minutes import RING_DAYS
from state.watching.conditions import Sight

PAIRED = ("sources", "pages")
ALIKE = 0.75
LONGEST_NAME = 60
HEAD, TAIL = 40, 19


def started(rule: AlertRule, sight: Sight) -> str:
    if rule.kind == "silence":
        usual = f", usual {sight.band.median:,.0f} here" if sight.band else ""
        return f"No event for {rule.minutes} min{usual}"
    if rule.kind == "record":
        return f"Record: {sight.people:,} here, the most in {RING_DAYS} days"
    if rule.kind == "new_source":
        name, people = next(iter(sight.newcomers.items()))
        return f"New source: {people:,} here from {shortened(name)}"
    usual = f", usual {_range(sight.band)}" if sight.band else ""
    word = "Above" if rule.kind == "above" else "Below"
    return f"{word} usual: {sight.people:,} here{usual}"


def ended(rule: AlertRule, lasted_s: float) -> str:
    """``lasted_s`` is the time since the alert started; a silence began before that."""
    if rule.kind == "silence":
        return f"Events again after {_minutes(lasted_s + 60 * rule.minutes)}"
    if rule.kind == "record":
        return f"The record is over after {_minutes(lasted_s)}"
    if rule.kind == "new_source":
        return f"The new source is over after {_minutes(lasted_s)}"
    return f"Back to usual after {_minutes(lasted_s)}"


def because(causes: Sequence[Cause], *, is_missing: bool) -> str | None:
    """What explains most of a change, as a part of a sentence: "83 % from news.ycombinator.com →
    /blog/x", "70 % of those missing from Germany". None without a cause."""
    if not causes:
        return None
    first, *pages = explaining(causes)
    share = f"{causes[0].share:.0%}".replace("%", " %")
    who = f"{share} of those missing" if is_missing else share
    word = "on" if first.dimension == "pages" else "from"
    names = " → ".join(shortened(each.name) for each in (first, *pages))
    return f"{who} {word} {names}"


def explaining(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """The largest of some causes. A source and a page are named together if they explain about the
    same part: then most of these people came from there to that page."""
    by_dimension = {each.dimension: each for each in causes}
    source, page = by_dimension.get("sources"), by_dimension.get("pages")
    if source and page and causes[0].dimension in PAIRED and _are_alike(source, page):
        return source, page
    return (causes[0],)


def _are_alike(one: Cause, other: Cause) -> bool:
    shares = sorted((one.share, other.share))
    return shares[0] >= ALIKE * shares[1]


def shortened(name: str) -> str:
    """A name without its middle if it is long: its beginning and its end identify a page."""
    return name if len(name) <= LONGEST_NAME else f"{name[:HEAD]}…{name[-TAIL:]}"


def dropped(rule: AlertRule) -> str:
    return f"The rule {rule.name} was changed"


def _range(band: Band) -> str:
    return f"{band.low:,.0f} to {band.high:,.0f}"


def lasted_minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))


def _minutes(seconds: float) -> str:
    return f"{lasted_minutes(seconds):,} min"
