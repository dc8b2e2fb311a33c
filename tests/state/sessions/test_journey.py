"""The pages of a visit and its steps: folded, bounded, and exact all the same."""

from state import query
from state.filtering.filter import Filter
from state.sessions.steps import JOURNEY_SHOWN, STEPS_SHOWN
from state.wire.types import SessionShape
from tests.support import NOON, Timeline, event


def walk(*pages: str, kind: str = "pageview") -> Timeline:
    """Ann views these pages, one a second."""
    line = Timeline()
    for second, page in enumerate(pages):
        line.event(NOON + second, kind, page=page)
    return line


def ann(line: Timeline) -> SessionShape:
    session = query.session(line.model, "ann", line.model.now)
    assert session is not None
    return session


def test_journey_holds_the_pages_in_order_and_folds_repeats_in_a_row():
    line = walk("/a", "/b", "/b", "/a", "/a", "/a", "/b")
    assert ann(line).journey == ("/a", "/b", "/a", "/b")
    assert ann(line).pageviews == 7


def test_journey_is_in_journal_order_whatever_the_own_times():
    line = Timeline()
    line.event(NOON, page="/late", timestamp=NOON - 10)
    line.event(NOON + 1, page="/early", timestamp=NOON - 20)
    assert ann(line).journey == ("/late", "/early")


def test_only_pageviews_make_the_journey():
    line = walk("/a")
    line.event(NOON + 1, "click", page="/b")
    line.event(NOON + 2, "custom", page="/c", name="scroll")
    assert ann(line).journey == ("/a",)
    assert (ann(line).pageviews, ann(line).events) == (1, 3)


def test_a_click_between_two_views_of_a_page_folds_them_all_the_same():
    line = walk("/a")
    line.event(NOON + 1, "click", page="/b")
    line.event(NOON + 2, page="/a")
    assert ann(line).journey == ("/a",)


def test_journey_of_fifty_pages_is_whole():
    line = walk(*(f"/{n}" for n in range(50)))
    assert JOURNEY_SHOWN == 50
    assert len(ann(line).journey) == 50
    assert ann(line).journey_truncated is False
    assert line.said("session_activity")[-1]["journeyTruncated"] is False


def test_of_a_longer_journey_the_newest_fifty_are_shown():
    line = walk(*(f"/{n}" for n in range(51)))
    assert ann(line).journey == tuple(f"/{n}" for n in range(1, 51))
    assert ann(line).journey_truncated is True
    activity = line.said("session_activity")[-1]
    assert (activity["journey"][0], activity["journeyTruncated"]) == ("/1", True)


def test_steps_are_the_newest_two_hundred_events():
    line = walk(*(f"/{n}" for n in range(201)), kind="click")
    steps = ann(line).steps
    assert STEPS_SHOWN == 200
    assert [steps[0].page, steps[-1].page, len(steps)] == ["/1", "/200", 200]
    assert ann(line).events == 201


def test_a_step_holds_type_page_name_and_its_own_time():
    line = Timeline()
    line.record(
        NOON,
        event(page="/a", timestamp=NOON - 60),
        event("custom", page=None, name="scroll"),
        event("session_end", page=None),
    )
    assert [(s.type, s.page, s.name, s.at) for s in ann(line).steps] == [
        ("pageview", "/a", None, "2025-07-20T11:59:00.000Z"),
        ("custom", None, "scroll", "2025-07-20T12:00:00.000Z"),
        ("session_end", None, None, "2025-07-20T12:00:00.000Z"),
    ]


def test_steps_belong_to_one_visit():
    #   0 ann /a   1 ann leaves   2 ann /b
    line = walk("/a")
    line.event(NOON + 1, "session_end", page=None)
    line.event(NOON + 2, page="/b")
    assert [step.page for step in ann(line).steps] == ["/b"]


def test_page_filter_finds_a_page_viewed_long_before_what_is_shown():
    line = walk("/first", *(f"/{n % 60}" for n in range(300)))
    assert "/first" not in ann(line).journey
    assert "/first" not in {step.page for step in ann(line).steps}
    assert query.figures(line.model, Filter(page="/first")).total_active == 1
    assert query.figures(line.model, Filter(page="/never")).total_active == 0


def test_pageviews_of_a_matching_session_are_counted_beyond_its_steps():
    line = walk("/first", *(f"/{n % 3}" for n in range(300)), "/first")
    pages = query.figures(line.model, Filter(page="/first")).pages_visited
    assert pages == {"/first": 2, "/0": 100, "/1": 100, "/2": 100}


def test_a_click_long_ago_is_no_view_either():
    line = walk("/a")
    line.event(NOON + 1, "click", page="/b")
    for second in range(300):
        line.event(NOON + 2 + second / 10, page="/a")
    assert query.figures(line.model, Filter(page="/b")).total_active == 0
    assert query.figures(line.model, Filter(page="/a")).pages_visited == {"/a": 301}


def test_a_page_that_was_only_clicked_on_is_not_viewed():
    line = walk("/a")
    line.event(NOON + 1, "click", page="/b")
    assert query.figures(line.model, Filter(page="/b")).total_active == 0


def test_a_session_ended_long_ago_is_forgotten_after_thirty_minutes():
    #   0 ann   10 ann leaves     1,809 tick: still there     1,810 tick: gone
    line = walk("/a")
    line.event(NOON + 10, "session_end")
    line.tick(NOON + 10 + 1_799)
    assert query.session(line.model, "ann", NOON + 1_809) is not None
    line.tick(NOON + 10 + 1_800)
    assert query.session(line.model, "ann", NOON + 1_810) is None


def test_the_thirty_minutes_begin_with_the_last_end_of_an_id():
    #   0 ann leaves   10 bob leaves   1,000 ann comes and leaves     1,810 bob is forgotten
    line = Timeline()
    for second, name in ((0, "ann"), (10, "bob"), (1_000, "ann")):
        line.event(NOON + second, session_id=name)
        line.event(NOON + second, "session_end", session_id=name)
    line.tick(NOON + 1_810)
    found = [query.session(line.model, name, NOON + 1_810) for name in ("ann", "bob")]
    assert [session is not None for session in found] == [True, False]


def test_no_more_ended_sessions_are_kept_than_active_ones_may_be():
    line = Timeline(max_sessions=2)
    for second, name in enumerate(("ann", "bob", "cem")):
        line.event(NOON + second, session_id=name)
        line.event(NOON + second, "session_end", session_id=name)
    found = [query.session(line.model, name, NOON + 3) for name in ("ann", "bob", "cem")]
    assert [session is not None for session in found] == [False, True, True]


def test_the_running_visit_is_found_before_the_ended_one():
    line = walk("/a")
    line.event(NOON + 1, "session_end")
    line.event(NOON + 2, page="/b")
    assert (ann(line).state, ann(line).journey) == ("active", ("/b",))


def test_beyond_the_limit_the_session_that_was_quiet_longest_leaves():
    #   0 ann   1 bob   2 ann   3 cem: three of two, bob has to go
    line = Timeline(max_sessions=2)
    line.event(NOON, session_id="ann")
    line.event(NOON + 1, session_id="bob")
    line.event(NOON + 2, session_id="ann")
    line.event(NOON + 3, session_id="cem")
    active = [s.session_id for s in query.sessions(line.model, Filter(), NOON + 3).sessions]
    assert active == ["cem", "ann"]
    assert line.said("visitor_update")[-1]["stats"]["totalActive"] == 2
    gone = [a for a in line.said("session_activity") if a["state"] == "ended"]
    assert [a["sessionId"] for a in gone] == ["bob"]
