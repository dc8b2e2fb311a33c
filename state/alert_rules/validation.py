"""What is allowed in alert rules that can be edited."""

import re
from collections.abc import Iterator, Sequence
from math import isfinite

from state.alert_rules.rule import AlertRule

MOST_RULES = 20
LONGEST_NAME = 64
_WRONG = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
RESERVED = ("spike", "milestone")
"""The names of the rules of the specification, which are settings."""

LIMITS: dict[str, tuple[float, float]] = {
    "factor": (1.0, 1_000.0),
    "least": (0, 1_000_000),
    "minutes": (0, 1_440),
    "cooldown_minutes": (0, 10_080),
}


def wrong_rules(rules: Sequence[AlertRule]) -> Iterator[tuple[str, str]]:
    """Yields the fields that can't be used, as paths like ``rules[0].factor``, with what is
    allowed."""
    if len(rules) > MOST_RULES:
        yield "rules", f"should be at most {MOST_RULES}"
    for place, rule in enumerate(rules):
        where = f"rules[{place}]"
        if not (rule.name and is_short_text(rule.name)):
            yield f"{where}.name", f"should be a text of 1 to {LONGEST_NAME} characters"
        elif rule.name in RESERVED:
            yield f"{where}.name", f"should not be {' or '.join(RESERVED)}: these are settings"
        for field, (lowest, highest) in LIMITS.items():
            value = getattr(rule, field)
            if not (isfinite(value) and lowest <= value <= highest):
                yield f"{where}.{field}", f"should be from {lowest:g} to {highest:g}"
        if rule.kind == "silence" and rule.minutes < 1:
            yield f"{where}.minutes", "should be at least 1 for silence"


def is_short_text(text: str) -> bool:
    """True for at most 64 characters, none of them a control character or a lone surrogate."""
    return len(text) <= LONGEST_NAME and not _WRONG.search(text)
