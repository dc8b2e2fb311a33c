"""Reads the bodies of requests about alerts."""

from typing import Any

import msgspec
from msgspec.structs import FieldInfo, fields

from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.strict_json import parse
from state.alert_rules.rule import KINDS, LEVELS, AlertRule
from state.alert_rules.validation import LIMITS, LONGEST_NAME, is_short_text, wrong_rules
from state.event import Acknowledge, SetAlertRules
from state.wire.alerts import AlertRuleShape

API = "api"
"""The source of a request that names none."""

_FIELDS = {each.encode_name: each for each in fields(AlertRuleShape)}
_WIRE_NAMES = {each.name: each.encode_name for each in _FIELDS.values()}
_REQUIRED = ("name", "kind")
_ALLOWED = {
    "name": f"should be a text of 1 to {LONGEST_NAME} characters",
    "kind": f"should be one of {', '.join(KINDS)}",
    "level": f"should be one of {', '.join(LEVELS)}",
    "enabled": "should be true or false",
    **{
        _WIRE_NAMES[name]: f"should be a{'' if name == 'factor' else ' whole'} number "
        f"from {lowest:g} to {highest:g}"
        for name, (lowest, highest) in LIMITS.items()
    },
}


def read_rules(body: bytes) -> SetAlertRules | Refusal:
    """The rules of a body ``{"rules": [...], "by": …}``, or a refusal with all wrong fields. Of two
    rules with one name the latter counts."""
    document = _object(body)
    if isinstance(document, Refusal):
        return document
    given = document.get("rules")
    if not isinstance(given, list):
        return _refusal([FieldError("rules", "should be an array of rules")])
    wrong = [error for place, each in enumerate(given) for error in _wrong_fields(place, each)]
    wrong += _wrong_by(document)
    if wrong:
        return _refusal(wrong)
    every = [_rule(each) for each in given]
    rules = tuple({rule.name: rule for rule in every}.values())
    wrong = [FieldError(_wire_path(path), str(allowed)) for path, allowed in wrong_rules(every)]
    return _refusal(wrong) if wrong else SetAlertRules(rules, document.get("by") or API)


def read_acknowledgement(body: bytes, alert: int) -> Acknowledge | Refusal:
    """The acknowledgement of a body ``{"by": …}``, which may be empty."""
    document = _object(body) if body.strip() else {}
    if isinstance(document, Refusal):
        return document
    if wrong := _wrong_by(document):
        return _refusal(wrong)
    return Acknowledge(alert, document.get("by") or API)


def _object(body: bytes) -> dict[str, Any] | Refusal:
    document = parse(body)
    if isinstance(document, Refusal):
        return document
    if not isinstance(document.value, dict):
        return Refusal("invalid_request", "The body should be a JSON object.")
    return document.value


def _wrong_fields(place: int, rule: object) -> list[FieldError]:
    where = f"rules[{place}]"
    if not isinstance(rule, dict):
        return [FieldError(where, "should be an object")]
    wrong = [
        FieldError(f"{where}.{name}", _ALLOWED[name]) for name in _REQUIRED if name not in rule
    ]
    for name, value in rule.items():
        field = _FIELDS.get(name)
        if field is None:
            names = ", ".join(_FIELDS)
            wrong.append(FieldError(f"{where}.{name[:LONGEST_NAME]}", f"should be one of {names}"))
        elif not _fits(value, field):
            wrong.append(FieldError(f"{where}.{name}", _ALLOWED[name]))
    return wrong


def _fits(value: object, field: FieldInfo) -> bool:
    try:
        _converted(value, field)
    except msgspec.ValidationError:
        return False
    return True


def _converted(value: object, field: FieldInfo) -> Any:
    """2.0 is a whole number in JSON."""
    is_whole = field.type is int and isinstance(value, float) and value.is_integer()
    return msgspec.convert(int(value) if is_whole else value, field.type)  # type: ignore[call-overload]


def _rule(given: dict[str, Any]) -> AlertRule:
    known = [(_FIELDS[name], value) for name, value in given.items()]
    return AlertRule(**{field.name: _converted(value, field) for field, value in known})


def _wrong_by(document: dict[str, Any]) -> list[FieldError]:
    by = document.get("by")
    if by is None or (isinstance(by, str) and is_short_text(by)):
        return []
    return [FieldError("by", f"should be a text of at most {LONGEST_NAME} characters")]


def _wire_path(path: str) -> str:
    where, dot, name = path.rpartition(".")
    return where + dot + _WIRE_NAMES.get(name, name)


def _refusal(wrong: list[FieldError]) -> Refusal:
    return Refusal("invalid_request", "The request can't be used.", wrong)
