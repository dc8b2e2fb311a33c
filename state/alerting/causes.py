"""What explains an alert about the usual: who has come, or is missing."""

from msgspec.structs import replace

from state.alert_rules.rule import AlertKind
from state.alerts import Alert
from state.changes.cause import AGO_S, causes
from state.model import Model
from state.watching.sentences import because

SIGNS: dict[AlertKind, int] = {"above": 1, "record": 1, "below": -1}
"""In which direction the number of people has to have changed. A silence isn't about names."""


def explained(model: Model, alert: Alert) -> Alert:
    """The alert with its causes. It has none if nothing stands out, or if the number of people has
    gone the other way: it may be above what was usual on other days, and fall."""
    kind = next(rule.kind for rule in model.watches.rules if rule.name == alert.rule)
    before, people = model.tops.since(model.now - AGO_S), model.sessions.people
    if before is None or (people.pages.total - before.people) * SIGNS.get(kind, 0) <= 0:
        return alert
    found = causes(people, before)
    return replace(alert, causes=found, cause=because(found, is_missing=kind == "below"))
