"""The alert rules as the page edits them, and what it says about wrong ones."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import FieldInfo, fields

from state.alert_rules.rule import KINDS, LEVELS, AlertRule
from state.alert_rules.validation import LIMITS, LONGEST_NAME, MOST_RULES, wrong_rules
from state.model import Model
from ui.texts.text import Text, text
from ui.viewmodel.rows import Row

Wrong = tuple[str, Text]
"""The path of a field, like ``rules[0].factor``, and what is allowed."""

_RULE_FIELDS = fields(AlertRule)
_CHOICES = {"kind": KINDS, "level": LEVELS}


def rule_rows(model: Model) -> list[Row]:
    """The rules, by their fields."""
    return [msgspec.structs.asdict(rule) for rule in model.watches.rules]


def read_rules(given: object) -> tuple[tuple[AlertRule, ...], list[Wrong]]:
    """The rules that a page sends, or what is wrong with them: then there are none."""
    if not (isinstance(given, list) and all(isinstance(each, dict) for each in given)):
        return (), [("rules", text("should be a list of rules"))]
    if len(given) > MOST_RULES:
        return (), [("rules", text("should be at most {most}", most=MOST_RULES))]
    wrong = [error for place, each in enumerate(given) for error in _wrong_fields(place, each)]
    if wrong:
        return (), wrong
    rules = tuple(
        AlertRule(**{field.name: _converted(each[field.name], field) for field in _RULE_FIELDS})
        for each in given
    )
    wrong = [(path, text(each.sentence, **each.values)) for path, each in wrong_rules(rules)]
    wrong += _same_names(rules)
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


def _allowed(field: FieldInfo) -> Text:
    if field.name in _CHOICES:
        return text("should be one of {names}", names=", ".join(_CHOICES[field.name]))
    if field.name in LIMITS:
        lowest, highest = LIMITS[field.name]
        limits = {"lowest": int(lowest), "highest": int(highest)}
        if field.type is int:
            return text("should be a whole number from {lowest} to {highest}", **limits)
        return text("should be a number from {lowest} to {highest}", **limits)
    return text("should be a text of 1 to {most} characters", most=LONGEST_NAME)


def _same_names(rules: tuple[AlertRule, ...]) -> Iterator[Wrong]:
    names: set[str] = set()
    for place, rule in enumerate(rules):
        if rule.name in names:
            yield f"rules[{place}].name", text("should differ from the names of the other rules")
        names.add(rule.name)
