"""Alerts about the usual, rules that are set, and acknowledgements: what they change in the model,
and their messages."""

from collections.abc import Iterator

from msgspec.structs import replace

from state.alerting.causes import explained
from state.alerts import Alert
from state.event import Acknowledge, BotHit, Logout, SetAlertRules
from state.model import Model
from state.wire.alerts import AlertAcknowledged, AlertRuleShape, AlertRulesSet, AlertShape
from state.wire.messages import Content
from state.wire.types import iso


def raise_alert(model: Model, alert: Alert) -> Content:
    """Keep an alert that starts, under the seq of its message, which is returned and comes next."""
    alert = replace(alert, id=model.seq + 1)
    model.alerts.append(alert)
    model.raised.append(alert)
    if alert.state is not None:
        model.watches.change(alert)
    return AlertShape.of(alert)


def usual_alerts(model: Model) -> Iterator[Content]:
    """Look at the new moments of the history. Yields the messages of the alerts that start or end;
    each has to be numbered before the next."""
    latest = model.recent.latest
    newcomers = model.newcomers.of(model.now, model.sessions.people.counter("sources").counts)
    for alert in model.watches.see(latest.at if latest else 0.0, model.facts(), newcomers):
        if alert.state == "started":
            yield raise_alert(model, explained(model, alert))
        else:
            yield _end(model, alert)


def apply_entry(
    model: Model, entry: Logout | SetAlertRules | Acknowledge | BotHit, now: float
) -> Iterator[Content]:
    """Apply an entry that changes no number. Yields its messages, as ``usual_alerts`` does."""
    if isinstance(entry, Logout):
        model.log_out(entry)
    elif isinstance(entry, BotHit):
        model.bots.add(entry.name, now)
    elif isinstance(entry, SetAlertRules):
        for alert in model.watches.replace_rules(entry.rules, now, model.facts()):
            yield _end(model, alert)
        yield AlertRulesSet([AlertRuleShape.of(rule) for rule in entry.rules], entry.by, iso(now))
    elif (known := find(model, entry.alert)) is not None and known.acknowledged_at is None:
        _replace(model, replace(known, acknowledged_at=now, acknowledged_by=entry.by))
        yield AlertAcknowledged(entry.alert, entry.by, iso(now))


def find(model: Model, alert_id: int) -> Alert | None:
    """The alert of that id, if it is active or one of the latest."""
    alerts = (*model.alerts, *model.watches.active)
    return next((alert for alert in alerts if alert.id == alert_id), None)


def _end(model: Model, alert: Alert) -> Content:
    """The kept alert stays as it started, and knows its end."""
    known = find(model, alert.id)
    if known is not None:
        end = {"ended_at": alert.ended_at, "end": alert.message, "is_dropped": alert.is_dropped}
        _replace(model, replace(known, state="ended", **end))
    model.raised.append(alert)
    return AlertShape.of(alert)


def _replace(model: Model, alert: Alert) -> None:
    for place, known in enumerate(model.alerts):
        if known.id == alert.id:
            model.alerts[place] = alert
    if alert.state == "started":
        model.watches.change(alert)
