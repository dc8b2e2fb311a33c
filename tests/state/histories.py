"""Random histories for properties: events, ticks and resets with random steps of time."""

import hashlib
import random
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from state import query
from state.alert_rules.rule import STANDARD_ALERT_RULES, AlertRule
from state.alerts import standard_rules
from state.analytics import Analytics
from state.event import SIGNALS, Acknowledge, Entry, Event, EventType, Reset, SetAlertRules, Tick
from state.filtering.filter import Filter
from state.hub.snapshots import snapshot
from state.journal.base import Record
from state.model import CountingOptions
from state.wire.messages import encode
from tests.support import NOON, NOTHING_SENT, at

ZONE_NAME = "Europe/Berlin"
MIDNIGHT = at("2025-07-20T22:00:00")
"""Of the zone above."""

SESSIONS = ("ann", "bob", "cem", "dan")
PAGES = ("/", "/a", "/b", "/c", "(other)")
COUNTRIES = ("India", "USA", None)
METADATA: tuple[dict[str, Any] | None, ...] = (
    None,
    {"device": "mobile", "referrer": "a.org"},
    {"device": "desktop"},
    {"referrer": 7, "device": ""},
    {"referrer": "Direct"},
    {
        **{"device": "mobile", "referrer": "a.org", "source": "A", "channel": "search"},
        **{"browser": "Firefox", "os": "Android", "campaign": "spring"},
    },
    {"referrer": "Direct", "source": "Direct", "channel": "direct", "browser": "Firefox"},
    {"source": "", "referrer": "a.org", "campaign": "fall", "os": 7},
)
TABS = (None, None, "tab-1", "tab-2")
ENGAGED = (None, 400, 12_700)
PAUSES = (0, 0, 0, 0.001, 0.4, 1, 4.999, 5, 20, 59.999, 60, 100, 299, 300, 1_800, 30_000, 86_400)
OWN = (None, None, 0.0, -30.5, -0.001, 299.0, 301.0, -86_400.0)
FILTERS = (
    Filter(),
    Filter(country="India"),
    Filter(country="Unknown"),
    Filter(page="/a"),
    Filter("USA", "/b"),
    Filter(on="/a"),
    Filter.of({"device": "mobile"}),
    Filter.of({"source": "Unknown"}),
    Filter.of({"returning": "returning"}),
    Filter.of({"returning": "new", "page": "/a"}),
    Filter.of({"country": "India", "on": "/b", "source": "a.org"}),
    Filter.of({"source": "A", "channel": "search"}),
    Filter.of({"channel": "direct", "browser": "Firefox"}),
    Filter.of({"system": "Android"}),
    Filter.of({"campaign": "spring", "page": "/a"}),
    Filter(within_s=30.0),
    Filter(within_s=1_000.0),
    Filter("India", within_s=400.0),
    Filter(page="/a", within_s=1_800.0),
    Filter("Atlantis"),
)

Step = tuple[float, list[Entry]]
"""Seconds since the step before, and the entries of one record."""


def events(now: float = NOON) -> st.SearchStrategy[Event]:
    """Own times are near ``now``; ids repeat now and then; a page is missing where it may be."""
    return st.builds(
        _event,
        st.integers(0, 30),
        st.sampled_from([*EventType, EventType.PAGEVIEW, EventType.PAGEVIEW]),
        st.sampled_from(SESSIONS),
        st.sampled_from((*PAGES, None)),
        st.sampled_from(OWN).map(lambda own: None if own is None else now + own),
        st.sampled_from(COUNTRIES),
        st.sampled_from(METADATA),
        st.sampled_from(TABS),
        st.sampled_from(ENGAGED),
    )


def _event(number: int, kind: EventType, session: str, page: str | None, *more: Any) -> Event:
    timestamp, country, metadata, tab, engaged_ms = more
    if page is None and kind in (EventType.PAGEVIEW, EventType.CLICK):
        page = "/"
    name = "scroll" if kind is EventType.CUSTOM else None
    if kind not in SIGNALS:
        engaged_ms = None
    told = page, name, timestamp, country, metadata, tab, engaged_ms
    return Event(f"id-{number}", kind, session, *told)


records: st.SearchStrategy[list[Entry]] = st.one_of(
    events().map(lambda event: [event]),
    events().map(lambda event: [event]),
    st.lists(events(), min_size=1, max_size=4),
    st.just([Tick()]),
    st.just([Tick()]),
    st.just([Reset("test")]),
    st.just([SetAlertRules((AlertRule("more", "above", factor=1.1, least=1),), "test")]),
    st.integers(1, 9).map(lambda alert: [Acknowledge(alert, "test")]),
)
step = st.tuples(st.sampled_from(PAUSES), records)
steps: st.SearchStrategy[list[Step]] = st.one_of(
    st.lists(step, max_size=8), st.lists(step, min_size=15, max_size=40)
)
times = st.tuples(
    st.sampled_from([1, 20, 59, 60, 61, 100, 300, 1_000]),
    st.sampled_from([1, 20, 59, 60, 61, 100, 300, 1_000]),
)
"""The session timeout and the window of the spike."""
starts = st.sampled_from([NOON, MIDNIGHT - 1, MIDNIGHT - 0.001])


def records_of(start: float, history: Iterable[Step]) -> list[Record]:
    """The journal of a history."""
    now, made = start, []
    for pause, what in history:
        now = round(now + pause, 3)
        made.append(Record(len(made) + 1, now, tuple(what)))
    return made


def analytics(**limits: Any) -> Analytics:
    """With alerts that come often, in a zone whose midnight isn't UTC's."""
    rules = standard_rules(spike_threshold=2, cooldown_s=30, milestones=(1, 3))
    limits = {"alert_rules": STANDARD_ALERT_RULES, "zone": ZoneInfo(ZONE_NAME), **limits}
    return Analytics(CountingOptions(**limits), rules)


def answers(of: Analytics, now: float) -> list[bytes]:
    """Everything that can be asked, in the bytes of the wire."""
    model = of.model
    told: list[Any] = [snapshot(model, now, dashboards=0, epoch="e")]
    told += [query.session(model, each, now) for each in SESSIONS]
    for wanted in FILTERS:
        told.append(query.summary(model, wanted, now, dashboards=0, totals=NOTHING_SENT))
        told.append(query.sessions(model, wanted, now, limit=2))
        told.append(query.detailed(model, wanted, now))
    return [encode(each) for each in told]


def life(of: Analytics, journal: Iterable[Record]) -> list[bytes]:
    """All that a journal brings forth: each message, and after each record each answer."""
    said: list[bytes] = []
    for record in journal:
        applied = of.apply(record)
        said += [encode(message) for message in applied.messages]
        said.append(encode(applied.duplicates))
        said += answers(of, record.at)
    return said


def digest(seed: int) -> str:
    """Of the life of a long history, made from the seed: to compare it between two processes."""
    dice, history = random.Random(seed), []
    for number in range(300):
        own = dice.choice(OWN)
        event = _event(
            number if dice.random() < 0.9 else number // 2,
            dice.choice(list(EventType)),
            f"{dice.choice(SESSIONS)}{dice.randrange(30)}",
            dice.choice([*PAGES, f"/{dice.randrange(90)}"]),
            None if own is None else NOON + own,
            dice.choice(COUNTRIES),
            dice.choice(METADATA),
            dice.choice(TABS),
            dice.choice(ENGAGED),
        )
        history.append((dice.choice(PAUSES[:10]), [event, Tick()]))
    said = life(analytics(max_sessions=50), records_of(NOON, history))
    return hashlib.sha256(b"\n".join(said)).hexdigest()
