"""Alerts as the page lists them, and their rules as it edits them."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import FieldInfo, fields

from state.alert_rules.rule import KINDS, LEVELS, AlertRule
from state.alert_rules.validation import LIMITS, LONGEST_NAME, MOST_RULES, wrong_rules
from state.alerts import Alert
from state.model import Model
from state.sessions.people import DIMENSIONS
from ui.viewmodel.formats import THIN_SPACE, count
from ui.viewmodel.rows import Row

Wrong = tuple[str, str]
"""The path of a field, like ``rules[0].factor``, and what is allowed."""

FIELDS = {each.name: each.field for each in DIMENSIONS}
"""The field of filters by which a cause is selected."""

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_RULE_FIELDS = fields(AlertRule)
_CHOICES = {"kind": KINDS, "level": LEVELS}


def alert_rows(model: Model) -> list[Row]:
    """The alerts that last, then the others, each with the newest first."""
    active = sorted(model.watches.active, key=lambda alert: -alert.at)
    ids = {alert.id for alert in active}
    past = [alert for alert in reversed(model.alerts) if alert.id not in ids]
    return [alert_row(alert) for alert in (*active, *past)]


def alert_row(alert: Alert) -> Row:
    """``end`` says how it ended; empty while it lasts, and for one that just happens. ``cause`` is
    the field and the value of a filter that shows what explains it. ``seen`` is when somebody
    acknowledged it."""
    largest = alert.causes[0] if alert.causes else None
    return {
        "key": f"{alert.id}-{alert.rule}-{alert.at}",
        "id": alert.id,
        "at": alert.at,
        "level": alert.level,
        "text": _THOUSANDS.sub(THIN_SPACE, alert.message),
        "why": _why(alert),
        "active": alert.state == "started",
        "end": alert.end or "",
        "cause": [FIELDS[largest.dimension], largest.name] if largest else None,
        "seen": alert.acknowledged_at,
        "by": alert.acknowledged_by or "",
    }


def _why(alert: Alert) -> str:
    visitors = count(alert.facts.visitors_last_minute)
    if alert.state is not None:
        return alert.cause or ""
    return f"{visitors} {'visitors' if alert.rule == 'spike' else 'of them'} in the last minute"


def rule_rows(model: Model) -> list[Row]:
    """The rules, by their fields."""
    return [msgspec.structs.asdict(rule) for rule in model.watches.rules]


def read_rules(given: object) -> tuple[tuple[AlertRule, ...], list[Wrong]]:
    """The rules that a page sends, or what is wrong with them: then there are none."""
    if not (isinstance(given, list) and all(isinstance(each, dict) for each in given)):
        return (), [("rules", "should be a list of rules")]
    if len(given) > MOST_RULES:
        return (), [("rules", f"should be at most {MOST_RULES}")]
    wrong = [error for place, each in enumerate(given) for error in _wrong_fields(place, each)]
    if wrong:
        return (), wrong
    rules = tuple(
        AlertRule(**{field.name: _converted(each[field.name], field) for field in _RULE_FIELDS})
        for each in given
    )
    wrong = [*wrong_rules(rules), *_same_names(rules)]
    return ((), wrong) if wrong else (rules, [])


def _wrong_fields(place: int, given: dict[str, Any]) -> Iterator[Wrong]:
    for field in _RULE_FIELDS:
        try:
            _converted(given.get(field.name), field)
        except msgspec.ValidationError:
            yield f"rules[{place}].{field.name}", _allowed(field)


def _converted(value: Any, field: FieldInfo) -> Any:
    """2.0 is a whole number in JSON."""
    if field.type is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    return msgspec.convert(value, field.type)


def _allowed(field: FieldInfo) -> str:
    if field.name in _CHOICES:
        return f"should be one of {', '.join(_CHOICES[field.name])}"
    if field.name in LIMITS:
        lowest, highest = LIMITS[field.name]
        whole = " whole" if field.type is int else ""
        return f"should be a{whole} number from {lowest:g} to {highest:,.0f}"
    return f"should be a text of 1 to {LONGEST_NAME} characters"


def _same_names(rules: tuple[AlertRule, ...]) -> Iterator[Wrong]:
    names: set[str] = set()
    for place, rule in enumerate(rules):
        if rule.name in names:
            yield f"rules[{place}].name", "should differ from the names of the other rules"
        names.add(rule.name)
