"""The rows of alerts, and the rules that a page sends."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from state.alert_rules.rule import STANDARD_ALERT_RULES, AlertRule
from state.alerts import Alert, Cause, Facts
from state.event import Acknowledge, SetAlertRules
from tests.state.watching.site import DAY, HOUR, Site
from tests.support import NOON
from tests.ui.said import said
from ui.viewmodel.alerts.rows import alert_row, alert_rows
from ui.viewmodel.alerts.rules import read_rules, rule_rows


def row(**more: Any) -> dict[str, Any]:
    text = "Above usual: 1,600 here, usual 1,040 to 1,061"
    return alert_row(Alert(NOON, "above usual", "warning", text, 122, Facts(1, 2, 3), **more))


def test_a_row_has_thin_separators_and_the_filter_of_its_largest_cause():
    causes = (Cause("pages", "/blog/x", 450, 0.9), Cause("countries", "USA", 400, 0.8))
    made = row(state="started", causes=causes, cause="90 % on /blog/x")
    assert said(made["text"]) == "Above usual: 1\u202f600 here, usual 1\u202f040 to 1\u202f061"
    assert (said(made["why"]), made["cause"], made["active"]) == (
        "90 % on /blog/x",
        ["on", "/blog/x"],
        True,
    )


def test_a_row_says_how_it_ended_and_who_has_seen_it():
    made = row(state="ended", end="Back to usual after 14 min", ended_at=NOON, acknowledged_at=NOON)
    assert (made["active"], said(made["end"]), made["seen"]) == (
        False,
        "Back to usual after 14 min",
        NOON,
    )
    assert (said(row()["why"]), row()["active"]) == ("2 of them in the last minute", False)


def test_those_that_last_come_first():
    above = AlertRule("above", "above")
    site = Site(above, spike_threshold=900).lives(3 * HOUR, 50).lives(2, 600).lives(1, 950)
    assert [alert.rule for alert in site.alerts] == ["above", "spike"]
    assert [each["active"] for each in alert_rows(site.model)] == [True, False]
    site.record(site.minute * 60 + 1, Acknowledge(site.model.watches.active[0].id, "Ann"))
    assert alert_rows(site.model)[0]["by"] == "Ann"
    site.lives(12, 50)
    rows = alert_rows(site.model)
    assert [each["active"] for each in rows] == [False, False]
    assert said(rows[1]["end"]).startswith("Back to usual after")


def test_the_rules_that_are_sent_back_are_the_rules():
    rows = rule_rows(Site().model)
    assert read_rules(rows) == (STANDARD_ALERT_RULES, [])
    assert read_rules([]) == ((), [])


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        ({"factor": None}, "factor", "should be a number from 1 to 1\u202f000"),
        ({"factor": 0.5}, "factor", "should be from 1 to 1\u202f000"),
        ({"minutes": 1.5}, "minutes", "should be a whole number from 0 to 1\u202f440"),
        ({"kind": "more"}, "kind", "should be one of above, below, silence, record, new_source"),
        ({"kind": "silence", "minutes": 0}, "minutes", "should be at least 1 for silence"),
        ({"name": ""}, "name", "should be a text of 1 to 64 characters"),
        ({"name": "spike"}, "name", "should not be spike or milestone: these are settings"),
        ({"name": "below usual"}, "name", "should differ from the names of the other rules"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(change: dict[str, Any], field: str, allowed: str):
    rows = [*rule_rows(Site().model)[1:2], rule_rows(Site().model)[0] | change]
    rules, [(path, text)] = read_rules(rows)
    assert (rules, path, said(text)) == ((), f"rules[1].{field}", allowed)


@pytest.mark.parametrize("sent", [None, {}, [1], "rules", [{}] * 21])
def test_what_are_no_rules_is_refused(sent: object):
    rules, [(path, _)] = read_rules(sent)
    assert (rules, path) == ((), "rules")


def in_english(sentence: str | None) -> str:
    """A sentence of the wire with the page's separators."""
    return re.sub(r"(?<=\d),(?=\d{3})", "\u202f", sentence or "").replace(" %", "\u202f%")


def launched(people: int) -> Site:
    """From one source, to one page."""
    site = Site(AlertRule("above", "above")).lives(3 * HOUR, 50)
    site.page_and_source = lambda visitor: ("/", "") if visitor < 50 else ("/blog/x", "hn")
    return site.lives(2, people).lives(12, 50)


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(lambda: launched(1_600), id="above"),
        pytest.param(
            lambda: (
                Site(AlertRule("below", "below"), AlertRule("silence", "silence", minutes=10))
                .lives(3 * HOUR, 60)
                .lives(60, 0)
                .lives(HOUR, 60)
            ),
            id="below and silence",
        ),
        pytest.param(
            lambda: (
                Site(AlertRule("record", "record", level="milestone"))
                .lives(DAY + HOUR, 30)
                .lives(5, 70)
                .lives(30, 30)
            ),
            id="record",
        ),
        pytest.param(lambda: Site(spike_threshold=20).lives(2, 25), id="spike"),
    ],
)
def test_the_page_says_in_english_what_the_wire_says(site: Callable[[], Site]):
    alerts = site().alerts
    assert alerts
    for alert in alerts:
        made = alert_row(alert)
        assert said(made["text"]) == in_english(alert.message)
        assert said(made["end"]) == in_english(alert.end)
        if alert.state is not None:
            assert alert.kind in alert.rule
            assert said(made["why"]) == in_english(alert.cause)


def test_an_alert_whose_rule_was_changed_says_so():
    site = Site(AlertRule("above", "above")).lives(3 * HOUR, 50).lives(2, 600)
    site.record(site.minute * 60, SetAlertRules((AlertRule("other", "above"),), "test"))
    (alert,) = site.alerts
    assert said(alert_row(alert)["end"]) == alert.end == "The rule above was changed"


def test_an_alert_of_an_older_checkpoint_is_shown_as_it_is():
    made = row(state="ended", ended_at=NOON, end="Back to usual after 1,400 min")
    assert said(made["end"]) == "Back to usual after 1\u202f400 min"
