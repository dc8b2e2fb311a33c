"""Bots are counted apart from visitors: by day, by name, and in the last minute."""

import random

from state.checkpoint import dump, restore
from state.counting.bots import NAMES_KEPT, BotCounter
from state.counting.top_counter import OTHER
from state.event import BotHit
from state.journal.codec import decode, encode
from tests.support import NOON, Timeline

DAY_S = 86_400


def test_a_bot_changes_its_own_numbers_alone():
    timeline = Timeline()
    timeline.record(NOON, BotHit("Googlebot"), BotHit("curl"), BotHit("curl"))
    model = timeline.model
    assert model.bots.counts(NOON) == (3, 3, {"curl": 2, "Googlebot": 1})
    assert (model.day.events, model.day.visitors.count, len(model.sessions)) == (0, 0, 0)
    (told,) = timeline.messages
    assert told["type"] == "stats_update"
    assert told["data"]["stats"]["bots"] == {"today": 3}


def test_the_last_minute_is_that_of_a_recount_over_random_hits():
    dice, counter, at, hits = random.Random(1), BotCounter(), NOON, []
    for _ in range(2_000):
        at += dice.choice((0.0, 0.3, 1.0, 7.0, 90.0))
        counter.add("curl", at)
        hits.append(at)
        now = at + dice.choice((0.0, 5.0, 61.0))
        expected = sum(int(now) - 60 < int(each) <= now for each in hits[-300:])
        assert counter.counts(now).last_minute == expected


def test_midnight_begins_the_day_anew_and_the_minute_goes_on():
    timeline = Timeline()
    midnight = NOON + DAY_S / 2
    timeline.record(midnight - 5, BotHit("curl"))
    timeline.record(midnight + 5, BotHit("wget"))
    assert timeline.model.bots.counts(midnight + 5) == (1, 2, {"wget": 1})


def test_made_up_names_take_no_more_room_than_two_hundred():
    counter = BotCounter()
    for number in range(NAMES_KEPT + 50):
        counter.add(f"bot-{number}", NOON)
    bots = counter.counts(NOON)
    assert (bots.today, bots.names[OTHER], len(bots.names)) == (NAMES_KEPT + 50, 50, NAMES_KEPT + 1)


def test_bots_come_back_from_a_journal_and_a_checkpoint():
    assert decode(encode([BotHit("curl")])) == (BotHit("curl"),)
    whole, later = Timeline(), Timeline()
    whole.record(NOON, BotHit("curl"), BotHit("wget"))
    restore(later.analytics, list(dump(whole.analytics)))
    later.record(NOON + 1, BotHit("curl"))
    assert later.model.bots.counts(NOON + 1) == (3, 3, {"curl": 2, "wget": 1})
