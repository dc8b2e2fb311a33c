"""Rules that are set and alerts that are acknowledged, through the journal; and their messages."""

from typing import Any

import pytest
from msgspec.structs import replace

from state.alert_rules.rule import STANDARD_ALERT_RULES, AlertRule
from state.alert_rules.validation import wrong_rules
from state.alerting.query import alerts, difference
from state.analytics import Analytics
from state.checkpoint import dump, restore
from state.event import Acknowledge, SetAlertRules
from state.wire.messages import encode
from tests.state.watching.site import HOUR, Site
from tests.support import NOON, wire

ABOVE = AlertRule("above", "above")


def launched() -> Site:
    """Three hours of 50 people, then 600: one active alert."""
    return Site(ABOVE).lives(3 * HOUR, 50).lives(2, 600)


def apply(site: Site, *what: Any, seconds: float = 0.9) -> list[dict[str, Any]]:
    site.analytics.has_audience = True
    site.record(site.minute * 60 + seconds, *what)
    replay = Analytics(site.model.options, ())
    replay.has_audience = False
    for record in site.journal[:-1]:
        replay.apply(record)
    replay.has_audience = True
    return [wire(message) for message in replay.apply(site.journal[-1]).messages]


def test_the_start_and_the_end_of_an_alert_are_messages():
    site = Site(ABOVE).lives(3 * HOUR, 50)
    site.analytics.has_audience = True
    told: list[dict[str, Any]] = []
    apply_ = site.analytics.apply
    site.analytics.apply = lambda record: told.extend(  # type: ignore[assignment]
        wire(message) for message in apply_(record).messages
    )
    site.lives(1, 600).lives(8, 50)
    start, end = (message for message in told if message["type"] == "alert")
    usual = {"low": 50.0, "median": 50.0, "high": 50.0, "basis": "last 3 hours"}
    details = start["data"]["details"]
    assert start["data"] | {"details": 0} == {
        "level": "warning",
        "message": "Above usual: 600 here, usual 50 to 50",
        "details": 0,
        "at": "2025-07-20T15:00:10.000Z",
    }
    assert details == {
        "visitorsLastMinute": 600,
        "totalToday": 600,
        "threshold": 100,
        "rule": "above",
        "alertId": start["seq"],
        "state": "started",
        "peopleHere": 600,
        "usual": usual,
        "cause": "100 % on /",
        "causes": [{"dimension": "pages", "name": "/", "change": 550, "share": 1.0}],
        "startedAt": "2025-07-20T15:00:10.000Z",
        "endedAt": None,
    }
    assert end["data"]["message"] == "Back to usual after 5 min"
    ended = end["data"]["details"]
    assert (ended["state"], ended["alertId"]) == ("ended", start["seq"])
    assert (ended["peopleHere"], ended["endedAt"]) == (50, end["data"]["at"])


def test_an_alert_is_acknowledged_once_for_all():
    site = launched()
    [alert] = site.model.watches.active
    [message] = apply(site, Acknowledge(alert.id, "Ann"))
    assert message["type"] == "alert_acknowledged"
    assert message["data"] == {
        "alertId": alert.id,
        "by": "Ann",
        "at": "2025-07-20T15:02:00.900Z",
    }
    assert apply(site, Acknowledge(alert.id, "Bob"), seconds=1) == []
    for known in (*site.model.alerts, *site.model.watches.active):
        assert (known.acknowledged_by, known.acknowledged_at) == ("Ann", NOON + 182 * 60 + 0.9)


def test_an_alert_stays_acknowledged_when_it_has_ended():
    site = launched()
    apply(site, Acknowledge(site.model.watches.active[0].id, "Ann"))
    site.analytics.has_audience = False
    site.lives(10, 50)
    [alert] = site.alerts
    assert (alert.state, alert.acknowledged_by) == ("ended", "Ann")


def test_to_acknowledge_what_is_unknown_changes_nothing():
    site = launched()
    before = site.alerts
    assert apply(site, Acknowledge(999_999, "Ann")) == []
    assert site.alerts == before


def test_other_rules_end_the_alerts_of_those_that_are_gone():
    site = launched()
    ended, rules = apply(site, SetAlertRules((replace(ABOVE, factor=3.0),), "api"))
    assert ended["data"]["message"] == "The rule above was changed"
    assert ended["data"]["details"]["state"] == "ended"
    assert (rules["type"], rules["data"]["by"]) == ("alert_rules", "api")
    assert rules["data"]["rules"][0]["factor"] == 3.0
    assert site.model.watches.active == []


def test_a_rule_that_stays_keeps_its_alert():
    site = launched()
    messages = apply(site, SetAlertRules((AlertRule("quiet", "silence", minutes=5), ABOVE), "api"))
    assert [message["type"] for message in messages] == ["alert_rules"]
    assert len(site.model.watches.active) == 1


def test_rules_and_acknowledgements_are_in_a_checkpoint():
    site = launched()
    apply(site, Acknowledge(site.model.watches.active[0].id, "Ann"))
    apply(site, SetAlertRules((ABOVE, AlertRule("low", "below")), "api"), seconds=1)
    later = Site(ABOVE)
    restore(later.analytics, list(dump(site.analytics)))
    assert encode(alerts(later.model)) == encode(alerts(site.model))
    assert later.model.watches.rules == (ABOVE, AlertRule("low", "below"))
    assert alerts(later.model).active[0].acknowledged_by == "Ann"


def test_the_difference_is_that_to_the_nearer_end_of_the_band():
    site = launched()
    assert difference(site.model) == (600, (50, 50, 50, "last 3 hours"), 550)
    site.lives(10, 20)
    assert difference(site.model)[2] == -30
    assert difference(Site().model) == (0, None, None)


def test_the_standard_rules_are_allowed():
    assert list(wrong_rules(STANDARD_ALERT_RULES)) == []


@pytest.mark.parametrize(
    ("rules", "fields"),
    [
        ([replace(ABOVE, factor=0.9)], ["rules[0].factor"]),
        ([replace(ABOVE, factor=float("nan"))], ["rules[0].factor"]),
        ([replace(ABOVE, least=-1, minutes=1_441)], ["rules[0].least", "rules[0].minutes"]),
        ([ABOVE, replace(ABOVE, cooldown_minutes=10_081)], ["rules[1].cooldown_minutes"]),
        ([replace(ABOVE, name="spike")], ["rules[0].name"]),
        ([replace(ABOVE, name="")], ["rules[0].name"]),
        ([replace(ABOVE, name="a\nb")], ["rules[0].name"]),
        ([AlertRule("quiet", "silence", minutes=0)], ["rules[0].minutes"]),
        ([replace(ABOVE, name=f"{n}") for n in range(21)], ["rules"]),
    ],
)
def test_wrong_rules_are_named_by_field(rules: list[AlertRule], fields: list[str]):
    assert [field for field, _ in wrong_rules(rules)] == fields
