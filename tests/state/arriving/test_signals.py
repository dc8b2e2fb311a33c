"""Heartbeats, leaves and tabs: who is here, and for how long."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from state import query
from state.event import Event, EventType
from state.filtering.filter import Filter
from tests.state.histories import ZONE_NAME, Step, analytics, records_of
from tests.state.naive import Naive
from tests.state.test_naive_model import check, check_sessions
from tests.support import NOON

TYPES = ("pageview", "heartbeat", "heartbeat", "leave", "leave", "session_end")
PAUSES = (0, 0, 0.5, 4.999, 5, 5.1, 9, 20, 299, 300, 599)
FILTERS = (
    Filter(),
    Filter(page="/a"),
    Filter(on="/b"),
    Filter("India"),
    Filter(within_s=30.0),
    Filter(within_s=1_000.0),
)


def _signal(kind: str, session: str, tab: str | None, page: str, engaged_ms: int) -> Event:
    is_signal = kind in ("heartbeat", "leave")
    more = {"engaged_ms": engaged_ms} if is_signal else {"country": "India"}
    event_id = "" if is_signal else f"{NOON}"
    return Event(event_id, EventType(kind), session, page, tab=tab, **more)


entries = st.builds(
    _signal,
    st.sampled_from(TYPES),
    st.sampled_from(("ann", "ann", "bob")),
    st.sampled_from(("tab-1", "tab-1", "tab-2", None)),
    st.sampled_from(("/a", "/b")),
    st.sampled_from((0, 400, 12_700)),
)
histories = st.lists(
    st.tuples(st.sampled_from(PAUSES), st.lists(entries, min_size=1, max_size=3)),
    min_size=3,
    max_size=25,
)


def _with_ids(history: list[Step]) -> list[Step]:
    """No event is a duplicate of another."""
    numbered = iter(range(1_000))
    return [
        (pause, [_named(each, str(next(numbered))) for each in entries])
        for pause, entries in history
    ]


def _named(event: Event, event_id: str) -> Event:
    return event if not event.id else replace(event, id=event_id)


@given(histories, st.sampled_from(FILTERS))
def test_numbers_with_signals_equal_a_naive_count(history: list[Step], wanted: Filter):
    journal = records_of(NOON, _with_ids(history))
    house = analytics()
    for record in journal:
        house.apply(record)
    naive = Naive(journal, ZoneInfo(ZONE_NAME))
    check(house, naive, wanted)
    check_sessions(house, naive, wanted)


@given(histories, st.sampled_from(FILTERS))
def test_numbers_of_a_filter_in_use_with_signals_equal_a_naive_count(
    history: list[Step], wanted: Filter
):
    journal = records_of(NOON, _with_ids(history))
    house = analytics()
    for record in journal:
        query.figures(house.model, wanted)
        house.apply(record)
    naive = Naive(journal, ZoneInfo(ZONE_NAME))
    check(house, naive, wanted)
    check_sessions(house, naive, wanted)
