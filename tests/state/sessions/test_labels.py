"""What sessions are told apart by, beside country and pages."""

import json
from typing import Any

import pytest

from state import query
from state.event import LONGEST_LABEL
from state.filtering.filter import Filter
from state.sessions.labels import LABELS, NO_LABELS, learn
from state.sessions.people import DIMENSIONS
from state.wire.messages import encode
from tests.support import NOTHING_SENT, Timeline

FOUND = {"device": "mobile", "browser": "Firefox", "os": "Android"}
SEARCH = {**FOUND, "referrer": "google.com", "source": "Google", "channel": "search"}
DIRECT = {**FOUND, "referrer": "Direct", "source": "Direct", "channel": "direct"}
SPRING = {**SEARCH, "source": "newsletter", "channel": "email", "campaign": "spring"}


def told(*metadata: dict[str, Any]) -> dict[str, str | None]:
    """The labels after these events."""
    labels = NO_LABELS
    for each in metadata:
        labels = learn(labels, each)
    return {label.field: text for label, text in zip(LABELS, labels, strict=True) if text}


def test_a_session_has_the_labels_that_its_events_name():
    assert told(SPRING) == {
        "device": "mobile",
        "source": "newsletter",
        "channel": "email",
        "browser": "Firefox",
        "system": "Android",
        "campaign": "spring",
    }


@pytest.mark.parametrize("missing", [{}, {"source": ""}, {"source": None}, {"source": 7}])
def test_the_referrer_is_the_source_of_an_event_without_one(missing: dict[str, Any]):
    assert told({"referrer": "google.com", **missing})["source"] == "google.com"
    assert told({"referrer": "google.com", "source": "Google"})["source"] == "Google"


def test_who_goes_on_to_another_page_keeps_source_channel_and_campaign():
    assert told(SPRING, DIRECT) == told(SPRING)
    assert told(SEARCH, DIRECT) == told(SEARCH)
    assert told(DIRECT, SEARCH) == told(SEARCH)
    assert told(DIRECT)["channel"] == "direct"


def test_who_comes_back_by_another_link_has_its_source_and_keeps_the_campaign():
    again = told(SPRING, SEARCH)
    assert (again["source"], again["channel"], again["campaign"]) == ("Google", "search", "spring")


def test_an_event_that_names_fewer_things_takes_none_away():
    assert told(SPRING, {"element": "#buy"}) == told(SPRING, {"device": "mobile"}) == told(SPRING)


def test_what_is_no_text_or_empty_is_no_label_and_a_long_text_is_cut():
    assert told({"browser": 7, "os": "", "campaign": ["a"], "channel": {"a": 1}}) == {}
    assert told({"campaign": "c" * 300})["campaign"] == "c" * LONGEST_LABEL


def test_sessions_with_equal_labels_share_one_object():
    """Another label costs no memory a session."""
    assert learn(NO_LABELS, dict(SPRING)) is learn(learn(NO_LABELS, dict(FOUND)), dict(SPRING))
    known = learn(NO_LABELS, SEARCH)
    for nothing_new in (SEARCH, DIRECT, FOUND, {"element": "#buy"}):
        assert learn(known, nothing_new) is known


def test_lists_name_only_what_is_known_of_channel_browser_system_and_campaign():
    """Of a website that doesn't send them there is nothing to list."""
    line = Timeline()
    line.event(0, "pageview", "ann", metadata={"device": "mobile"})
    model = line.model
    plain = {each.name: query.here_by(model, each.name).counts for each in DIMENSIONS}
    assert plain["sources"] == {"Unknown": 1}
    empty = ("channels", "browsers", "systems", "campaigns")
    assert [plain[name] for name in empty] == [{}] * 4
    line.event(1, "pageview", "ann", metadata=SPRING)
    line.event(2, "pageview", "bob", metadata=SEARCH)
    known = {name: query.here_by(model, name).counts for name in empty}
    assert known == {
        "channels": {"email": 1, "search": 1},
        "browsers": {"Firefox": 2},
        "systems": {"Android": 2},
        "campaigns": {"spring": 1},
    }
    line.event(3, "session_end", "ann")
    line.event(4, "session_end", "bob")
    assert [query.here_by(model, name).counts for name in empty] == [{}] * 4


def test_the_tables_of_the_day_are_told_once_there_is_something_in_them():
    line = Timeline()
    line.event(0, "pageview", "ann")
    assert "channels" not in summary_of(line) and "campaigns" not in summary_of(line)
    line.event(1, "pageview", "bob", metadata=SEARCH)
    line.event(2, "pageview", "bob", metadata=SPRING)
    told = summary_of(line)
    assert (told["channels"], told["browsers"]) == ({"search": 1}, {"Firefox": 1})
    assert told["systems"] == {"Android": 1}
    assert "campaigns" not in told, "the visit began without one"


def summary_of(line: Timeline) -> dict[str, Any]:
    told = query.summary(line.model, Filter(), line.model.now, dashboards=0, totals=NOTHING_SENT)
    return json.loads(encode(told))
