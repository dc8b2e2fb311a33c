"""Which alerts about the usual the scenarios of the simulator raise, when they start and end: in
made-up time, after a calm hour and a half."""

from datetime import UTC

from msgspec.structs import replace

from ingest.pipeline.schema import read_plain
from ingest.simulate.audience import HACKER_NEWS
from ingest.simulate.scenarios import BOT_COUNTRY, SCENARIOS, Moment
from ingest.simulate.traffic import Traffic
from state.alert_rules.rule import STANDARD_ALERT_RULES
from state.alerts import Alert
from state.analytics import Analytics
from state.event import Event, Tick
from state.journal.base import Record
from state.model import CountingOptions
from state.wire.messages import encode
from tests.support import NOON

RATE = 4.0
CALM_S = 5_400
HOUR_S = 3_600


def lived(name: str, seconds: int, calm_s: int = 0) -> list[Alert]:
    """The alerts of a website on which a scenario begins after the calm time, and lasts for so many
    seconds before others that are calm. Events that come within a second are one record."""
    calm, scenario = SCENARIOS["calm"], SCENARIOS[name]

    def moment(elapsed_s: float) -> Moment:
        since_s = elapsed_s - CALM_S
        return scenario.moment(since_s) if 0 <= since_s < seconds else calm.moment(elapsed_s)

    analytics = Analytics(CountingOptions(zone=UTC, alert_rules=STANDARD_ALERT_RULES), ())
    analytics.has_audience = False
    traffic = Traffic(replace(scenario, moment=moment), RATE, 1, hour=lambda _: 14.0)
    for second in range(1, CALM_S + seconds + calm_s):
        what = tuple(map(_event, traffic.until(second)))
        if what or analytics.due(NOON + second):
            analytics.apply(Record(second, NOON + second, what or (Tick(),)))
    return list(analytics.model.alerts)


def _event(fields: dict[str, object]) -> Event:
    parsed = read_plain(encode(fields))
    assert parsed is not None
    return parsed.event


def since_calm(at: float | None) -> float:
    assert at is not None
    return at - NOON - CALM_S


def test_a_calm_day_raises_none():
    assert lived("calm", 2 * HOUR_S) == []


def test_a_launch_raises_one_that_names_hacker_news_and_ends_after_it():
    [alert] = lived("launch", 240, HOUR_S)
    assert (alert.rule, alert.state) == ("above usual", "ended")
    assert 60 < since_calm(alert.at) <= 120, "within a minute of the post"
    assert 300 < since_calm(alert.ended_at) < 1_200
    assert alert.cause == f"100 % from {HACKER_NEWS} → /blog/launch"


def test_launches_every_four_minutes_are_one_alert():
    [alert] = lived("launch", HOUR_S)
    assert alert.state == "started"


def test_bots_are_named_by_where_they_come_from_and_so_is_their_end():
    [alert] = lived("bot-wave", 400, HOUR_S)
    assert (alert.rule, alert.state) == ("above usual", "ended")
    assert alert.cause == f"100 % from {BOT_COUNTRY}"


def test_people_who_leave_at_night_are_below_usual_once_they_stay_away():
    [alert] = lived("night", 1_800, 2 * HOUR_S)
    assert (alert.rule, alert.state) == ("below usual", "ended")
    assert 300 < since_calm(alert.at) < 600, "five minutes below it, after sessions have timed out"
    assert 1_800 < since_calm(alert.ended_at) < 2_400, "they came back"


def test_an_outage_of_the_checkout_keeps_people_here_and_raises_none():
    assert lived("checkout-outage", 300, HOUR_S) == []
