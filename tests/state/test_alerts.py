"""Alerts: on the way up, armed again below, not too often."""

from typing import Any

import pytest
from hypothesis import given

from state.alerts import Facts, Rule, RuleState, standard_rules
from state.event import Reset
from tests.state.histories import Step, analytics, records_of, starts, steps
from tests.support import NOON, Timeline, event

SPIKE = Rule("spike", "visitors_in_window", (3,), "milestone", "Visitor spike detected!")


def fired(rule: Rule, *values: tuple[float, int]) -> list[float]:
    """When a rule fires, given the fact's value at each of these times."""
    watch = RuleState(rule)
    facts = ((at, Facts(value, value, value)) for at, value in values)
    return [alert.at for at, each in facts if (alert := watch.check(each, at))]


def arrive(line: Timeline, visitors: int, at: float = NOON, prefix: str = "v") -> None:
    for number in range(visitors):
        line.event(at, session_id=f"{prefix}{number}")


def alerts(line: Timeline, rule: str) -> list[dict[str, Any]]:
    return [alert for alert in line.said("alert") if alert["details"]["rule"] == rule]


def test_a_rule_fires_on_reaching_its_threshold_and_not_below():
    assert fired(SPIKE, (0, 0), (1, 2), (2, 3)) == [2]


def test_staying_above_fires_once():
    assert fired(SPIKE, (0, 3), (1, 4), (2, 3), (3, 9)) == [0]


def test_a_fall_below_arms_it_again():
    #   3 fires   2 arms   3 fires
    assert fired(SPIKE, (0, 3), (1, 2), (2, 3)) == [0, 2]


def test_within_the_cooldown_it_stays_quiet():
    #   0 fires   1 below   2 too early   3 below   60 fires
    rule = Rule("spike", "visitors_in_window", (3,), "milestone", "!", cooldown_s=60)
    assert fired(rule, (0, 3), (1, 2), (2, 3), (3, 2), (59.9, 3), (60, 3)) == [0, 60]


def test_each_milestone_fires_on_its_own_and_once():
    rule = Rule("milestone", "visitors_today", (2, 4), "milestone", "{threshold} visitors today")
    assert fired(rule, *((n, n) for n in range(7))) == [2, 4]


def test_milestones_fire_anew_on_a_new_day():
    rule = Rule("milestone", "visitors_today", (2, 4), "milestone", "{threshold} visitors today")
    assert fired(rule, (0, 2), (1, 4), (2, 0), (3, 1), (4, 2), (5, 3), (6, 4)) == [0, 1, 4, 6]


def test_a_rule_without_thresholds_never_fires():
    assert fired(Rule("none", "visitors_today", (), "info", "!"), (0, 0), (1, 100)) == []


def test_25_visitors_within_a_minute_are_the_spike_of_the_specification():
    line = Timeline(*standard_rules(spike_threshold=25, cooldown_s=60, milestones=()))
    arrive(line, 24)
    assert line.said("alert") == []
    arrive(line, 25)
    [spike] = line.said("alert")
    assert (spike["level"], spike["message"]) == ("milestone", "Visitor spike detected!")
    assert spike["details"]["visitorsLastMinute"] == 25


def test_an_alert_follows_the_event_that_raised_it():
    line = Timeline(SPIKE)
    arrive(line, 3)
    assert [m["type"] for m in line.messages[-3:]] == [
        "visitor_update",
        "session_activity",
        "alert",
    ]


def test_many_events_of_few_visitors_are_no_spike():
    line = Timeline(SPIKE)
    for _ in range(50):
        arrive(line, 2)
    assert line.said("alert") == []


def test_visitors_further_apart_than_the_window_are_no_spike():
    #   window 10 s, threshold 3:   0 a   5 b   10 a has left, c   14 d: b c d
    line = Timeline(SPIKE, spike_window_s=10)
    line.event(NOON, session_id="a")
    line.event(NOON + 5, session_id="b")
    line.event(NOON + 10, session_id="c")
    assert line.said("alert") == []
    line.event(NOON + 14.9, session_id="d")
    assert len(line.said("alert")) == 1


def test_a_spike_that_is_over_and_comes_back_after_the_cooldown_is_told_again():
    #   0 spike        70 tick: nobody in the window, armed      100 spike
    line = Timeline(*standard_rules(spike_threshold=3, cooldown_s=60, milestones=()))
    arrive(line, 3)
    line.tick(NOON + 70)
    arrive(line, 3, NOON + 100, "w")
    assert len(line.said("alert")) == 2


def test_a_spike_that_lasts_beyond_the_cooldown_is_told_when_it_is_over():
    #   0 spike   10 nobody   25 two again, too early   30 the cooldown ends   31 tick: told
    rules = standard_rules(spike_threshold=2, cooldown_s=30, milestones=())
    line = Timeline(*rules, spike_window_s=10)
    arrive(line, 2)
    line.tick(NOON + 12)
    arrive(line, 2, NOON + 25, "w")
    assert len(line.said("alert")) == 1
    line.tick(NOON + 31)
    assert len(line.said("alert")) == 2


def test_a_window_that_was_empty_in_between_arms_a_rule_of_one_visitor():
    #   0 ann: spike      60 tick: nobody      70 ann: spike
    line = Timeline(*standard_rules(spike_threshold=1, cooldown_s=0, milestones=()))
    line.event(NOON)
    line.tick(NOON + 60)
    line.event(NOON + 70)
    assert len(line.said("alert")) == 2


def test_milestones_of_the_day_come_one_by_one_with_their_number():
    rules = standard_rules(spike_threshold=1_000, cooldown_s=60, milestones=(10, 50, 1_000))
    line = Timeline(*rules)
    arrive(line, 60)
    assert [(a["level"], a["message"], a["details"]["totalToday"]) for a in line.said("alert")] == [
        ("milestone", "10 visitors today", 10),
        ("milestone", "50 visitors today", 50),
    ]


def test_milestones_come_again_the_next_day():
    line = Timeline(*standard_rules(spike_threshold=99, cooldown_s=0, milestones=(2,)))
    arrive(line, 3)
    line.tick(NOON + 86_400)
    arrive(line, 3, NOON + 86_400)
    assert len(alerts(line, "milestone")) == 2


def test_after_a_reset_a_spike_is_told_at_once():
    #   0 spike     1 reset     2 spike, within the cooldown of the one that was forgotten
    line = Timeline(*standard_rules(spike_threshold=3, cooldown_s=60, milestones=()))
    arrive(line, 3)
    line.reset(NOON + 1)
    arrive(line, 3, NOON + 2, "w")
    assert len(line.said("alert")) == 2


def test_after_a_reset_milestones_come_again():
    #   0 v0, v1    1 reset and v0 in one record    2 v1
    line = Timeline(*standard_rules(spike_threshold=99, cooldown_s=0, milestones=(1, 2)))
    arrive(line, 2)
    line.record(NOON + 1, Reset("test"), event(session_id="v0"))
    arrive(line, 2, NOON + 2)
    assert [alert["details"]["totalToday"] for alert in alerts(line, "milestone")] == [1, 2, 1, 2]


def test_the_latest_fifty_alerts_are_kept_for_pages_that_open_later():
    line = Timeline(*standard_rules(spike_threshold=99, cooldown_s=0, milestones=(*range(1, 61),)))
    arrive(line, 60)
    assert [alert.threshold for alert in line.model.alerts] == list(range(11, 61))


def test_a_returning_visitor_is_no_second_milestone():
    line = Timeline(*standard_rules(spike_threshold=99, cooldown_s=0, milestones=(1, 2)))
    arrive(line, 1)
    line.event(NOON + 1, "session_end", "v0")
    line.event(NOON + 2, session_id="v0")
    assert len(alerts(line, "milestone")) == 1


@given(starts, steps)
def test_the_checks_that_are_left_out_would_find_nothing(start: float, history: list[Step]):
    sparing, thorough = analytics(), analytics()
    thorough.rules.slack = lambda facts: (0, 0)  # type: ignore[method-assign]
    for record in records_of(start, history):
        applied = sparing.apply(record)
        assert applied.messages == thorough.apply(record).messages


def test_a_rule_about_no_fact_is_refused():
    with pytest.raises(ValueError):
        RuleState(Rule("late", "visitors_tomorrow", (1,), "info", "!"))
