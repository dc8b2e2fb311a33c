"""Scenarios of websites: which alerts about the usual come, and when they start and end."""

from math import cos, pi

from state.alert_rules.rule import AlertRule
from state.checkpoint import dump, restore
from state.event import Reset
from tests.state.watching.site import DAY, HOUR, Site
from tests.support import NOON

ABOVE = AlertRule("above usual", "above")
BELOW = AlertRule("below usual", "below", minutes=5)
SILENCE = AlertRule("silence", "silence", minutes=10)
RECORD = AlertRule("record", "record", cooldown_minutes=60)


def test_a_site_that_is_always_above_25_hears_of_600_people_within_a_second():
    #   two hours of 40 to 60 people, always above the spike's 25; then 600 within a second
    site = Site(spike_threshold=25, seconds=(5, 35))
    site.lives(2 * HOUR, lambda minute: 40 + minute // 10 % 4 * 7)
    [spike] = site.alerts
    assert (spike.rule, spike.at) == ("spike", NOON + 5.5), "and then it is silent for ever"
    site.lives(1, 600)
    [_, alert] = site.alerts
    assert (alert.rule, alert.state, alert.people, alert.cause) == (
        "above usual",
        "started",
        600,
        "100 % on /",
    )
    assert alert.at == NOON + 2 * HOUR * 60 + 10, "the first moment after them"
    assert alert.usual is not None
    assert (alert.usual.low, alert.usual.high) == (40, 61)
    assert alert.message == "Above usual: 600 here, usual 40 to 61"


def test_a_launch_is_above_usual_once_and_ends_when_people_have_gone():
    site = Site(ABOVE, BELOW, SILENCE).lives(3 * HOUR, 50)
    site.lives(60, 600).lives(60, lambda minute: max(50, 600 - 30 * minute)).lives(5 * HOUR, 50)
    [(rule, started, ended)] = site.told
    assert (rule, started) == ("above usual", 180)
    assert ended is not None
    assert 258 <= ended <= 265
    assert site.alerts[0].state == "ended"


def test_a_launch_that_stays_becomes_usual_after_three_hours():
    site = Site(ABOVE, BELOW).lives(3 * HOUR, 50).lives(8 * HOUR, 600)
    assert site.told == [("above usual", 180, 360)]


def test_after_a_launch_of_hours_the_usual_number_is_not_below_usual():
    site = Site(ABOVE, BELOW, SILENCE).lives(3 * HOUR, 50).lives(170, 600).lives(6 * HOUR, 50)
    assert [rule for rule, *_ in site.told] == ["above usual"]


def test_an_outage_is_silence_and_below_usual_and_both_end_with_it():
    #   180 the last event was at 179; sessions time out by 185     240 all are back
    site = Site(ABOVE, BELOW, SILENCE).lives(3 * HOUR, 60).lives(60, 0).lives(3 * HOUR, 60)
    assert site.told == [("below usual", 189, 240), ("silence", 189, 240)]
    below, silence = site.alerts
    assert silence.message == "No event for 10 min, usual 60 here"
    assert below.message == "Below usual: 0 here, usual 60 to 60"
    assert below.threshold == 30


def test_a_night_that_falls_slowly_raises_nothing():
    #   300 people by day, 6 by night, in the form of a cosine
    site = Site().lives(3 * DAY, day_and_night)
    assert {rule for rule, *_ in site.told} <= {"record"}


def day_and_night(minute: int) -> int:
    return round(6 + 147 * (1 + cos(2 * pi * minute / DAY))) // 4


def test_slow_growth_raises_no_alert_but_records():
    site = Site().lives(8 * HOUR, lambda minute: 20 + minute // 8)
    assert site.told == []


def test_a_record_needs_a_day_and_comes_once_while_numbers_climb():
    site = Site(RECORD).lives(DAY + HOUR, 30).lives(40, lambda minute: 31 + minute).lives(30, 30)
    [(rule, started, ended)] = site.told
    assert (rule, started) == ("record", DAY + HOUR)
    assert ended is not None
    assert site.alerts[0].message == "Record: 31 here, the most in 35 days"


def test_a_server_that_was_down_hears_of_no_silence_afterwards():
    site = Site(ABOVE, BELOW, SILENCE).lives(4 * HOUR, 60).sleeps(5 * HOUR).lives(4 * HOUR, 60)
    assert site.told == []


def test_a_number_near_the_limit_starts_and_ends_nothing_in_turns():
    #   usual 50, limit 100: 95 and 110 in turns of six minutes
    site = Site(ABOVE).lives(3 * HOUR, 50)
    site.lives(2 * HOUR, lambda minute: 110 if minute // 6 % 2 else 95)
    assert len(site.told) == 1
    assert site.told[0][2] is None


def test_waves_within_the_cooldown_are_one_alert():
    #   two minutes of 300 people each 20 minutes: the one at 200 is within the cooldown
    site = Site(ABOVE).lives(3 * HOUR, 50)
    site.lives(60, lambda minute: 300 if minute % 20 < 2 else 50)
    assert site.told == [("above usual", 180, 186), ("above usual", 220, 226)]


def test_waves_that_come_again_and_again_become_usual():
    site = Site(ABOVE).lives(3 * HOUR, 50)
    site.lives(5 * HOUR, lambda minute: 300 if minute % 20 < 2 else 50)
    assert [started for _, started, _ in site.told] == [180, 220]


def test_an_alert_comes_after_its_minutes_and_not_if_they_are_interrupted():
    rule = AlertRule("above", "above", minutes=10)
    site = Site(rule).lives(3 * HOUR, 50).lives(3, 300).lives(30, 50)
    assert site.told == []
    site.lives(20, 300)
    assert [started for _, started, _ in site.told] == [223]


def test_few_people_more_are_no_alert_however_few_are_usual():
    site = Site(ABOVE).lives(3 * HOUR, 2).lives(10, 12).lives(10, 13)
    assert [started for _, started, _ in site.told] == [190]


def test_a_rule_that_is_off_raises_nothing():
    site = Site(AlertRule("above", "above", enabled=False)).lives(3 * HOUR, 50).lives(10, 600)
    assert site.told == []


def test_a_reset_forgets_alerts_and_what_is_usual():
    site = Site(ABOVE).lives(3 * HOUR, 50).lives(2, 600)
    site.record(site.minute * 60 + 1, Reset("test"))
    assert (site.told, site.model.watches.active) == ([], [])
    assert site.model.watches.rules == (ABOVE,)
    site.lives(30, 600)
    assert site.told == []


def test_from_a_checkpoint_within_an_alert_all_goes_on_alike():
    whole = Site(ABOVE, BELOW, SILENCE, RECORD).lives(3 * HOUR, 50).lives(10, 400)
    later = Site(ABOVE, BELOW, SILENCE, RECORD)
    restore(later.analytics, list(dump(whole.analytics)))
    later.minute, later.journal = whole.minute, list(whole.journal)
    for site in (whole, later):
        site.lives(30, 20).lives(60, 0)
    assert [rule for rule, *_ in whole.told] == ["above usual", "silence"]
    assert later.alerts == whole.alerts
    assert list(dump(later.analytics)) == list(dump(whole.analytics))
