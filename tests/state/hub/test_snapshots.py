"""Snapshots: never more than their budget, made once for all who need one, and as before where
nothing is out of the ordinary."""

import json
from typing import Any

import pytest

from state import query
from state.filtering.filter import EVERYTHING
from state.hub.hub import Hub
from state.hub.snapshots import snapshot
from state.hub.subscriber import Subscriber
from state.wire.budget import DETAILED_BYTES, SNAPSHOT_BYTES
from state.wire.messages import Message, encode
from tests.support import NOON, Timeline, event

WIDE = "\N{SHOPPING TROLLEY}"
"""Four bytes in UTF-8, six with the escapes of some encoders."""


def crowd(line: Timeline, *, sessions: int, pages: int, **fields: Any) -> None:
    """Each session views so many pages, and the newest one comes last."""
    for number in range(sessions):
        views = (event(session_id=f"s{number}", page=f"/{n}", **fields) for n in range(pages))
        line.record(NOON + number, *views)


def heavy(line: Timeline, *, sessions: int = 30, pages: int = 52) -> None:
    """The worst of every field: 2,048 characters of four bytes or an escape each, 8 KiB of
    metadata. The pages are four, since the budget of the numbers is another one."""
    names = [f"/{n}" + (WIDE if n % 2 else '"\\') * 1_023 for n in range(4)]
    metadata = {"device": WIDE * 256, "referrer": '"' * 256, "x": "\\" * 6_000}
    for number in range(sessions):
        line.record(
            NOON + number,
            *(
                event(
                    session_id=f"{number}-" + WIDE * 120,
                    page=names[n % 4],
                    country=WIDE * 64,
                    metadata=metadata,
                )
                for n in range(pages)
            ),
        )


def told(hub: Hub, now: float) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(hub.snapshot(now))["data"]
    return data


def test_the_worst_of_every_field_fits_the_budget_and_the_numbers_stay_exact() -> None:
    line = Timeline()
    heavy(line)
    frame = Hub(line.analytics, epoch="e").snapshot(NOON + 30)
    data = json.loads(frame)["data"]
    assert 100_000 < len(frame) <= SNAPSHOT_BYTES
    assert data["stats"]["totalActive"] == 30
    assert sum(data["stats"]["pagesVisited"].values()) == 30 * 52
    assert len(data["recentEvents"]) >= 2
    shown = [each["sessionId"].partition("-")[0] for each in data["sessions"]]
    assert shown == [str(29 - n) for n in range(len(shown))], "the newest ones, in order"
    assert len(shown) >= 5
    for each in data["sessions"]:
        assert each["journeyTruncated"]
        assert each["journey"][-1] == each["currentPage"]


def test_detailed_stats_of_the_worst_fit_theirs() -> None:
    line = Timeline()
    heavy(line)
    answer = query.detailed(line.model, EVERYTHING, NOON + 30)
    size = len(encode(Message(answer)))
    assert 200_000 < size <= DETAILED_BYTES
    assert answer.total_active == answer.filtered.total_active == 30
    assert answer.sessions == answer.filtered.sessions
    assert len(answer.sessions) >= 5


def test_an_ordinary_snapshot_is_whole() -> None:
    #   100 sessions with 50 pages each
    line = Timeline()
    crowd(line, sessions=100, pages=50, country="India", metadata={"device": "desktop"})
    data = told(Hub(line.analytics, epoch="e"), NOON + 100)
    assert [len(each["journey"]) for each in data["sessions"]] == [50] * 100
    assert not any(each["journeyTruncated"] for each in data["sessions"])
    assert len(data["recentEvents"]) == 50


def test_one_long_journey_is_cut_and_all_others_stay_whole() -> None:
    line = Timeline()
    crowd(line, sessions=99, pages=5)
    names = [f"/{n}" + WIDE * 2_000 for n in range(4)]
    line.record(NOON + 99, *(event(session_id="long", page=names[n % 4]) for n in range(48)))
    first, *others = told(Hub(line.analytics, epoch="e"), NOON + 100)["sessions"]
    assert first["journeyTruncated"]
    assert first["journey"] == [names[3]], "the newest one, whatever its length"
    assert [len(each["journey"]) for each in others] == [5] * 99
    assert not any(each["journeyTruncated"] for each in others)


@pytest.mark.parametrize("recovered", [None, False])
def test_a_snapshot_in_two_parts_reads_like_one(recovered: bool | None) -> None:
    line = Timeline()
    crowd(line, sessions=3, pages=2)
    hub = Hub(line.analytics, epoch="e")
    whole = snapshot(line.model, NOON, dashboards=0, epoch="e", recovered=recovered)
    assert hub.snapshot(NOON, recovered=recovered) == encode(Message(whole))


async def test_thirty_who_need_one_at_once_share_the_same_bytes() -> None:
    line = Timeline()
    crowd(line, sessions=3, pages=2)
    hub = Hub(line.analytics, epoch="e")
    for number in range(30):
        hub.subscribe(Subscriber(f"{number}", most_bytes=1_000_000), NOON + 3)
    frames = [hub.resync(NOON + 3) for _ in range(30)]
    assert all(frame is frames[0] for frame in frames)
    assert hub.snapshots.encoded == 1


def test_what_changes_is_told_whether_by_an_event_or_by_time() -> None:
    #   ann at 0, and bob at 30; ann turns idle at 60
    line = Timeline()
    hub = Hub(line.analytics, epoch="e")
    line.event(NOON, session_id="ann")
    assert [each["sessionId"] for each in told(hub, NOON)["sessions"]] == ["ann"]
    line.event(NOON + 30, session_id="bob")
    states = {
        at: {each["sessionId"]: each["state"] for each in told(hub, NOON + at)["sessions"]}
        for at in (30, 59, 60, 61, 59)
    }
    assert states[30] == states[59] == {"ann": "active", "bob": "active"}
    assert states[60] == states[61] == {"ann": "idle", "bob": "active"}
    assert hub.snapshots.encoded == 4


def test_a_new_history_is_told_even_under_the_same_version() -> None:
    line = Timeline()
    line.event(NOON)
    hub = Hub(line.analytics, epoch="e")
    hub.snapshot(NOON)
    line.model.clear()
    hub.begin_epoch("f", NOON)
    assert told(hub, NOON)["sessions"] == []
