"""The usual band, compared with plain numpy over a made-up fortnight and more."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.usual.band import Bands, band_at, quantile
from state.usual.minutes import PeopleMinutes
from tests.support import at

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = at("2025-06-02T00:00:00+02:00")
DAY_S = 86_400.0


def site(
    days: float, begin: float = MONDAY, unknown: tuple[float, float] = (0, 0)
) -> PeopleMinutes:
    """A site with a day and a week, whose minutes of ``unknown`` (times) are missing."""
    minutes, dice = PeopleMinutes(), numpy.random.default_rng(7)
    first = int(begin // 60)
    minutes.skip_to(first - 1)
    for minute in range(first, first + int(days * 1_440)):
        wall = datetime.fromtimestamp(minute * 60, BERLIN)
        level = (20 if wall.weekday() < 5 else 5) + 3 * wall.hour
        if unknown[0] <= minute * 60 < unknown[1]:
            minutes.skip_to(minute)
        else:
            minutes.add(minute, int(dice.poisson(level)))
    return minutes


def around(minutes: PeopleMinutes, wall: datetime) -> list[int]:
    middle = int(wall.timestamp() // 60)
    return [n for m in range(middle - 5, middle + 6) for n in minutes.between(m, m)]


def by_numpy(numbers: list[int]) -> list[float]:
    return list(numpy.quantile(numbers, [0.1, 0.5, 0.9]))


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=30), st.sampled_from([0, 0.1, 0.5, 0.9, 1])
)
def test_a_quantile_is_that_of_numpy(numbers: list[int], part: float):
    assert quantile(sorted(numbers), part) == pytest.approx(numpy.quantile(numbers, part))


@pytest.mark.parametrize("hour", [0, 3, 11, 23])
def test_after_a_fortnight_the_band_is_that_of_the_two_same_weekdays(hour: int):
    minutes = site(14.99)
    now = datetime(2025, 6, 16, hour, 30, tzinfo=BERLIN)
    numbers = [n for days in (7, 14) for n in around(minutes, now - timedelta(days=days))]
    band = band_at(minutes, now.timestamp(), BERLIN)
    assert band is not None
    assert band.basis == "same weekday"
    assert band[:3] == pytest.approx(by_numpy(numbers))


def test_no_more_than_the_last_four_same_weekdays_count():
    minutes = site(34.9)
    now = datetime(2025, 7, 6, 20, 0, tzinfo=BERLIN)
    numbers = [n for days in (7, 14, 21, 28) for n in around(minutes, now - timedelta(days=days))]
    band = band_at(minutes, now.timestamp(), BERLIN)
    assert band is not None
    assert band[:3] == pytest.approx(by_numpy(numbers))


def test_in_the_first_week_the_band_is_that_of_all_earlier_days():
    minutes = site(5.5)
    now = datetime(2025, 6, 7, 10, 0, tzinfo=BERLIN)
    numbers = [n for days in range(1, 6) for n in around(minutes, now - timedelta(days=days))]
    band = band_at(minutes, now.timestamp(), BERLIN)
    assert band is not None
    assert band.basis == "earlier days"
    assert band[:3] == pytest.approx(by_numpy(numbers))


def test_on_the_second_day_the_band_is_that_of_the_last_three_hours():
    minutes = site(1.5)
    now = MONDAY + 1.5 * DAY_S
    last = int(now // 60)
    band = band_at(minutes, now, BERLIN)
    assert band is not None
    assert band.basis == "last 3 hours"
    assert band[:3] == pytest.approx(by_numpy(minutes.between(last - 180, last - 1)))


def test_there_is_no_band_until_an_hour_is_known():
    minutes = site(1)
    minutes.skip_to(minutes.newest + 600)
    for _ in range(59):
        minutes.add(minutes.newest + 1, 5)
    assert band_at(minutes, (minutes.newest + 1) * 60, BERLIN) is None
    minutes.add(minutes.newest + 1, 5)
    assert band_at(minutes, (minutes.newest + 1) * 60, BERLIN) == (5, 5, 5, "last 3 hours")


@pytest.mark.parametrize(("missing", "basis"), [(5, "same weekday"), (6, "earlier days")])
def test_a_day_counts_if_most_of_its_eleven_minutes_are_known(missing: int, basis: str):
    noon = datetime(2025, 6, 16, 12, 0, tzinfo=BERLIN)
    first = (noon - timedelta(days=7)).timestamp() - 5 * 60
    minutes = site(14.5, unknown=(first, first + missing * 60))
    band = band_at(minutes, noon.timestamp(), BERLIN)
    assert band is not None
    assert band.basis == basis


def test_daylight_saving_moves_no_time_of_day():
    #   the clock goes back on 26 October 2025: 12:00 is 10:00 UTC before it, and 11:00 UTC after
    begin = datetime(2025, 10, 6, tzinfo=BERLIN).timestamp()
    minutes = site(22, begin)
    now = datetime(2025, 10, 27, 12, 0, tzinfo=BERLIN)
    numbers = [
        n
        for day in (6, 13, 20)
        for n in around(minutes, datetime(2025, 10, day, 12, 0, tzinfo=BERLIN))
    ]
    band = band_at(minutes, now.timestamp(), BERLIN)
    assert band is not None
    assert band[:3] == pytest.approx(by_numpy(numbers))


@pytest.mark.parametrize("text", ["2025-03-30T02:30:00", "2025-10-26T02:30:00"])
def test_an_hour_that_is_missing_or_comes_twice_gives_a_band_all_the_same(text: str):
    day = datetime.fromisoformat(text).replace(tzinfo=BERLIN)
    minutes = site(22, (day - timedelta(days=14)).timestamp())
    assert band_at(minutes, (day + timedelta(days=7)).timestamp(), BERLIN) is not None


def test_bands_of_half_an_hour_are_what_they_were_at_their_own_minute():
    minutes = site(15)
    bands = Bands(minutes, BERLIN)
    told = {}
    for _ in range(31):
        minutes.add(minutes.newest + 1, 700)
        told[minutes.newest] = bands.at(minutes.newest * 60)
    later = Bands(minutes, BERLIN)
    assert {minute: later.at(minute * 60 + 59.9) for minute in told} == told
