"""What is kept takes no more memory than the settings say, whatever is sent; totals stay exact."""

import subprocess
import sys
from itertools import count

import pytest

from state import query
from state.checkpoint import dump, restore
from state.counting.recent import RECENT_KEPT
from state.event import Event, EventType
from state.filtering.filter import EVERYTHING, Filter
from state.journal.base import Record
from state.sessions.labels import LEARNED
from state.sizes import large_event_bytes, text_bytes
from tests.support import NOON, NOTHING_SENT, ROOT, Timeline, event

WIDE = "\N{PILE OF POO}"
LONGEST = WIDE * 2_048
BULK = {"all": [{}] * 2_700}


def test_a_session_forgets_its_oldest_steps_and_no_number():
    line = Timeline(session_bytes=64 * 1024)
    for number in range(300):
        line.event(NOON, page=f"/{number:04}{LONGEST}"[:2_048])
    session = line.model.sessions.find("ann", NOON)
    assert session is not None
    assert session.bytes <= 64 * 1024 + text_bytes(LONGEST)
    assert (session.pageviews, session.events) == (300, 300)
    assert 1 <= len(session.steps) < 10
    assert session.journey_truncated
    summary = query.summary(line.model, EVERYTHING, NOON, dashboards=0, totals=NOTHING_SENT)
    assert sum((summary.pages_visited or {}).values()) == 300


def test_a_journey_of_long_pages_is_cut_and_marked():
    line = Timeline()
    for number in range(60):
        line.event(NOON, page=f"/{number:04}{'x' * 2_000}")
    [*_, told] = line.said("session_activity")
    assert told["journeyTruncated"]
    assert told["journey"][-1].startswith("/0059")
    assert sum(map(len, told["journey"])) <= 16 * 1024
    line.event(NOON, session_id="bob", page="/short")
    assert line.said("session_activity")[-1]["journey"] == ["/short"]


def test_what_has_ended_is_forgotten_before_what_runs():
    limits = {"sessions_bytes": 200_000}
    line = Timeline(**limits)
    for number in range(100):
        line.event(NOON, session_id=f"gone-{number}")
        line.event(NOON, "session_end", session_id=f"gone-{number}")
    for number in range(100):
        line.event(NOON + 61, session_id=f"here-{number}")
    assert len(line.model.sessions) == 100
    assert line.model.sessions.find("gone-0", NOON + 61) is None
    assert line.model.sessions.bytes <= 200_000


def test_who_was_quiet_longest_leaves_where_sessions_take_too_much():
    line = Timeline(sessions_bytes=200_000)
    for number in range(300):
        line.event(NOON + number / 1_000, session_id=f"s-{number}", page=f"/{number}")
    visits = line.model.sessions
    assert visits.bytes <= 200_000
    assert list(visits.running)[-1] == "s-299"
    assert "s-0" not in visits.running
    ended = [told["sessionId"] for told in line.said("session_activity") if "endReason" in told]
    assert ended[:2] == ["s-0", "s-1"]
    assert len(ended) + len(visits) == 300
    assert line.model.day.visitors_count == 300


@pytest.mark.parametrize("kind", ["pageview", "session_end"])
def test_the_account_of_sessions_is_even_once_all_are_gone(kind: str):
    line = Timeline(max_sessions=20)
    for number in range(200):
        line.event(NOON + number, session_id=f"s-{number % 70}", page=LONGEST[: number * 10 + 1])
        line.event(NOON + number + 0.5, kind, session_id=f"s-{number % 7}")
    line.tick(NOON + 1_000)
    line.tick(NOON + 10_000)
    assert (len(line.model.sessions), line.model.sessions.bytes) == (0, 0)


def test_recent_events_are_bounded_in_bytes():
    line = Timeline(recent_bytes=2**20)
    for _ in range(20):
        line.event(NOON, metadata=BULK)
    assert large_event_bytes(event(metadata=BULK)) > 200_000
    assert len(line.model.recent) == 2**20 // large_event_bytes(event(metadata=BULK))
    for number in range(RECENT_KEPT + 5):
        line.event(NOON, page=f"/{number}")
    assert len(line.model.recent) == RECENT_KEPT
    assert query.recent_events(line.model)[0].page == f"/{RECENT_KEPT + 4}"


def test_an_event_with_long_keys_is_no_ordinary_one():
    assert large_event_bytes(event(metadata={"device": "mobile", "referrer": "a.org"})) == 0
    assert large_event_bytes(event(metadata={WIDE * 2_000: "x"})) > 8 * 2_000


def test_names_are_bounded_in_bytes_and_their_sum_is_exact():
    line = Timeline(names_bytes=2**20)
    for number in range(200):
        line.event(NOON, session_id=f"s-{number}", page=f"{number:03}{LONGEST}"[:2_048])
    assert len(line.model.day.pages._counts) <= 2**20 // text_bytes(LONGEST)
    assert sum(line.model.day.pages.named().values()) == 200


def test_top_lists_of_long_names_take_32_kib():
    """It goes out with every event."""
    line = Timeline()
    for number in range(100):
        line.event(NOON, page=f"{number:03}{LONGEST}"[:2_048])
    assert len(bytes(line.model.day.pages.json())) < 40_000
    for _ in range(3):
        line.event(NOON, page="/short")
    pages = line.model.day.pages.named()
    assert pages["/short"] == 3
    assert sum(pages.values()) == 103


def test_visitors_that_there_is_no_room_for_make_their_number_unknown():
    line = Timeline(visitors_bytes=3_200)
    for number in range(100):
        line.event(NOON, session_id=f"s-{number}", country="India")
    assert line.model.day.visitors_count == 100
    line.event(NOON, session_id="s-5", country="India")
    assert line.model.day.visitors_count == 100
    line.event(NOON, session_id="one-more", country="India")
    assert query.stats(line.model).total_today is None
    assert query.figures(line.model, Filter(country="India")).total_today is None
    line.tick(NOON + 86_400)
    line.event(NOON + 86_401, country="India")
    assert query.stats(line.model).total_today == 1


def test_event_ids_are_bounded_in_bytes():
    line = Timeline(event_ids_bytes=100_000)
    for number in range(1_000):
        line.event(NOON, id=f"{number:064}")
    held = sum(len(ids) for part in line.model.event_ids.dump() for ids in [part.ids])
    assert 150 < held < 400
    assert line.event(NOON, id=f"{999:064}").duplicates


def test_long_texts_of_the_last_minutes_are_bounded_and_counts_without_them_unknown():
    line = Timeline(windows_bytes=2**20)
    for number in range(100):
        line.event(NOON, session_id=f"s-{number}", page=f"{number}{LONGEST}"[:2_048])
    figures = query.figures(line.model, Filter(country="Unknown"))
    assert (figures.visitors_last_minute, figures.visitors_per_minute[-1]) == (None, None)
    assert query.figures(line.model).visitors_last_minute == 100
    line.event(NOON + 61, session_id="late")
    assert query.figures(line.model, Filter(country="Unknown")).visitors_last_minute == 1


def test_what_long_texts_take_is_the_same_after_a_checkpoint():
    """A page that an event doesn't name takes nothing in its place."""
    line = Timeline()
    line.event(NOON, session_id="ann", page=LONGEST)
    line.event(NOON + 1, "custom", session_id="ann", page=None, name="scroll")
    again = Timeline()
    restore(again.analytics, dump(line.analytics))
    for each in (line, again):
        assert each.model.last_events._long._bytes == text_bytes(LONGEST)
        assert [minute.bytes for minute in each.model.minutes.minutes()] == [text_bytes(LONGEST)]


WORST = """
import sys
from itertools import count
from resource import getrusage, RUSAGE_SELF
from tests.state.test_budgets import grow, resident_mb
grown = grow()
for _ in range(3): next(grown)
early = resident_mb()
for _ in range(6): next(grown)
print(early, resident_mb())
"""


def grow():
    """Ten minutes of the worst of every field, sped up: a tenth of the default budgets, and each
    step about a minute of 100 events a second."""
    mib = 2**20
    line = Timeline(
        sessions_bytes=51 * mib,
        session_bytes=64 * 1024,
        recent_bytes=3 * mib,
        windows_bytes=6 * mib,
        names_bytes=6 * mib,
        visitors_bytes=mib,
        event_ids_bytes=2 * mib,
    )
    now, ids = NOON, count()
    while True:
        for number in ids:
            now += 0.01
            wide = f"{number}{LONGEST}"
            session = f"{number if number % 3 else number // 1_000}{LONGEST}"[:128]
            worst = Event(
                f"{number}{LONGEST}"[:64],
                [EventType.PAGEVIEW, EventType.CLICK, EventType.CUSTOM][number % 3],
                session,
                wide[:2_048],
                wide[:64],
                now,
                wide[:64],
                {"device": wide[:256], "referrer": wide[1:257], "element": wide[2:258]}
                if number % 2
                else BULK,
            )
            line.analytics.apply(Record(number, now, (worst,)))
            if number % 6_000 == 5_999:
                break
        yield


def resident_mb() -> int:
    with open("/proc/self/status") as status:
        [line] = [each for each in status if each.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


def test_memory_is_flat_under_the_worst_of_every_field():
    done = subprocess.run(
        [sys.executable, "-c", WORST], cwd=ROOT, capture_output=True, text=True, check=True
    )
    early, late = map(int, done.stdout.split())
    assert late <= early * 1.1
    assert late < 300, "all budgets together, and Python with the libraries"


LABELLED = """
from tests.state.test_budgets import label_all, resident_mb
before = resident_mb()
label_all()
print(resident_mb() - before)
"""


def label_all() -> None:
    """A minute of 60,000 events, each with six labels of 256 letters of its own."""
    mib = 2**20
    line = Timeline(
        **dict.fromkeys(("windows_bytes", "names_bytes", "visitors_bytes", "event_ids_bytes"), mib),
        sessions_bytes=16 * mib,
        recent_bytes=mib,
    )
    for number in range(60_000):
        label = f"{number:06d}{'ж' * 250}"
        metadata = {each.key: (each.key or "") + label for each in LEARNED}
        visit = event("pageview", f"s{number}", f"/{number}", id=f"e{number}", metadata=metadata)
        line.analytics.apply(Record(number, NOON + number * 0.0009, (visit,)))


def test_labels_that_nobody_shares_count_as_what_they_take():
    """It was 270 MB: places, queues and ended sessions held labels that no budget knew."""
    done = subprocess.run(
        [sys.executable, "-c", LABELLED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 120


def test_a_minute_full_of_long_labels_does_not_know_its_people_under_filters():
    line = Timeline(windows_bytes=20 * text_bytes(LONGEST))
    for number in range(100):
        told = {"campaign": f"{number}{'x' * 200}"}
        line.event(NOON, "pageview", f"s{number}", metadata=told)
    now = line.model.now
    everybody = query.summary(line.model, Filter(), now, dashboards=0, totals=NOTHING_SENT)
    assert everybody.visitors_per_minute[-1] == 100
    some = query.summary(line.model, Filter("India"), now, dashboards=0, totals=NOTHING_SENT)
    assert some.visitors_per_minute[-1] is None
