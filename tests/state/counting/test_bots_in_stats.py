"""Bots in the numbers that viewers get, and the end of their day."""

import json

from state.event import BotHit
from state.query import stats
from state.wire.messages import encode
from tests.support import Timeline, at

NIGHT = at("2025-07-20T23:59:00")


def test_stats_tell_of_bots_only_where_there_are_some():
    line = Timeline()
    assert "bots" not in json.loads(encode(stats(line.model)))
    line.record(NIGHT, BotHit("Googlebot"))
    line.record(NIGHT, BotHit("bingbot"))
    assert json.loads(encode(stats(line.model)))["bots"] == {"today": 2}


def test_a_day_of_bots_alone_ends_at_midnight():
    line = Timeline()
    line.record(NIGHT, BotHit("Googlebot"))
    midnight = NIGHT + 60
    assert not line.analytics.due(midnight - 0.001)
    assert line.analytics.due(midnight)
    line.tick(midnight)
    assert line.model.bots.today == 0
    assert not line.analytics.due(midnight + 1)


def told(line: Timeline) -> list[int]:
    return [data["stats"].get("bots", {}).get("today", 0) for data in line.said("stats_update")]


def test_viewers_hear_of_bots_at_most_once_a_second_and_of_the_last_one_too():
    line = Timeline()
    for hit in range(5):
        line.record(NIGHT + hit / 10, BotHit("Googlebot"))
    assert told(line) == [1]
    assert not line.analytics.due(NIGHT + 0.999)
    assert line.analytics.due(NIGHT + 1)
    line.tick(NIGHT + 1)
    assert told(line) == [1, 5]
    assert not line.analytics.due(NIGHT + 3)
    line.record(NIGHT + 3, BotHit("Googlebot"))
    assert told(line) == [1, 5, 6]
    line.tick(NIGHT + 60)
    assert told(line) == [1, 5, 6, 0]
