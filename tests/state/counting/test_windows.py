"""What is counted in time under a filter: the last minute, and ten minutes of the clock."""

from hypothesis import given
from hypothesis import strategies as st

from state.counting.windows import LastMinute, Matches, MinuteRing
from state.filtering.windows import FilteredLastMinute, FilteredMinutes
from state.sessions.expiry.activity_queue import Activity
from state.sessions.place import Place
from state.sessions.session import Session

LONG_AGO = float("-inf")


def entry(session_id: str, page: str | None, at: float) -> Activity:
    place = Place(session_id, "India", page)
    return Activity(at, 0, Session(session_id, at, at, at), place)


def enter(ring: MinuteRing, activity: Activity, seen_at: float) -> None:
    """Enter an activity whose session id had the one before at ``seen_at``."""
    ring.advance(activity.at)
    ring.extend([activity.place], activity.at, int(seen_at < ring.begins_at))


def matching(only: str | None) -> Matches:
    return lambda place: only in (None, place.page)


def visitors(minute: LastMinute, now: float, only: str | None = None) -> int | None:
    counted = FilteredLastMinute(matching(only))
    for _ in counted.build(minute):
        pass
    return counted.visitors(now)


def counts(ring: MinuteRing, only: str | None = None) -> list[int | None]:
    counted = FilteredMinutes(matching(only))
    for _ in counted.build(ring):
        pass
    return counted.counts(ring.index)


def test_the_last_minute_tells_no_number_while_it_remembers_too_little():
    #   room for two: 0 ann   10 bob   20 ann pushes the first out: not known until 60
    minute = LastMinute(60, most=2)
    minute.extend([entry("ann", "/a", 0)])
    minute.extend([entry("bob", "/a", 10)])
    assert (minute.events(10), visitors(minute, 10)) == (2, 2)
    minute.extend([entry("ann", "/b", 20)])
    assert (minute.events(20), visitors(minute, 59.9)) == (None, None)
    assert minute.events(60) == 2
    assert visitors(minute, 60, only="/b") == 1
    assert (minute.events(70), minute.due_at(70)) == (1, 80)


def test_the_last_minute_lets_go_of_what_is_too_old_before_it_counts_its_room():
    #   room for two: 0 ann   1 bob   60 ann: the first is over, so nothing is missing
    minute = LastMinute(60, most=2)
    for name, at in (("ann", 0), ("bob", 1), ("ann", 60)):
        minute.extend([entry(name, "/", at)])
    assert minute.events(60) == 2
    minute.extend([entry("cem", "/", 200)])
    assert (minute.events(200), minute.due_at(200), minute.due_at(260)) == (1, 260, None)


def test_minutes_are_those_of_the_clock_and_the_last_one_is_running():
    #   23:59:59.9 ann | 00:00:00 bob, ann 00:00:59 | -> running minute: two, the one before: one
    ring = MinuteRing()
    enter(ring, entry("ann", "/", 59.9), LONG_AGO)
    enter(ring, entry("bob", "/", 60.0), LONG_AGO)
    enter(ring, entry("ann", "/", 119.0), 59.9)
    assert ring.counts() == [0] * 8 + [1, 2]
    ring.advance(120)
    assert ring.counts() == [0] * 7 + [1, 2, 0]


def test_a_minute_is_gone_after_ten():
    ring = MinuteRing()
    enter(ring, entry("ann", "/", 30), LONG_AGO)
    ring.advance(9 * 60 + 59)
    assert ring.counts() == [1] + [0] * 9
    assert ring.due_at() == 600
    ring.advance(600)
    assert ring.counts() == [0] * 10
    assert ring.due_at() is None


def test_a_minute_with_too_many_places_tells_no_number_under_a_filter():
    #   room for two: a third pair of session and place, while a known one is no third
    ring = MinuteRing(most_places=2)
    enter(ring, entry("ann", "/a", 30), LONG_AGO)
    enter(ring, entry("bob", "/a", 30), LONG_AGO)
    enter(ring, entry("ann", "/a", 30), 30)
    assert counts(ring)[-1] == 2
    enter(ring, entry("ann", "/b", 31), 30)
    assert (ring.counts()[-1], counts(ring)[-1]) == (2, None)
    enter(ring, entry("ann", "/b", 60), 31)
    assert counts(ring)[-2:] == [None, 1]


@given(
    st.lists(
        st.tuples(st.floats(0, 200), st.sampled_from("abc"), st.sampled_from(["/x", "/y", None])),
        max_size=40,
    ),
    st.sampled_from([None, "/x"]),
)
def test_minutes_equal_a_naive_count(steps: list[tuple[float, str, str | None]], only: str | None):
    ring, now, seen = MinuteRing(), 6_000.0, []
    last_at: dict[str, float] = {}
    for pause, session, page in steps:
        now += pause
        enter(ring, entry(session, page, now), last_at.get(session, LONG_AGO))
        last_at[session] = now
        seen.append((now // 60, session, page))
    ring.advance(now)
    last = int(now // 60)
    expected = [
        len({s for minute, s, page in seen if minute == index and only in (None, page)})
        for index in range(last - 9, last + 1)
    ]
    assert (counts(ring, only) if only else ring.counts()) == expected
