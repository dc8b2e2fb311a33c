"""The history of people: what a recount from the events gives, for each boundary of the clock."""

from array import array
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.checkpoint import dump, restore
from state.event import Reset
from state.filtering.filter import Filter
from state.journal.base import Record
from state.usual.minutes import RING_MINUTES, PeopleMinutes
from state.usual.pieces import KeptPeopleMinutes
from tests.state.histories import ZONE_NAME, Step, analytics, records_of, starts, steps
from tests.state.naive import Naive
from tests.support import NOON, Timeline, event

TIMEOUTS = (1, 59, 60, 300, 1_000)


def recount(journal: list[Record], timeout_s: float) -> dict[float, int | None]:
    """People at each boundary since the latest reset, from the events before it alone. After a
    pause of more than ten minutes the boundaries in it are unknown."""
    people: dict[float, int | None] = {}
    for number, record in enumerate(journal):
        earlier = journal[:number]
        before = earlier[-1].at if earlier else 0.0
        first = (before // 10 + 1) * 10
        last = record.at // 10 * 10
        begin = max(first, last - 1_800)
        for at in (begin + 10 * step for step in range(int((last - begin) // 10) + 1)):
            naive = Naive(earlier, ZoneInfo(ZONE_NAME), timeout_s)
            naive.now = at
            people[at] = None if record.at - first > 600 else len(naive.active(Filter()))
        if any(isinstance(entry, Reset) for entry in record.what):
            people = {}
    return people


@given(starts, steps, st.sampled_from(TIMEOUTS))
def test_each_boundary_has_the_people_that_a_recount_finds(
    start: float, history: list[Step], timeout_s: float
):
    journal = records_of(start, history)
    house = analytics(session_timeout_s=timeout_s)
    for record in journal:
        house.apply(record)
    expected = recount(journal, timeout_s)
    moments = house.model.people.moments
    assert {moment.at: moment.people for moment in moments} == {
        at: expected[at] for at in sorted(expected)[-181:]
    }
    minutes = house.model.people.minutes
    for at, people in expected.items():
        if at % 60 == 0:
            assert minutes.between(int(at // 60), int(at // 60)) == (
                [] if people is None else [people]
            )


@given(starts, steps, st.data())
def test_the_history_goes_on_from_a_checkpoint(
    start: float, history: list[Step], data: st.DataObject
):
    journal = records_of(start, history)
    cut = data.draw(st.integers(0, len(journal)))
    whole, later = analytics(), analytics()
    for record in journal[:cut]:
        whole.apply(record)
    restore(later, list(dump(whole)))
    for record in journal[cut:]:
        whole.apply(record), later.apply(record)
    assert list(later.model.people.dump()) == list(whole.model.people.dump())
    one, other = later.model.people, whole.model.people
    assert (one.minutes.known, one.minutes.peak) == (other.minutes.known, other.minutes.peak)


def test_sessions_that_time_out_between_two_records_leave_at_their_own_boundary():
    #   0 a   15 b   last record   ...   340 tick: a left at 300, b at 315
    line = Timeline()
    line.event(NOON, session_id="a")
    line.event(NOON + 15, session_id="b")
    line.tick(NOON + 340)
    people = {moment.at - NOON: moment.people for moment in line.model.people.moments}
    assert [people[at] for at in (10, 20, 290, 300, 310, 320, 340)] == [1, 2, 2, 1, 1, 0, 0]


def test_a_moment_knows_the_latest_event_before_it():
    line = Timeline()
    line.event(NOON + 1)
    line.event(NOON + 9)
    line.event(NOON + 11)
    moment = line.model.people.moments[-1]
    assert (moment.at, moment.number) == (NOON + 10, 2)


def test_a_pause_of_ten_minutes_is_known_and_a_longer_one_is_not():
    line = Timeline()
    line.event(NOON)
    line.tick(NOON + 610)
    assert line.model.people.moments[-1].people == 0
    assert line.model.people.minutes.known == 10
    line.tick(NOON + 610 + 611)
    assert {m.people for m in line.model.people.moments if m.at > NOON + 610} == {None}
    assert line.model.people.minutes.known == 10
    assert line.model.people.known_since == NOON + 1_221


def test_half_an_hour_of_moments_is_remembered():
    line = Timeline()
    for ten in range(400):
        line.event(NOON + 10 * ten)
    moments = line.model.people.moments
    assert len(moments) == 181
    assert (moments[0].at, moments[-1].at) == (NOON + 3_990 - 1_800, NOON + 3_990)


def test_a_record_is_needed_each_ten_seconds_while_there_are_people_and_else_each_minute():
    line = Timeline()
    assert line.analytics.due(NOON) is False
    line.event(NOON + 1)
    line.event(NOON + 2, "session_end")
    for minute in range(1, 30):
        line.tick(NOON + 60 * minute)
    assert line.analytics.due(NOON + 1_799.9) is False
    assert line.analytics.due(NOON + 1_800) is True
    line.event(NOON + 1_800, session_id="b")
    assert line.analytics.due(NOON + 1_809.9) is False
    assert line.analytics.due(NOON + 1_810) is True


def test_a_reset_begins_the_history_anew():
    line = Timeline()
    line.event(NOON)
    line.tick(NOON + 65)
    line.reset(NOON + 66)
    assert not line.model.people.moments
    assert line.model.people.minutes.known == 0
    line.tick(NOON + 120)
    assert [moment.people for moment in line.model.people.moments] == [0] * 6
    assert line.model.people.minutes.known == 1


def test_years_without_a_record_are_passed_at_once():
    line = Timeline()
    line.event(NOON)
    line.tick(NOON + 60)
    line.tick(NOON + 10 * 365 * 86_400)
    assert line.model.people.minutes.known == 0
    assert line.model.people.minutes.peak is None
    assert len(line.model.people.moments) == 181


@given(st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 5, 40_000, 51_000]), st.integers(0, 9))))
def test_the_ring_forgets_what_is_older_than_35_days(added: list[tuple[int, int]]):
    ring, known = PeopleMinutes(), dict[int, int]()
    for pause, people in added:
        ring.skip_to(ring.newest + pause)
        ring.add(ring.newest + 1, people)
        known[ring.newest] = people
        known = {m: number for m, number in known.items() if m > ring.newest - RING_MINUTES}
        assert ring.known == len(known)
        assert ring.peak == max(known.values())
        assert ring.between(0, ring.newest) == list(known.values())
    other = PeopleMinutes()
    for piece in ring.dump():
        other.load(piece)
    assert list(other.dump()) == list(ring.dump())
    assert (other.newest, other.known, other.peak) == (ring.newest, ring.known, ring.peak)


def test_a_checkpoint_with_more_minutes_than_the_ring_has_is_refused():
    with pytest.raises(ValueError, match="35 days"):
        PeopleMinutes().load(KeptPeopleMinutes(0, array("I", [0]).tobytes() * (RING_MINUTES + 1)))


def test_a_visitor_of_the_boundary_itself_counts_at_the_next_one():
    line = Timeline()
    line.record(NOON + 10, event(session_id="a"))
    line.record(NOON + 10, event(session_id="b"))
    line.tick(NOON + 20)
    assert [moment.people for moment in line.model.people.moments][-1] == 2
