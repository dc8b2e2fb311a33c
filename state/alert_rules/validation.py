"""What is allowed in alert rules that can be edited."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

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


class Allowed(NamedTuple):
    """What is allowed: an English sentence with places for values, so that it can be said in other
    languages, too."""

    sentence: str
    values: Mapping[str, float | str]

    def __str__(self) -> str:
        said = {name: v if isinstance(v, str) else f"{v:g}" for name, v in self.values.items()}
        return self.sentence.format(**said)


def wrong_rules(rules: Sequence[AlertRule]) -> Iterator[tuple[str, Allowed]]:
    """Yields the fields that can't be used, as paths like ``rules[0].factor``, with what is
    allowed."""
    if len(rules) > MOST_RULES:
        yield "rules", Allowed("should be at most {most}", {"most": MOST_RULES})
    for place, rule in enumerate(rules):
        where = f"rules[{place}]"
        if not (rule.name and is_short_text(rule.name)):
            length = {"most": LONGEST_NAME}
            yield f"{where}.name", Allowed("should be a text of 1 to {most} characters", length)
        elif rule.name in RESERVED:
            names = dict(zip(("one", "other"), RESERVED, strict=True))
            yield (
                f"{where}.name",
                Allowed("should not be {one} or {other}: these are settings", names),
            )
        for field, (lowest, highest) in LIMITS.items():
            value = getattr(rule, field)
            if not (isfinite(value) and lowest <= value <= highest):
                limits = {"lowest": lowest, "highest": highest}
                yield f"{where}.{field}", Allowed("should be from {lowest} to {highest}", limits)
        if rule.kind == "silence" and rule.minutes < 1:
            yield f"{where}.minutes", Allowed("should be at least 1 for silence", {})


def is_short_text(text: str) -> bool:
    """True for at most 64 characters, none of them a control character or a lone surrogate."""
    return len(text) <= LONGEST_NAME and not _WRONG.search(text)
